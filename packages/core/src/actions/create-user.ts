/** @module The action that creates a user. */

import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { requireText } from '../org/members.ts'
import type { Action, Applied, Prepared } from './action.ts'
import { ActionError } from './action-error.ts'
import { differing, valuesOf } from './attributes.ts'
import type { Calls } from './calls.ts'
import { type FoundUser, findUser } from './find-user.ts'
import { nameOf, shortOf } from './reference.ts'
import { profileParameters, readAttributes } from './user-profile.ts'
import { statusOf, statusUnsuitable, transitionOf } from './user-status.ts'

/** What a user is to be. */
interface Wanted {
  readonly profile: JsonObject
  readonly login: string
  readonly activate: boolean
}

/** `user.create` */
export const createUser: Action = {
  name: 'user.create',
  title: 'Create a user',
  summary:
    'Creates a user without a password, staged unless activate is given: then Okta sends the activation mail. Who exists with the same attributes is created already.',
  effect: 'change',
  destructive: false,
  parameters: [
    ...profileParameters(['login', 'firstName', 'lastName']),
    {
      name: 'activate',
      kind: 'boolean',
      description: 'Whether to activate the user at once. Left out: no.',
      required: false,
    },
  ],
  scopes: ['okta.users.manage'],
  roles: ['USER_ADMIN', 'ORG_ADMIN', 'SUPER_ADMIN'],
  prepare: async (calls, given) => {
    const login = given.text('login')
    // Okta asks for an address, and most logins are one.
    const profile = { email: login, ...readAttributes(createUser, given) }
    const wanted = { profile, login, activate: given.flag('activate') }
    const user = await findByLogin(calls, login)
    if (user !== undefined) return alreadyThere(user, wanted)
    return {
      objects: [],
      before: { exists: false },
      after: { exists: true, status: wanted.activate ? 'PROVISIONED' : 'STAGED', profile },
      effects: [
        {
          change: 'user.created',
          objects: [login],
          summary: `Create the user ${nameOf({ name: login })}${wanted.activate ? ' and send the activation mail' : ''}.`,
        },
      ],
      apply: () => create(calls, wanted),
    }
  },
}

function alreadyThere(user: FoundUser, wanted: Wanted): Prepared {
  requireAsWanted(user, wanted)
  const state = stateOf(user, wanted)
  return { objects: [shortOf(user)], before: state, after: state, effects: [] }
}

async function create(calls: Calls, wanted: Wanted): Promise<Applied> {
  const { profile, login, activate } = wanted
  const isDone = async () => {
    const user = await findByLogin(calls, login)
    return user !== undefined && isAsWanted(user, wanted)
  }
  try {
    const request = {
      method: 'POST',
      path: '/api/v1/users',
      query: { activate },
      body: { profile },
    }
    const { changed, answer } = await calls.make(request, isDone)
    const whole = answer?.object() ?? (await findUser(calls, `login:${login}`)).whole
    return { changed, after: stateOf({ whole }, wanted) }
  } catch (error) {
    // Somebody else took the login between the look and the change.
    const user = error instanceof ApiError ? await findByLogin(calls, login) : undefined
    if (user !== undefined) requireAsWanted(user, wanted)
    throw error
  }
}

async function findByLogin(calls: Calls, login: string): Promise<FoundUser | undefined> {
  try {
    return await findUser(calls, `login:${login}`)
  } catch (error) {
    if (error instanceof ActionError && error.code === 'action_object_not_found') return undefined
    throw error
  }
}

function stateOf(user: Pick<FoundUser, 'whole'>, { profile }: Wanted): JsonObject {
  const id = requireText(user.whole, 'id', 'the user')
  return { exists: true, id, ...statusOf(user), profile: valuesOf(user, profile) }
}

/** What an existing user has otherwise; the login is as Okta compares it. */
function differencesOf(user: FoundUser, { profile }: Wanted): readonly string[] {
  return differing(valuesOf(user, profile), profile).filter((name) => name !== 'login')
}

function isAsWanted(user: FoundUser, wanted: Wanted): boolean {
  return differencesOf(user, wanted).length === 0 && hasSuitableStatus(user, wanted)
}

function hasSuitableStatus(user: FoundUser, { activate }: Wanted): boolean {
  const status = transitionOf(user) ?? user.status
  return status !== 'DEPROVISIONED' && !(activate && status === 'STAGED')
}

/** @throws {ActionError} `action_object_exists`, `action_status_unsuitable` */
function requireAsWanted(user: FoundUser, wanted: Wanted): void {
  const names = differencesOf(user, wanted)
  if (names.length > 0) {
    throw new ActionError(
      'action_object_exists',
      `The user ${nameOf(user)} exists, and differs in ${names.join(', ')}.`,
      {
        remedy: 'Change the user with user.update, or create one with another login.',
        details: { userId: user.id, differing: names },
      },
    )
  }
  if (!hasSuitableStatus(user, wanted)) throw statusUnsuitable(user, 'be created again')
}
