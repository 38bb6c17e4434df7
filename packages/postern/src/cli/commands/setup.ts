/** @module `postern setup`: a service app made, proven, and its credential kept in a folder; or planned, or undone. */

import {
  applySetup,
  describePlan,
  type Secret,
  type SetupPlan,
  stepsOf,
  terraformOf,
  type UndoDeed,
  undoSetup,
} from '@postern/core'
import { readSecretText } from '../../config/secret-reference.ts'
import { requireSamePlan } from '../../config/setup-plan.ts'
import { UsageError } from '../../config/usage-error.ts'
import { FolderError } from '../../connections/folder-error.ts'
import { lockFolder } from '../../connections/folder-lock.ts'
import { hasSetup, SetupFolder } from '../../connections/setup-folder.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openClient } from '../open-client.ts'
import { openTransport } from '../open-transport.ts'
import { printData, tell } from '../output.ts'
import { type PlanFlags, planRequestOf } from '../setup-flags.ts'
import { printResult, tellShownProgress, tellUndone } from './setup-output.ts'
import { prepare } from './setup-prepare.ts'

/** The flags of `setup`, as they were typed. */
export interface SetupFlags extends PlanFlags {
  readonly out?: string
  readonly adminToken?: string
  readonly guide?: true | string
  readonly plan?: true
  readonly undo?: true
}

/** What a setup is run with beside its flags. */
export interface SetupOptions extends Omit<GlobalOptions, 'output'> {
  readonly output: GlobalOptions['output'] | 'terraform'
}

/** Makes a service app and proves it; with `--plan` writes down what would be done; with `--undo` takes it back. */
export async function setup(
  flags: SetupFlags,
  options: SetupOptions,
  signal: AbortSignal,
): Promise<void> {
  const out = requireOut(flags)
  requireOneWay(flags, options)
  if (flags.undo) return undo(out, flags, { output: dataFormat(options) }, signal)
  if (flags.guide !== undefined) {
    const { guide } = await import('./setup-guide.ts')
    return guide(out, flags, { output: dataFormat(options) }, signal)
  }
  const adminToken = isOnlyPlanned(flags, options) ? undefined : await readAdminToken(flags)
  const folder = await SetupFolder.open(out)
  await using _lock = await lockFolder(folder.path)
  const { state, key } = await prepare(folder, flags)
  if (adminToken === undefined) return printPlan(state.plan, options)
  const transport = openTransport(state.plan.org, state.plan.jwksUri)
  const place = { org: state.plan.org, transport }
  const result = await applySetup(state, {
    admin: openClient(place, { kind: 'api-token', apiToken: adminToken }),
    openOrg: (credential) => openClient(place, credential),
    key,
    save: (kept) => folder.saveSetup(kept, key),
    transport,
    onProgress: tellShownProgress,
    signal,
  })
  await printResult(result, folder, folder.keyPath(key.thumbprint), { output: dataFormat(options) })
}

async function undo(
  out: string,
  flags: SetupFlags,
  { output: format }: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!(await hasSetup(out))) {
    throw new FolderError('folder_incomplete', 'There is no setup in that folder.', {
      remedy: 'Name the folder of the setup after --out.',
    })
  }
  const adminToken = await readAdminToken(flags)
  const folder = await SetupFolder.open(out)
  await using _lock = await lockFolder(folder.path)
  const state = await folder.readSetup()
  if (state === undefined || state.undoneAt !== undefined) return folder.remove()
  requireSamePlan(planRequestOf(flags), state.plan)
  const { org, jwksUri } = state.plan
  const place = { org, transport: openTransport(org, jwksUri) }
  const deeds: UndoDeed[] = []
  await undoSetup(state, {
    admin: openClient(place, { kind: 'api-token', apiToken: adminToken }),
    save: (kept) => folder.saveSetup(kept),
    onProgress: (deed) => {
      deeds.push(deed)
      tellUndone(deed)
    },
    signal,
  })
  await folder.remove()
  tell('The private key, the settings and the plan are deleted.')
  // A person has been told as it happened.
  if (format !== 'table') await printData(deeds, { format, text: () => '' })
}

function printPlan(plan: SetupPlan, options: SetupOptions): Promise<void> {
  if (options.output === 'terraform') {
    process.stdout.write(`${terraformOf(plan)}\n`)
    tell('After terraform apply, okta.env and the private key in the folder are the credential.')
    return Promise.resolve()
  }
  const steps = stepsOf(plan)
  return printData({ ...plan, steps }, { format: options.output, text: () => describePlan(plan) })
}

function isOnlyPlanned({ plan }: SetupFlags, { output }: SetupOptions): boolean {
  return plan === true || output === 'terraform'
}

/** @throws {UsageError} `usage_invalid` */
async function readAdminToken({ adminToken, undo: isUndo }: SetupFlags): Promise<Secret> {
  const sources = { env: process.env, stdin: process.stdin }
  const secret = await readSecretText(adminToken, '--admin-token', sources)
  if (secret !== undefined) return secret
  throw new UsageError('usage_invalid', 'There is nobody to create the app as.', {
    remedy: isUndo
      ? 'Give --admin-token env:NAME, an API token of a Super Admin; it is used once and not kept.'
      : 'Give --admin-token env:NAME, an API token of a Super Admin (used once and not kept); or --guide, or --plan --output terraform.',
  })
}

function requireOut({ out }: SetupFlags): string {
  if (out !== undefined && out !== '' && out !== '-') return out
  throw new UsageError('usage_invalid', 'There is no folder for the credential.', {
    remedy: 'Name a folder after --out: it gets the private key, readable by you alone.',
  })
}

function requireOneWay(flags: SetupFlags, options: SetupOptions): void {
  const ways = [
    flags.guide === undefined ? undefined : '--guide',
    flags.undo && '--undo',
    isOnlyPlanned(flags, options) ? '--plan' : undefined,
  ].filter((way) => way !== undefined)
  if (ways.length < 2) return
  throw new UsageError('usage_invalid', `${ways.join(' and ')} are given together.`, {
    remedy: 'Give one of them.',
  })
}

function dataFormat({ output }: SetupOptions): GlobalOptions['output'] {
  return output === 'terraform' ? 'table' : output
}
