/** @module What `search` and `filter` may ask of groups. */

import type { Attribute, ExpressionRules } from '../../expression/evaluate.ts'
import type { Operator } from '../../expression/parse.ts'
import type { Group } from '../../state/group.ts'
import type { Org } from '../../state/org.ts'
import { shownMembershipMs } from '../membership.ts'

const comparisons: readonly Operator[] = ['eq', 'sw', 'gt', 'ge', 'lt', 'le', 'pr']

/**
 * What `search` may name.
 *
 * @see Okta, "List all groups" - the properties and operators of `search`
 */
export function searchRules(org: Org): ExpressionRules<Group> {
  const attributes = commonAttributes(org, comparisons, false)
  attributes.set(
    'created',
    date(comparisons, (group) => group.createdMs),
  )
  attributes.set('source.id', {
    kind: 'string',
    operators: comparisons,
    get: (group) => group.sourceAppId,
  })
  return { find: (path) => attributes.get(path) ?? profileAttribute(path) }
}

/**
 * What `filter` may name.
 *
 * @see Okta, "List all groups" - the properties of `filter`
 */
export function filterRules(org: Org): ExpressionRules<Group> {
  const attributes = commonAttributes(org, ['eq', 'gt', 'ge', 'lt', 'le'], true)
  return { find: (path) => attributes.get(path) }
}

function commonAttributes(
  org: Org,
  operators: readonly Operator[],
  caseSensitive: boolean,
): Map<string, Attribute<Group>> {
  return new Map<string, Attribute<Group>>([
    ['id', { kind: 'string', operators, caseSensitive: true, get: (group) => group.id }],
    ['type', { kind: 'string', operators, caseSensitive, get: (group) => group.type }],
    ['lastUpdated', date(operators, (group) => group.lastUpdatedMs)],
    [
      'lastMembershipUpdated',
      date(operators, (group) => shownMembershipMs(group, org.time.nowMs())),
    ],
  ])
}

function date(operators: readonly Operator[], get: (group: Group) => number): Attribute<Group> {
  return { kind: 'date', operators, get }
}

const groupAttributes: ReadonlySet<string> = new Set([
  'name',
  'description',
  'dn',
  'objectSid',
  'externalId',
  'windowsDomainQualifiedName',
  'samAccountName',
  'groupType',
  'groupScope',
])

function profileAttribute(path: string): Attribute<Group> | undefined {
  const name = path.startsWith('profile.') ? path.slice('profile.'.length) : ''
  if (!groupAttributes.has(name)) return undefined
  const contains = name === 'name' || name === 'description'
  return {
    kind: 'string',
    operators: contains ? [...comparisons, 'co'] : comparisons,
    get: (group) => group.profile[name],
  }
}
