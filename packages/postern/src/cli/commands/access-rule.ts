/** @module A rule of an access key as it is typed: connections, verbs, methods and paths. */

import { defaultCalls } from '../../config/default-calls.ts'
import { UsageError } from '../../config/usage-error.ts'

/** These verbs on these connections. The API judges names and verbs. */
export interface AccessRule {
  readonly connections: readonly string[]
  readonly verbs: readonly string[]
  readonly methods?: readonly string[]
  readonly paths?: readonly string[]
}

/**
 * Parses `CONNECTIONS:VERBS[:METHODS[:PATHS]]`, each a list with commas; an empty one limits nothing.
 *
 * @throws {UsageError} `usage_invalid`
 */
export function parseRule(text: string): AccessRule {
  // A path may have colons of its own.
  const [, ...parts] = /^([^:]*):([^:]*)(?::([^:]*))?(?::(.*))?$/s.exec(text) ?? []
  const [connections = [], verbs = [], methods = [], paths = []] = parts.map(listOf)
  if (connections.length === 0 || verbs.length === 0) {
    throw new UsageError('usage_invalid', 'A rule of --allow has no connection, or no verb.', {
      remedy:
        'Write --allow CONNECTIONS:VERBS, such as --allow acme:token, or * for every connection.',
      details: { flag: '--allow' },
    })
  }
  return {
    connections,
    verbs,
    ...(methods.length === 0 ? {} : { methods: methods.map((method) => method.toUpperCase()) }),
    ...(paths.length === 0 ? {} : { paths }),
  }
}

/** A rule as it would be typed. */
export function formatRule({ connections, verbs, methods = [], paths = [] }: AccessRule): string {
  return [connections, verbs, methods, paths]
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
