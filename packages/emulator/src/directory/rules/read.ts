/** @module Reads the group rule that a request describes. */

import { readMembers } from '../../http/fields.ts'
import { blank, duplicate, invalid, oktaError } from '../../http/okta-error.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { GroupRule } from '../../state/group.ts'
import type { Org } from '../../state/org.ts'

const MAX_NAME_LENGTH = 50

/** What a request decides of a rule. */
export type GivenRule = Pick<
  GroupRule,
  'name' | 'expression' | 'groupIds' | 'excludedUserIds' | 'excludedGroupIds'
>

/**
 * The rule of a body.
 *
 * @throws {RefusedRequest} `E0000001` with what is missing or names no group, `E0000003` where a member has another type.
 */
export function readRule(org: Org, body: JsonObject, ruleId?: string): GivenRule {
  const name = readText(body['name'])
  if (name === '') throw blank('name')
  if (name.length > MAX_NAME_LENGTH) throw invalid('name', 'name: The field is too long')
  if (body['type'] !== undefined && body['type'] !== 'group_rule')
    throw invalid('type', "type: The value must be 'group_rule'")
  if ([...org.rules].some((rule) => rule.name === name && rule.id !== ruleId)) {
    throw duplicate('name')
  }
  const conditions = readMembers(body['conditions'])
  const people = readMembers(conditions['people'])
  const expression = readText(readMembers(conditions['expression'])['value'])
  if (expression === '') {
    throw blank('expression', 'conditions.expression.value')
  }
  const actions = readMembers(readMembers(body['actions'])['assignUserToGroups'])
  const groupIds = readTexts(actions['groupIds'])
  requireGroups(org, groupIds)
  return {
    name,
    expression,
    groupIds,
    excludedUserIds: readTexts(readMembers(people['users'])['exclude']),
    excludedGroupIds: readTexts(readMembers(people['groups'])['exclude']),
  }
}

function requireGroups(org: Org, groupIds: readonly string[]): void {
  if (groupIds.length === 0) throw blank('groupIds', 'actions.assignUserToGroups.groupIds')
  const bad = groupIds.filter((id) => org.groups.get(id)?.type !== 'OKTA_GROUP')
  if (bad.length > 0)
    throw invalid('groupIds', ...bad.map((id) => `Group ${id} cannot be the target of a rule`))
}

function readText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw oktaError('E0000003')
  return value.trim() === '' ? '' : value
}

function readTexts(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw oktaError('E0000003')
  const texts = value.filter((item): item is string => typeof item === 'string')
  if (texts.length < value.length) throw oktaError('E0000003')
  return [...new Set(texts)]
}
