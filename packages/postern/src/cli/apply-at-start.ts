/** @module A configuration file at the start of a server: read before anything is opened, applied as soon as it serves. */

import { systemClock } from '@postern/core'
import type { DeclaredConfig } from '../config/file/declared.ts'
import { readConfigFile } from '../config/file/read.ts'
import type { Log } from '../log.ts'
import type { Applied } from '../service/applied.ts'
import { applyConfig } from '../service/apply-config.ts'
import { declarationJudges } from '../service/judge-declared.ts'
import type { Service } from '../service.ts'
import { findDrift } from './drift/drift.ts'
import { clientOf } from './in-process.ts'
import { paint, showPlain, tell } from './output.ts'

// How soon it is seen that another process has applied its file.
const AGAIN_MS = 1_000

/** The file of `--config`, where there is one. @throws {ConfigFileError} with every problem, so that nothing is started. */
export async function readConfigFlag(
  path: string | undefined,
): Promise<DeclaredConfig | undefined> {
  return path === undefined ? undefined : readConfigFile(path, declarationJudges)
}

/** Applies a file and logs what became of each thing; a new access key is shown where somebody sees it. */
export async function applyAtStart(
  service: Service,
  config: DeclaredConfig,
  options: { readonly dev: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { log } = service
  try {
    await logDrift(service, config, options.signal)
    const { file } = config
    const apply = () =>
      applyConfig(service, config, {
        ...options,
        env: process.env,
        isAttended: process.stderr.isTTY,
        onApplied: (one) => report(log, one),
      })
    let applied = await apply()
    if (applied === undefined) log.info({ file }, 'Another process applies its configuration now.')
    // The other one's file may say something else, or its process end before it has applied all of it.
    while (applied === undefined) {
      await systemClock.sleep(AGAIN_MS, options)
      applied = await apply()
    }
    log.info({ file, ...countOf(applied) }, 'The configuration is applied.')
  } catch (error) {
    // Stopped in the middle; the next start goes on.
    if (!options.signal.aborted) throw error
  }
}

/** Logs what is otherwise than the file says, before the file wins; and once, what the file says nothing of. */
async function logDrift(
  service: Service,
  config: DeclaredConfig,
  signal: AbortSignal,
): Promise<void> {
  const { log } = service
  const drift = await findDrift(config, clientOf(service, signal))
  for (const { state, ...one } of drift) {
    if (state === 'different') log.warn(one, 'It is otherwise than the configuration says.')
  }
  const undeclared = drift.filter(({ state }) => state === 'undeclared')
  if (undeclared.length === 0) return
  const names = undeclared.map(({ kind, name }) => `${kind} ${name}`)
  log.info({ undeclared: names }, 'The configuration does not name this; it stays as it is.')
}

function report(log: Log, { kind, name, outcome, changed, note, problem, text }: Applied): void {
  const about = { kind, name, outcome, changed, note }
  if (problem === undefined) {
    if (outcome !== 'unchanged' || note !== undefined)
      log.info(about, 'The configuration was applied.')
  } else {
    const { code, message, remedy } = problem
    log.warn({ ...about, code, remedy }, message)
  }
  if (text === undefined) return
  tell(`The access key ${showPlain(name)} was made. Nothing shows it again:`)
  tell(paint('bold', text.reveal()))
}

function countOf(applied: readonly Applied[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { outcome } of applied) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}
