/** @module `postern setup NAME`: a service app made, proven and kept as a connection; its key never leaves the store. */

import type { SetupPlan, SetupStep, UndoDeed } from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import type { ShownSetup } from '../../connections/setup-result.ts'
import { type AdminFlags, readAdminBody } from '../admin-body.ts'
import type { GlobalOptions, StoreFlags } from '../global-options.ts'
import { findApi, openApi } from '../open-api.ts'
import { printData, tell } from '../output.ts'
import { type PlanFlags, planRequestOf } from '../setup-flags.ts'
import { parseDays } from './connection-trial.ts'
import { type ShownProgress, tellShownProgress, tellUndone } from './setup-output.ts'
import { finish, printKept, type SetupRun } from './setup-run.ts'

/** The flags of `setup` without a folder, as they were typed. */
export interface KeptSetupFlags extends PlanFlags, AdminFlags {
  readonly guide?: true | string
  readonly plan?: true
  readonly finish?: true
  readonly clientId?: string
  readonly undo?: true
  readonly description?: string
  readonly rotationDays?: string
  readonly rotationAdmin?: string
}

/** How a setup is run beside its flags. */
export interface KeptSetupOptions extends StoreFlags {
  readonly output: GlobalOptions['output'] | 'terraform'
}

/** A plan as the API shows it. */
interface ShownPlan extends SetupPlan {
  readonly steps: readonly SetupStep[]
  readonly text: string
  readonly terraform: string
}

/** Makes a service app, proves it and keeps the connection; or plans it, guides to it, or takes it back. */
export async function setupKept(
  flags: KeptSetupFlags,
  options: KeptSetupOptions,
  signal: AbortSignal,
): Promise<void> {
  const isPlan = flags.plan === true || options.output === 'terraform'
  requireOneWay({
    '--plan': isPlan || undefined,
    '--guide': flags.guide,
    '--finish': flags.finish,
    '--undo': flags.undo,
  })
  const request = requestOf(flags)
  await findApi(options)
  const admin = await readAdminBody(flags)
  await using api = await openApi(options, signal)
  const run = { api, name: flags.name, format: formatOf(options) }
  if (isPlan) return await plan(run, request, options)
  if (flags.undo) return await undo(run, admin)
  if (flags.guide !== undefined) {
    const { guideKept } = await import('./setup-guide-kept.ts')
    return await guideKept(run, { what: flags.guide, request, label: flags.label }, signal)
  }
  if (flags.finish) return await finish(run, flags.clientId)
  const lines = api.stream<ShownProgress, ShownSetup>('POST', '/v1/setup/apply', {
    ...request,
    ...admin,
  })
  for (;;) {
    const { done, value } = await lines.next()
    if (done) return await printKept(run, value)
    tellShownProgress(value)
  }
}

async function plan(
  { api, format }: SetupRun,
  request: object,
  { output }: KeptSetupOptions,
): Promise<void> {
  const shown = await api.call<ShownPlan>('POST', '/v1/setup/plan', request)
  const { text, terraform, ...data } = shown
  if (output !== 'terraform') return printData(data, { format, text: () => text })
  process.stdout.write(`${terraform}\n`)
  tell('After terraform apply, run this with --finish: the connection is proven and kept.')
}

async function undo({ api, name, format }: SetupRun, admin: object): Promise<void> {
  const deeds: UndoDeed[] = []
  const lines = api.stream<UndoDeed, unknown>('POST', '/v1/setup/undo', { name, ...admin })
  for await (const deed of lines) {
    deeds.push(deed)
    tellUndone(deed)
  }
  tell('The connection, its key and the plan are deleted.')
  // A person has been told as it happened.
  if (format !== 'table') await printData(deeds, { format, text: () => '' })
}

function requestOf(flags: KeptSetupFlags): object {
  const { dpop, ...request } = planRequestOf(flags)
  const { description, rotationAdmin } = flags
  const rotationIntervalDays = parseDays(flags.rotationDays, { least: 1 })
  // What was not typed is not asked for: a setup that was begun keeps its plan.
  const chosen = dpop === false ? { dpop } : {}
  return { ...request, ...chosen, description, rotationAdmin, rotationIntervalDays }
}

/** Each of these is all that a run does. @throws {UsageError} `usage_invalid` */
function requireOneWay(ways: Readonly<Record<string, unknown>>): void {
  const given = Object.entries(ways).flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (given.length < 2) return
  throw new UsageError('usage_invalid', `${given.join(' and ')} are given together.`, {
    remedy: 'Give one of them.',
  })
}

function formatOf({ output }: KeptSetupOptions): GlobalOptions['output'] {
  return output === 'terraform' ? 'table' : output
}
