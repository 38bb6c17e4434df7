/** @module `postern plan`: changes that somebody else approves before they are made. */

import type { ActionItem, Effect, Parameter, Secret } from '@postern/core'
import { readSecretText, requireOneFromStdin } from '../../config/secret-reference.ts'
import { UsageError } from '../../config/usage-error.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printList } from '../list-output.ts'
import { openApi } from '../open-api.ts'
import { formatFields, printData, showPlain, tell } from '../output.ts'
import { ArgumentFailure } from '../quiet-command.ts'
import { formatEffects, tellAnswer } from './action-output.ts'
import { parseActionWords, readArguments } from './action-words.ts'

/** A plan as the API lists it. */
interface PlanSummary {
  readonly id: string
  readonly connection: string
  readonly action: string
  readonly state: string
  readonly requestedBy: string
  readonly expiresAt: string
  readonly decidedBy?: string
}

/** A plan as the API shows it. */
interface Plan extends PlanSummary {
  readonly approval: 'needed' | 'given'
  readonly arguments: Readonly<Record<string, unknown>>
  readonly effects: readonly Effect[]
  readonly items?: readonly ActionItem[]
  readonly notes: readonly string[]
  readonly reach: Readonly<Record<string, unknown>> | null
}

/** Whose plans it is about. */
interface PlanFlags {
  readonly accessKey?: string
}

const ROUTE = '/v1/plans'
const VARIABLE = 'POSTERN_ACCESS_KEY'

/** Plans an action, and prints its code. */
export async function createPlan(
  flags: PlanFlags & { readonly words: readonly string[]; readonly json?: string },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, action, texts } = parseActionWords(flags.words)
  if (name === undefined) {
    throw new ArgumentFailure(
      'NAME or ACTION is missing.',
      'Write postern plan create NAME ACTION key=value…; a plan is kept, so its connection is.',
    )
  }
  const { json } = flags
  requireOneFromStdin({ '--access-key': flags.accessKey, '--json': json })
  await using api = await openPlans(flags, options, signal)
  const path = `/v1/connections/${encodeURIComponent(name)}`
  const { actions } = await api.call<{
    readonly actions: readonly {
      readonly name: string
      readonly parameters: readonly Parameter[]
    }[]
  }>('GET', `${path}/actions`)
  const taker = actions.find((one) => one.name === action) ?? { name: action, parameters: [] }
  const body = { action, arguments: await readArguments(taker, { texts, json }) }
  const plan = await api.call<Plan & { readonly code: string }>('POST', `${path}/plans`, body)
  await printData(plan, {
    format: options.output,
    text: () => `${formatPlan(plan)}\n${formatFields([['Code', plan.code]])}`,
  })
  tellAnswer(plan)
  if (plan.approval === 'needed')
    tell(`Somebody else approves it with postern plan approve ${plan.id}, within five minutes.`)
}

/** Prints the plans that the access key may see. */
export async function listPlans(
  flags: PlanFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openPlans(flags, options, signal)
  const plans = await api.list<PlanSummary>(ROUTE, { rows: 'plans', cursor: 'cursor' })
  await printList(plans, {
    format: options.output,
    none: 'There is no plan of this access key, and none that it may approve.',
    row: ({ id, state, connection, action, requestedBy, expiresAt }) => ({
      ...{ id, state, connection, action, requestedBy, expiresAt },
    }),
  })
}

/** Prints one plan. */
export async function showPlan(
  flags: PlanFlags & { readonly id: string },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openPlans(flags, options, signal)
  const plan = await api.call<Plan>('GET', routeOf(flags.id))
  await printData(plan, { format: options.output, text: () => formatPlan(plan) })
  tellAnswer(plan)
}

/** Shows a plan to whoever decides on it, asks, and approves or refuses it. */
export async function decidePlan(
  flags: PlanFlags & {
    readonly id: string
    readonly verb: 'approve' | 'refuse'
    readonly yes?: true
  },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { id, verb } = flags
  await using api = await openPlans(flags, options, signal, { required: true })
  if (!flags.yes) {
    const plan = await api.call<Plan>('GET', routeOf(id))
    tell(formatPlan(plan))
    tellAnswer(plan)
    if (!(await isWanted(verb, signal))) return tell('Nothing was decided.')
  }
  const decided = await api.call<Plan>('POST', `${routeOf(id)}/${verb}`)
  await printData(decided, {
    format: options.output,
    text: () => `Plan ${decided.id} is ${decided.state}.`,
  })
}

async function openPlans(
  { accessKey }: PlanFlags,
  options: GlobalOptions,
  signal: AbortSignal,
  { required = false }: { readonly required?: boolean } = {},
) {
  return openApi(options, signal, { accessKey: await readAccessKey(accessKey, required) })
}

async function readAccessKey(
  reference: string | undefined,
  required: boolean,
): Promise<Secret | undefined> {
  const { env, stdin } = process
  const named = reference ?? (env[VARIABLE] ? `env:${VARIABLE}` : undefined)
  if (named !== undefined) return readSecretText(named, '--access-key', { env, stdin })
  if (!required) return undefined
  throw new UsageError('usage_invalid', 'Nobody decides on a plan without an access key.', {
    remedy: `Give --access-key FILE, - or env:NAME, or set ${VARIABLE}: one with approve on the connection, which is not the requester's.`,
    details: { flag: '--access-key' },
  })
}

async function isWanted(verb: 'approve' | 'refuse', signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError('usage_invalid', 'There is nobody to ask about the plan.', {
      remedy: `Look at it with postern plan show, and give --yes to ${verb} it without a question.`,
    })
  }
  const { confirm, isCancel } = await import('@clack/prompts')
  const message = verb === 'approve' ? 'Approve it?' : 'Refuse it?'
  const answer = await confirm({ message, output: process.stderr, signal, initialValue: false })
  signal.throwIfAborted()
  return !isCancel(answer) && answer
}

function routeOf(id: string): string {
  return `${ROUTE}/${encodeURIComponent(id)}`
}

function formatPlan(plan: Plan): string {
  const { reach, decidedBy } = plan
  const fields = formatFields([
    ['Id', plan.id],
    ['Connection', plan.connection],
    ['Action', plan.action],
    ['Arguments', showPlain(JSON.stringify(plan.arguments))],
    ['State', plan.state],
    ['Approval', plan.approval],
    ['Requested by', plan.requestedBy],
    ['Expires', plan.expiresAt],
    ...(decidedBy === undefined ? [] : [['Decided by', decidedBy] as const]),
    ...(reach === null ? [] : [['Reach', showPlain(JSON.stringify(reach))] as const]),
  ])
  // Nobody approves what was not shown.
  return [fields, ...formatEffects(plan.effects, 'would', plan.effects.length)].join('\n')
}
