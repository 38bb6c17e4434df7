/** @module `postern setup --guide`: a person does it in the Admin Console, and each step is looked at from here. */

import {
  credentialOf,
  type GuideAnswers,
  type GuideContext,
  type GuideOutcome,
  type GuideStep,
  guideToApiToken,
  guideToServiceApp,
  PosternError,
  parseClientId,
  proveApp,
  Secret,
  type SetupState,
  systemClock,
  type Transport,
} from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import { lockFolder } from '../../connections/folder-lock.ts'
import { hasSetup, SetupFolder } from '../../connections/setup-folder.ts'
import type { GlobalOptions } from '../global-options.ts'
import { describeStep, type GuidePrompts, openPrompts, type ShownStep } from '../guide-prompts.ts'
import { openClient } from '../open-client.ts'
import { openTransport } from '../open-transport.ts'
import { formatFields, printData, tell, warn } from '../output.ts'
import { type PlanFlags, parseOrgFlag } from '../setup-flags.ts'
import { printResult } from './setup-output.ts'
import { prepare } from './setup-prepare.ts'

/** The flags of the guide. */
export interface GuideFlags extends PlanFlags {
  readonly guide?: true | string
}

/**
 * Takes a person through the steps. Where there is no terminal to do that on, prints them.
 *
 * @param prompts - default: this terminal.
 */
export async function guide(
  out: string,
  flags: GuideFlags,
  options: GlobalOptions,
  signal: AbortSignal,
  prompts?: GuidePrompts,
): Promise<void> {
  const what = flags.guide === true ? 'service-app' : flags.guide
  if (what !== 'service-app' && what !== 'api-token') {
    throw new UsageError('usage_invalid', 'That guide is not known.', {
      remedy: 'Choose --guide service-app or --guide api-token.',
    })
  }
  const isInteractive = process.stdin.isTTY === true && process.stderr.isTTY === true
  const voice = prompts ?? (isInteractive ? await openPrompts(signal) : undefined)
  const folder = await SetupFolder.open(out)
  await using _lock = await lockFolder(folder.path)
  const org = flags.org ?? (voice && !(await hasSetup(out)) ? await askOrg(voice) : undefined)
  const whole = org === undefined ? flags : { ...flags, org }
  if (what === 'api-token') return guideApiToken(folder, whole, options, { voice, signal })
  return guideServiceApp(folder, whole, options, { voice, signal })
}

interface Talk {
  readonly voice: GuidePrompts | undefined
  readonly signal: AbortSignal
}

async function guideServiceApp(
  folder: SetupFolder,
  flags: GuideFlags,
  options: GlobalOptions,
  { voice, signal }: Talk,
): Promise<void> {
  const { state: before, key } = await prepare(folder, flags)
  const { label, publicJwk, jwksUri, scopes, roles, org } = before.plan
  const place = jwksUri === undefined ? {} : { jwksUri }
  const steps = guideToServiceApp({ label, publicJwk, scopes, roles, ...place })
  if (voice === undefined) return printSteps(steps, options)
  let state: SetupState = { ...before, guided: true }
  const context = { ...contextOf(openTransport(org, jwksUri), signal), key }
  const left = steps.filter(({ id }) => !before.done.includes(`guide ${id}`))
  const check = (step: GuideStep, given: GuideAnswers) => step.check(given, context)
  const walk = walkSteps(left, { voice, check, answers: { org, ...answersOf(before) } })
  for await (const { step, answers } of walk) {
    const done = [...new Set([...state.done, `guide ${step.id}`])]
    const { clientId } = answers
    const app = clientId === undefined ? {} : { app: { appId: clientId, clientId } }
    state = {
      ...state,
      startedAt: state.startedAt ?? systemClock.now().toISOString(),
      done,
      ...app,
    }
    await folder.saveSetup(state, key)
  }
  if (!steps.every(({ id }) => state.done.includes(`guide ${id}`))) return tellStopped()
  const credential = credentialOf(state, key)
  const open = (own: typeof credential) => context.openOrg(org, own)
  const proof = await proveApp(credential, roles, { openOrg: open, clock: systemClock, signal })
  await printResult(
    { state, credential, proof, roles: [] },
    folder,
    folder.keyPath(key.thumbprint),
    options,
  )
}

async function guideApiToken(
  folder: SetupFolder,
  flags: GuideFlags,
  options: GlobalOptions,
  { voice, signal }: Talk,
): Promise<void> {
  const steps = guideToApiToken({ label: flags.label ?? `Postern ${flags.name}` })
  if (voice === undefined) return printSteps(steps, options)
  const org = parseOrgFlag(flags.org)
  const context = contextOf(openTransport(org), signal)
  let given: GuideAnswers = { org }
  let count = 0
  const check = (step: GuideStep, told: GuideAnswers) => step.check(told, context)
  for await (const { answers } of walkSteps(steps, { voice, check, answers: given })) {
    given = answers
    count++
  }
  if (count < steps.length || given.apiToken === undefined) return tellStopped()
  await folder.writeApiToken(given.apiToken)
  const data = { name: flags.name, org, files: { apiToken: folder.apiTokenPath } }
  const fields = [
    ['Org', org],
    ['API token', folder.apiTokenPath],
  ] as const
  await printData(data, { format: options.output, text: () => formatFields(fields) })
}

/** The org, which everything that is planned is for; both places where it is found are shown first. */
export async function askOrg(voice: GuidePrompts): Promise<string | undefined> {
  const [first] = guideToApiToken({ label: '' })
  if (first?.asks === undefined) return undefined
  voice.showStep(first, 1, 1)
  return voice.ask(first.asks, undefined)
}

/** Step after step until the person stops; gives each that is done, with all answers so far. */
export async function* walkSteps<Step extends ShownStep>(
  steps: readonly Step[],
  start: {
    readonly voice: GuidePrompts
    readonly answers: GuideAnswers
    readonly check: (step: Step, answers: GuideAnswers) => Promise<GuideOutcome>
  },
): AsyncGenerator<{
  readonly step: Step
  readonly answers: GuideAnswers
  /** False where the person went on without it. */
  readonly isLookedAt: boolean
}> {
  const { voice, check } = start
  let { answers } = start
  for (const [index, step] of steps.entries()) {
    voice.showStep(step, index + 1, steps.length)
    let isLookedAt = false
    for (;;) {
      const given = await askFor(step, voice, answers)
      if (given === undefined) return
      answers = given
      const reply = await voice.askReply(step)
      if (reply === 'stop') return
      if (reply === 'skip') break
      const outcome = await check(step, answers)
      voice.showOutcome(outcome)
      isLookedAt = outcome.status !== 'todo'
      if (isLookedAt) break
    }
    yield { step, answers, isLookedAt }
  }
}

/** The answers with this step's own; undefined where the person stops. */
async function askFor(
  { asks }: ShownStep,
  voice: GuidePrompts,
  answers: GuideAnswers,
): Promise<GuideAnswers | undefined> {
  // The org is known before anything is planned, and only looked at here.
  if (asks === undefined || asks.field === 'orgUrl') return answers
  for (;;) {
    const text = await voice.ask(asks, asks.field === 'clientId' ? answers.clientId : undefined)
    if (text === undefined) return undefined
    if (asks.field === 'apiToken') return { ...answers, apiToken: new Secret(text.trim()) }
    try {
      const { clientId, warnings } = parseClientId(text)
      for (const { code, message } of warnings) warn(code, `Client ID: ${message}`)
      return { ...answers, clientId }
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      const { message, remedy } = error
      voice.showOutcome({ status: 'todo', observed: message, remedy })
    }
  }
}

function answersOf({ app }: SetupState): GuideAnswers {
  return app === undefined ? {} : { clientId: app.clientId }
}

/** What the checks of a guide work with. */
export function contextOf(transport: Transport, signal: AbortSignal): GuideContext {
  return {
    openOrg: (org, credential) => openClient({ org, transport }, credential),
    transport,
    signal,
  }
}

function printSteps(steps: readonly GuideStep[], options: GlobalOptions): Promise<void> {
  const text = () =>
    steps.map((step, index) => `${index + 1}. ${step.title}\n${describeStep(step)}`).join('\n\n')
  return printData(steps, { format: options.output, text })
}

/** Tells that the guide is gone on with later. */
export function tellStopped(): void {
  tell('Stopped. The same command goes on with the step you are at.')
}
