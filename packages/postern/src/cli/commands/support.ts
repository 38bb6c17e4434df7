/** @module `postern support`: what somebody who helps has to know, in one file that can be read before it is sent. */

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { systemClock } from '@postern/core'
import description from '../../../package.json' with { type: 'json' }
import { createAtomically } from '../../config/atomic-file.ts'
import { dataDirectoryOf } from '../../config/data-directory.ts'
import { defaultConfigFile } from '../../config/file/read.ts'
import { FileError } from '../../config/secret-reference.ts'
import { readServerFile } from '../../config/server-file.ts'
import type { GlobalOptions } from '../global-options.ts'
import { isAnythingKept, openApi } from '../open-api.ts'
import { printData, showPlain, tell } from '../output.ts'
import { requireFile } from '../require-file.ts'
import { type Answers, askAll, unanswered } from '../support/answers.ts'
import { leftOut, makeBundle, replaced } from '../support/bundle.ts'

/** The flags of `support`, as they were typed. */
export interface SupportFlags {
  readonly file: string
  readonly config?: string
  readonly log?: string
  readonly withNames?: true
}

// A server that hangs is what a bundle may be made for.
const WITHIN_MS = 60_000

/** Writes a bundle to a new file, and says what is in it. */
export async function writeSupport(
  { file, config, log, withNames }: SupportFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  requireFile(file, 'A bundle', 'bundle.json')
  const dataDir = dataDirectoryOf({ flag: options.data, env: process.env, home: homedir() })
  const asked = await ask(options, dataDir, signal)
  signal.throwIfAborted()
  const bundle = await makeBundle({
    ...{ version: description.version, now: systemClock.now(), dataDir, log },
    ...asked,
    withNames: withNames === true,
    config: config ?? (existsSync(defaultConfigFile) ? defaultConfigFile : undefined),
  })
  const text = `${JSON.stringify(bundle, null, 2)}\n`
  await write(file, text)
  const sections = Object.entries(bundle).map(([name, section]) => ({
    section: name,
    bytes: JSON.stringify(section ?? null).length,
    missing: problemIn(section),
  }))
  const format = options.output
  await printData(sections, { format, text: () => sections.map(describeSection).join('\n') })
  tell(`Written to ${showPlain(file)}. Read it before you send it: it is one JSON file.`)
  tell(`Not in it: ${leftOut.join('; ')}.`)
  if (withNames) tell('Names, hosts and addresses are in it as they are.')
  else tell(`Other words stand for: ${replaced.join('; ')}. --with-names keeps them.`)
}

interface Asked {
  readonly through: 'server' | 'store' | 'nothing'
  readonly answers: Answers
}

/** Asks the server that runs, or the store that nobody has open; says why, where neither can be. */
async function ask(options: GlobalOptions, dataDir: string, signal: AbortSignal): Promise<Asked> {
  let through: Asked['through'] = 'nothing'
  try {
    if (!(await isAnythingKept(options))) return { through, answers: unanswered(nothingKept()) }
    through = (await readServerFile(dataDir)) === undefined ? 'store' : 'server'
    if (through === 'server') tell(`Asking the server, for ${WITHIN_MS / 1_000} s at most.`)
    const limited = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)])
    await using api = await openApi(options, limited)
    return { through, answers: await askAll(api) }
  } catch (error) {
    signal.throwIfAborted()
    return { through, answers: unanswered(error) }
  }
}

function nothingKept(): FileError {
  return new FileError('file_not_found', 'There is no store and no server here.', {
    remedy: 'Name the data directory with --data, or the database with --database.',
  })
}

async function write(file: string, text: string): Promise<void> {
  try {
    // A part of one, left behind by a full disk, would be in the way of the next.
    await createAtomically(file, text)
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== 'file_exists') throw error
    throw new FileError('file_exists', error.message, {
      remedy: 'Name a file that is not there yet.',
      details: error.details,
    })
  }
}

function problemIn(section: unknown): string | undefined {
  if (typeof section !== 'object' || section === null || !('problem' in section)) return undefined
  const { code } = section.problem as { readonly code: string }
  return code
}

function describeSection(section: {
  readonly section: string
  readonly bytes: number
  readonly missing: string | undefined
}): string {
  const { section: name, bytes, missing } = section
  return `${name.padEnd(14)} ${missing === undefined ? `${bytes} bytes` : `cannot be told: ${missing}`}`
}
