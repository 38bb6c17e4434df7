/** @module `postern setup NAME --guide`: a person does it in the Admin Console, and each step is looked at where the key is kept. */

import {
  type GuideAnswers,
  type GuideOutcome,
  guideToApiToken,
  type OrgUrl,
  parseOrgUrl,
  type Secret,
} from '@postern/core'
import type { PlanRequest } from '../../config/setup-plan.ts'
import { UsageError } from '../../config/usage-error.ts'
import { bodyOf } from '../connection-body.ts'
import { describeStep, openPrompts, type ShownStep } from '../guide-prompts.ts'
import { openTransport } from '../open-transport.ts'
import { printData, tell } from '../output.ts'
import { followTrial } from './connection-trial.ts'
import { askOrg, contextOf, tellStopped, walkSteps } from './setup-guide.ts'
import { finish, type SetupRun } from './setup-run.ts'

/** What is guided to. */
export interface KeptGuide {
  readonly what: true | string
  readonly request: object
  readonly label?: string | undefined
}

interface Guide {
  readonly org: OrgUrl
  readonly clientId: string | null
  readonly steps: readonly (ShownStep & { readonly isDone: boolean })[]
}

/** Takes a person through the steps, and keeps the connection at the end. Without a terminal, prints the steps. */
export async function guideKept(
  run: SetupRun,
  { what, request, label }: KeptGuide,
  signal: AbortSignal,
): Promise<void> {
  if (what !== true && what !== 'service-app' && what !== 'api-token') {
    throw new UsageError('usage_invalid', 'That guide is not known.', {
      remedy: 'Choose --guide service-app or --guide api-token.',
    })
  }
  const isInteractive = process.stdin.isTTY === true && process.stderr.isTTY === true
  const voice = isInteractive ? await openPrompts(signal) : undefined
  const { orgUrl = voice && (await askOrg(voice)) } = request as PlanRequest
  if (what === 'api-token') return guideApiToken(run, { voice, orgUrl, label }, signal)
  const { api, name, format } = run
  const begun = await api.call<Guide>('POST', '/v1/setup/guide', { ...request, orgUrl })
  const { steps } = begun
  if (voice === undefined) return printSteps(steps, format)
  const answers: GuideAnswers = {
    org: begun.org,
    ...(begun.clientId === null ? {} : { clientId: begun.clientId }),
  }
  const left = steps.filter(({ isDone }) => !isDone)
  const ask = (step: ShownStep, given: GuideAnswers, skip?: true) => {
    const clientId = step.asks?.field === 'clientId' ? given.clientId : undefined
    const body = { name, step: step.id, clientId, skip }
    return api.call<GuideOutcome>('POST', '/v1/setup/check', body)
  }
  let count = 0
  for await (const done of walkSteps(left, { voice, answers, check: ask })) {
    if (!done.isLookedAt) await ask(done.step, done.answers, true)
    count++
  }
  if (count < left.length) return tellStopped()
  await finish(run)
}

async function guideApiToken(
  { api, name, format }: SetupRun,
  of: {
    readonly voice: Awaited<ReturnType<typeof openPrompts>> | undefined
    readonly orgUrl: string | undefined
    readonly label: string | undefined
  },
  signal: AbortSignal,
): Promise<void> {
  const { voice, label = `Postern ${name}` } = of
  const steps = guideToApiToken({ label })
  if (voice === undefined) return printSteps(steps, format)
  const { org } = parseOrgUrl(of.orgUrl ?? '', { dev: true })
  const context = contextOf(openTransport(org), signal)
  let apiToken: Secret | undefined
  let count = 0
  const check = (step: ShownStep, given: GuideAnswers) =>
    steps.find(({ id }) => id === step.id)?.check(given, context) ??
    Promise.reject(new TypeError('A step of the guide is one of its steps.'))
  for await (const done of walkSteps(steps, { voice, answers: { org }, check })) {
    ;({ apiToken } = done.answers)
    count++
  }
  if (count < steps.length || apiToken === undefined) return tellStopped()
  const body = { ...bodyOf({ orgUrl: org, apiToken }), name }
  await followTrial(api.stream('POST', '/v1/connections', body), { output: format })
}

function printSteps(steps: readonly ShownStep[], format: SetupRun['format']): Promise<void> {
  tell('There is no terminal to do that on; these are the steps.')
  const text = () =>
    steps.map((step, index) => `${index + 1}. ${step.title}\n${describeStep(step)}`).join('\n\n')
  return printData(steps, { format, text })
}
