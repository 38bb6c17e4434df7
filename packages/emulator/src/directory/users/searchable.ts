/** @module What `search` and `filter` may ask of users. */

import type { Attribute, ExpressionRules } from '../../expression/evaluate.ts'
import type { Operator } from '../../expression/parse.ts'
import type { Org } from '../../state/org.ts'
import type { User } from '../../state/user.ts'
import { attributeType } from './attributes.ts'

const comparisons: readonly Operator[] = ['eq', 'sw', 'gt', 'ge', 'lt', 'le', 'pr']
const withContains: readonly Operator[] = [...comparisons, 'co']
// Okta documents `co` for these four alone.
const containing: ReadonlySet<string> = new Set(['firstName', 'lastName', 'email', 'login'])

/**
 * What `search` may name: every attribute of the profile, and what Okta keeps beside it.
 *
 * @see Okta, "List all users" - the properties and operators of `search`
 */
export function searchRules(org: Org): ExpressionRules<User> {
  const date = (get: (user: User) => number | null): Attribute<User> => ({
    kind: 'date',
    operators: comparisons,
    get,
  })
  const text = (get: (user: User) => string, caseSensitive = false): Attribute<User> => ({
    kind: 'string',
    operators: comparisons,
    caseSensitive,
    get,
  })
  const attributes = new Map<string, Attribute<User>>([
    // In the order of ids, in which capitals come before small letters, so that ranges of ids divide a walk.
    ['id', text((user) => user.id, true)],
    ['status', text((user) => user.status)],
    ['created', date((user) => user.createdMs)],
    ['activated', date((user) => user.activatedMs)],
    ['statusChanged', date((user) => user.statusChangedMs)],
    ['lastUpdated', date((user) => user.lastUpdatedMs)],
    ['type.id', text(() => org.userTypeId)],
  ])
  return { find: (path) => attributes.get(path) ?? profileAttribute(org, path) }
}

/**
 * What `filter` may name.
 *
 * @see Okta, "List all users" - the properties of `filter`
 */
export function filterRules(): ExpressionRules<User> {
  const exact = (get: (user: User) => unknown): Attribute<User> => ({
    kind: 'string',
    operators: ['eq'],
    caseSensitive: true,
    get,
  })
  const attributes = new Map<string, Attribute<User>>([
    ['id', exact((user) => user.id)],
    ['status', exact((user) => user.status)],
    [
      'lastUpdated',
      {
        kind: 'date',
        operators: ['eq', 'gt', 'ge', 'lt', 'le'],
        get: (user) => user.lastUpdatedMs,
      },
    ],
    ...[...containing].map(
      (name) => [`profile.${name}`, exact((user) => user.profile[name])] as const,
    ),
  ])
  return { find: (path) => attributes.get(path) }
}

function profileAttribute(org: Org, path: string): Attribute<User> | undefined {
  if (!path.startsWith('profile.')) return undefined
  const name = path.slice('profile.'.length)
  const type = attributeType(org, name)
  if (type === undefined) return undefined
  return {
    kind: type === 'string' ? 'string' : 'any',
    operators: containing.has(name) ? withContains : comparisons,
    get: (user) => user.profile[name],
  }
}
