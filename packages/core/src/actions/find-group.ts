/** @module Finds the one group that a reference names: by id, or by its whole name. */

import type { JsonObject } from '../json.ts'
import { membersOf, requireText, textOf } from '../org/members.ts'
import type { Calls } from './calls.ts'
import {
  chooseNamed,
  type FindOptions,
  type Found,
  isById,
  isSameName,
  type Kind,
  notFound,
  parseReference,
  quoted,
  readById,
} from './reference.ts'

/** A group as it was found. */
export interface FoundGroup extends Found {
  readonly kind: 'group'
  /** `OKTA_GROUP` is the administrators' own; `APP_GROUP` and `BUILT_IN` take no changes. */
  readonly type: string
}

const groupKind: Kind = {
  kind: 'group',
  list: '/api/v1/groups',
  by: 'id or name',
  forms: 'id: or name:',
  everyOrgHas: 'every org has the group Everyone',
  otherPaths: ['rules'],
}

const SEARCH_LIMIT = 200

/**
 * Finds a group by id or whole name; where names differ by case alone, the one that is written like it is meant.
 *
 * @param text - `id:…` and `name:…` say how to read it.
 * @throws {ActionError} `action_object_not_found`, `action_object_ambiguous`, `action_role_missing`
 */
export async function findGroup(
  calls: Calls,
  text: string,
  options: FindOptions = {},
): Promise<FoundGroup> {
  const reference = parseReference(text, ['id', 'name'] as const)
  const { form, text: name } = reference
  if (isById(reference)) {
    const group = await readGroup(calls, name, options)
    if (group !== undefined) return group
  }
  const found = form === 'id' ? undefined : await searchGroup(calls, name, options)
  // What a search gives is a second old, or older.
  const group = found && (await readGroup(calls, found.id, options))
  if (group !== undefined && isSameName(group.name, name)) return group
  throw await notFound(calls, groupKind, name, options)
}

/** A group of an answer. @throws {UpstreamError} `upstream_bad_response` */
function toFoundGroup(whole: JsonObject): FoundGroup {
  return {
    kind: 'group',
    id: requireText(whole, 'id', 'the group'),
    name: textOf(membersOf(whole, 'profile'), 'name') ?? '',
    type: textOf(whole, 'type') ?? '',
    whole,
  }
}

function readGroup(
  calls: Calls,
  id: string,
  options: FindOptions,
): Promise<FoundGroup | undefined> {
  return readById(calls, groupKind, id, { toFound: toFoundGroup, ...options })
}

/** The groups of a name in any case, as the index has them: a second old, or older. */
export async function groupsNamed(
  calls: Calls,
  name: string,
  { priority = 'interactive' }: FindOptions = {},
): Promise<readonly FoundGroup[]> {
  // `q` would take the beginning of a name.
  const query = { search: `profile.name eq ${quoted(name)}`, limit: SEARCH_LIMIT }
  const answer = await calls.read({ path: groupKind.list, query, priority })
  return answer
    .objects()
    .map(toFoundGroup)
    .filter((group) => isSameName(group.name, name))
}

async function searchGroup(
  calls: Calls,
  name: string,
  options: FindOptions,
): Promise<FoundGroup | undefined> {
  return chooseNamed(groupKind, name, await groupsNamed(calls, name, options))
}
