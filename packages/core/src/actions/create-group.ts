/** @module The action that creates a group. */

import type { JsonObject } from '../json.ts'
import { requireText } from '../org/members.ts'
import type { Action, Applied, Prepared } from './action.ts'
import type { Calls } from './calls.ts'
import type { FoundGroup } from './find-group.ts'
import { descriptionOf, groupExists, holderOf, isDuplicate } from './named-groups.ts'
import type { Parameter } from './parameter.ts'
import { nameOf, shortOf } from './reference.ts'

/** What a group is to be. */
interface Wanted {
  readonly name: string
  readonly description: string | undefined
}

/** The parameters of what a group is called. */
export const namingParameters: readonly [name: Parameter, description: Parameter] = [
  {
    name: 'name',
    kind: 'text',
    description: 'The name of the group; no other group of the org has it.',
    required: true,
    max: 255,
  },
  {
    name: 'description',
    kind: 'text',
    description: 'What the group is for.',
    required: false,
    max: 1_024,
  },
]

// The index that a search reads is a second behind, or more.
const INDEX_LAG_MS = 2_000

/** `group.create` */
export const createGroup: Action = {
  name: 'group.create',
  title: 'Create a group',
  summary:
    'Creates a group without members. One that exists with the name and the description is created already.',
  effect: 'change',
  destructive: false,
  parameters: namingParameters,
  scopes: ['okta.groups.manage'],
  roles: ['USER_ADMIN', 'ORG_ADMIN', 'SUPER_ADMIN'],
  prepare: async (calls, given) => {
    const wanted = { name: given.text('name'), description: given.optionalText('description') }
    const group = await holderOf(calls, wanted.name)
    if (group !== undefined) return alreadyThere(group, wanted)
    const { name, description = null } = wanted
    return {
      objects: [],
      before: { exists: false },
      after: { exists: true, name, description },
      effects: [
        {
          change: 'group.created',
          objects: [name],
          summary: `Create the group ${nameOf({ name })}.`,
        },
      ],
      apply: () => create(calls, wanted),
    }
  },
}

function alreadyThere(group: FoundGroup, wanted: Wanted): Prepared {
  requireAsWanted(group, wanted)
  const state = stateOf(group)
  return { objects: [shortOf(group)], before: state, after: state, effects: [] }
}

async function create(calls: Calls, wanted: Wanted): Promise<Applied> {
  const { name, description } = wanted
  let seen: FoundGroup | undefined
  const isDone = async () => {
    seen = await holderOf(calls, name)
    return seen !== undefined && isAsWanted(seen, wanted)
  }
  const profile = { name, ...(description === undefined ? {} : { description }) }
  const request = { method: 'POST', path: '/api/v1/groups', body: { profile } }
  try {
    const { changed, answer } = await calls.make(request, isDone)
    if (answer === undefined) return { changed, after: seen === undefined ? {} : stateOf(seen) }
    const id = requireText(answer.object(), 'id', 'the group')
    return { after: { exists: true, id, name, description: description ?? null } }
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Somebody else created it, a moment before the index knew.
    await calls.org.clock.sleep(INDEX_LAG_MS, { signal: calls.signal })
    const group = await holderOf(calls, name)
    if (group === undefined) throw error
    requireAsWanted(group, wanted)
    return { changed: false, after: stateOf(group) }
  }
}

function stateOf(group: FoundGroup): JsonObject {
  const { id, name } = group
  return { exists: true, id, name, description: descriptionOf(group) }
}

function isAsWanted(group: FoundGroup, { name, description }: Wanted): boolean {
  const isDescribed = description === undefined || descriptionOf(group) === description
  return group.name === name && isDescribed
}

/** @throws {ActionError} `action_object_exists` */
function requireAsWanted(group: FoundGroup, wanted: Wanted): void {
  if (isAsWanted(group, wanted)) return
  const names = group.name === wanted.name ? 'its description' : 'the case of its name'
  throw groupExists(group, {
    observed: `exists, and differs in ${names}`,
    remedy: 'Change the group with group.update, or create one with another name.',
  })
}
