/** @module Reads the group rule that a request describes. */

import { invalid, oktaError } from '../../http/okta-error.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
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
  if (name === '') throw invalid('name', 'name: The field cannot be left blank')
  if (name.length > MAX_NAME_LENGTH) throw invalid('name', 'name: The field is too long')
  if (body['type'] !== undefined && body['type'] !== 'group_rule')
    throw invalid('type', "type: The value must be 'group_rule'")
  if ([...org.rules].some((rule) => rule.name === name && rule.id !== ruleId)) {
    throw invalid(
      'name',
      'name: An object with this field already exists in the current organization',
    )
  }
  const conditions = readObject(body['conditions'])
  const people = readObject(conditions['people'])
  const expression = readText(readObject(conditions['expression'])['value'])
  if (expression === '') {
    throw invalid('expression', 'conditions.expression.value: The field cannot be left blank')
  }
  const actions = readObject(readObject(body['actions'])['assignUserToGroups'])
  const groupIds = readTexts(actions['groupIds'])
  requireGroups(org, groupIds)
  return {
    name,
    expression,
    groupIds,
    excludedUserIds: readTexts(readObject(people['users'])['exclude']),
    excludedGroupIds: readTexts(readObject(people['groups'])['exclude']),
  }
}

function requireGroups(org: Org, groupIds: readonly string[]): void {
  if (groupIds.length === 0)
    throw invalid('groupIds', 'actions.assignUserToGroups.groupIds: The field cannot be left blank')
  const bad = groupIds.filter((id) => org.groups.get(id)?.type !== 'OKTA_GROUP')
  if (bad.length > 0)
    throw invalid('groupIds', ...bad.map((id) => `Group ${id} cannot be the target of a rule`))
}

function readObject(value: Json | undefined): JsonObject {
  if (value === undefined || value === null) return {}
  if (!isJsonObject(value)) throw oktaError('E0000003')
  return value
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
