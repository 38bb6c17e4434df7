/** @module The action that changes attributes of a user. */

import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import type { Action, Applied, Prepared } from './action.ts'
import { argumentsInvalid } from './arguments.ts'
import { differing, requireAsFound, valuesOf } from './attributes.ts'
import type { Calls } from './calls.ts'
import { type FoundUser, findUser } from './find-user.ts'
import { userParameter } from './parameters.ts'
import { nameOf, shortOf } from './reference.ts'
import { profileParameters, readAttributes } from './user-profile.ts'
import { statusUnsuitable, transitionOf } from './user-status.ts'

// Somebody who changes other attributes all the time must not keep this one waiting for ever.
const MAX_ATTEMPTS = 3

/** `user.update` */
export const updateUser: Action = {
  name: 'user.update',
  title: 'Change attributes of a user',
  summary: 'Changes the attributes that are named, and leaves every other as it is.',
  effect: 'change',
  destructive: false,
  parameters: [userParameter, ...profileParameters([])],
  scopes: ['okta.users.manage'],
  roles: ['USER_ADMIN', 'ORG_ADMIN', 'SUPER_ADMIN'],
  prepare: async (calls, given) => {
    const wanted = readAttributes(updateUser, given)
    if (Object.keys(wanted).length === 0) {
      throw argumentsInvalid(updateUser, [{ argument: '', observed: 'No attribute is named.' }])
    }
    return prepareUpdate(calls, await findUser(calls, given.text('user')), wanted)
  },
}

function prepareUpdate(calls: Calls, user: FoundUser, wanted: JsonObject): Prepared {
  const before = valuesOf(user, wanted)
  const names = differing(before, wanted)
  const found = { objects: [shortOf(user)], before }
  if (names.length === 0) return { ...found, after: before, effects: [] }
  requireChangeable(user)
  return {
    ...found,
    after: wanted,
    effects: names.map((name) => ({
      change: 'user.attribute.changed',
      objects: [user.id, name],
      summary: `Change ${name} of ${nameOf(user)}.`,
    })),
    apply: () => update(calls, user, { before, wanted }),
  }
}

async function update(
  calls: Calls,
  { id }: FoundUser,
  { before, wanted }: { readonly before: JsonObject; readonly wanted: JsonObject },
): Promise<Applied> {
  const read = () => findUser(calls, `id:${id}`)
  const isDone = async () => differing(valuesOf(await read(), wanted), wanted).length === 0
  for (let attempt = 1; ; attempt++) {
    const { etag, has } = await readVersion(calls, id, wanted)
    const names = differing(has, wanted)
    if (names.length === 0) return { changed: false, after: has }
    requireAsFound(has, before)
    const profile = Object.fromEntries(names.map((name) => [name, wanted[name]] as const))
    try {
      const path = pathOf(id)
      const headers = etag === undefined ? {} : { 'if-match': etag }
      const request = { method: 'POST', path, headers, body: { profile } }
      const { changed, answer } = await calls.make(request, isDone)
      const now = answer === undefined ? await read() : { whole: answer.object() }
      return { changed, after: valuesOf(now, wanted) }
    } catch (error) {
      if (isRefused(error, 'E0000112')) throw statusUnsuitable(await read(), 'be changed', error)
      // Another attribute was changed since it was read: the look above tells whether it was one of these.
      if (!isRefused(error, 'E0000231') || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

/** The attributes that are wanted as they are now, and the version of the user that they are of. */
async function readVersion(
  calls: Calls,
  id: string,
  wanted: JsonObject,
): Promise<{ readonly etag: string | undefined; readonly has: JsonObject }> {
  const answer = await calls.read({ path: pathOf(id) })
  const has = valuesOf({ whole: answer.object() }, wanted)
  return { etag: answer.headers.get('etag') ?? undefined, has }
}

function pathOf(id: string): string {
  return `/api/v1/users/${encodeURIComponent(id)}`
}

/** @throws {ActionError} `action_status_unsuitable` */
function requireChangeable(user: FoundUser): void {
  if (user.status === 'DEPROVISIONED' || transitionOf(user) !== undefined)
    throw statusUnsuitable(user, 'be changed')
}

function isRefused(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.okta.errorCode === code
}
