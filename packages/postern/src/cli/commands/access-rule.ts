/** @module A rule of an access key as it is typed: connections, verbs, and the limits of calls or of actions. */

import { defaultCalls } from '../../config/default-calls.ts'
import { UsageError } from '../../config/usage-error.ts'

/** These verbs on these connections. The API judges names and verbs. */
export interface AccessRule {
  readonly connections: readonly string[]
  readonly verbs: readonly string[]
  readonly methods?: readonly string[]
  readonly paths?: readonly string[]
  readonly actions?: readonly string[]
  readonly approval?: string
}

/**
 * Parses `CONNECTIONS:VERBS[:METHODS[:PATHS]]`, each a list with commas; an empty one limits nothing. Of a rule with `act` and
 * without `proxy` the third part names actions, and the fourth may be `approval`.
 *
 * @throws {UsageError} `usage_invalid`
 */
export function parseRule(text: string): AccessRule {
  // A path may have colons of its own.
  const [, ...parts] = /^([^:]*):([^:]*)(?::([^:]*))?(?::(.*))?$/s.exec(text) ?? []
  const [connections = [], verbs = [], third = [], fourth = []] = parts.map(listOf)
  if (connections.length === 0 || verbs.length === 0) {
    throw new UsageError('usage_invalid', 'A rule of --allow has no connection, or no verb.', {
      remedy:
        'Write --allow CONNECTIONS:VERBS, such as --allow acme:token, or * for every connection.',
      details: { flag: '--allow' },
    })
  }
  if (verbs.includes('act') && !verbs.includes('proxy')) {
    return { connections, verbs, ...actionLimitsOf(third, fourth) }
  }
  return {
    connections,
    verbs,
    ...(third.length === 0 ? {} : { methods: third.map((method) => method.toUpperCase()) }),
    ...(fourth.length === 0 ? {} : { paths: fourth }),
  }
}

function actionLimitsOf(
  actions: readonly string[],
  approval: readonly string[],
): Pick<AccessRule, 'actions' | 'approval'> {
  if (approval.length > 0 && approval.join() !== APPROVAL) {
    throw new UsageError('usage_invalid', 'The fourth part of a rule with act is another word.', {
      remedy:
        'Write CONNECTIONS:act[:ACTIONS[:approval]], such as acme:act:group.add_member,reads:approval.',
      details: { flag: '--allow' },
    })
  }
  return {
    ...(actions.length === 0 ? {} : { actions }),
    ...(approval.length === 0 ? {} : { approval: 'required' }),
  }
}

const APPROVAL = 'approval'

/** A rule as it would be typed. */
export function formatRule(rule: AccessRule): string {
  const { connections, verbs, methods = [], paths = [], actions = [], approval } = rule
  const isOfActions = actions.length > 0 || approval !== undefined
  const limits = isOfActions
    ? [actions, approval === undefined ? [] : [APPROVAL]]
    : [methods, paths]
  return [connections, verbs, ...limits]
    .map((list) => list.join(','))
    .join(':')
    .replace(/:+$/, '')
}

/** The calls that rules give, in words: `GET, HEAD under /api/v1`. */
export function formatCalls(rules: readonly AccessRule[]): string {
  return rules
    .map(
      ({ methods = defaultCalls.methods, paths = defaultCalls.paths }) =>
        `${methods.join(', ')} under ${paths.join(', ')}`,
    )
    .join('; ')
}

function listOf(text = ''): string[] {
  return text.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]))
}
