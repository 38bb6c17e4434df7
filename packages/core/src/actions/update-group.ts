/** @module The action that renames or describes a group. */

import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { membersOf } from '../org/members.ts'
import type { Action, Applied, Prepared } from './action.ts'
import type { ActionError } from './action-error.ts'
import { argumentsInvalid } from './arguments.ts'
import { differing, requireAsFound, valuesOf } from './attributes.ts'
import type { Calls } from './calls.ts'
import { namingParameters } from './create-group.ts'
import { type FoundGroup, findGroup } from './find-group.ts'
import { groupNotEditable, requireEditable } from './membership.ts'
import { groupExists, holderOf, isDuplicate } from './named-groups.ts'
import { groupParameter } from './parameters.ts'
import { nameOf, shortOf } from './reference.ts'

/** `group.update` */
export const updateGroup: Action = {
  name: 'group.update',
  title: 'Rename or describe a group',
  summary: 'Changes the name or the description of a group, and nothing else of it.',
  effect: 'change',
  destructive: false,
  parameters: [
    groupParameter,
    ...namingParameters.map((parameter) => ({ ...parameter, required: false })),
  ],
  scopes: ['okta.groups.manage'],
  roles: ['USER_ADMIN', 'ORG_ADMIN', 'SUPER_ADMIN'],
  prepare: async (calls, given) => {
    const wanted = readWanted(given.optionalText('name'), given.optionalText('description'))
    if (Object.keys(wanted).length === 0) {
      const observed = 'Neither a name nor a description is given.'
      throw argumentsInvalid(updateGroup, [{ argument: '', observed }])
    }
    const group = await findGroup(calls, given.text('group'))
    const before = valuesOf(group, wanted)
    const found = { objects: [shortOf(group)], before }
    const names = differing(before, wanted)
    if (names.length === 0) return { ...found, after: before, effects: [] }
    requireEditable(group)
    if (wanted['name'] !== undefined) await requireFree(calls, group, String(wanted['name']))
    return {
      ...found,
      after: wanted,
      effects: names.map((name) => ({
        change: 'group.attribute.changed',
        objects: [group.id, name],
        summary: `Change the ${name} of the group ${nameOf(group)}.`,
      })),
      apply: () => update(calls, group, { before, wanted }),
    } satisfies Prepared
  },
}

async function update(
  calls: Calls,
  { id }: FoundGroup,
  { before, wanted }: { readonly before: JsonObject; readonly wanted: JsonObject },
): Promise<Applied> {
  const read = () => findGroup(calls, `id:${id}`)
  // The whole profile is put in the place of the group's, so it is the newest one.
  const group = await read()
  const has = valuesOf(group, wanted)
  if (differing(has, wanted).length === 0) return { changed: false, after: has }
  requireAsFound(has, before)
  const profile = { ...membersOf(group.whole, 'profile'), ...wanted }
  const isDone = async () => differing(valuesOf(await read(), wanted), wanted).length === 0
  try {
    const path = `/api/v1/groups/${encodeURIComponent(id)}`
    const request = { method: 'PUT', path, body: { profile } }
    const { changed, answer } = await calls.make(request, isDone)
    const now = answer === undefined ? await read() : { whole: answer.object() }
    return { changed, after: valuesOf(now, wanted) }
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken(group, error)
    if (isNotEditable(error)) throw groupNotEditable(group, error)
    throw error
  }
}

function readWanted(name: string | undefined, description: string | undefined): JsonObject {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  }
}

/** @throws {ActionError} `action_object_exists` where another group has the name. */
async function requireFree(calls: Calls, group: FoundGroup, name: string): Promise<void> {
  const holder = await holderOf(calls, name)
  if (holder !== undefined && holder.id !== group.id) throw nameTaken(holder)
}

function nameTaken(group: FoundGroup, cause?: unknown): ActionError {
  return groupExists(group, {
    observed: 'has that name, or another has',
    remedy: 'Choose another name.',
    cause,
  })
}

function isNotEditable(error: unknown): boolean {
  return error instanceof ApiError && error.okta.errorCode === 'E0000060'
}
