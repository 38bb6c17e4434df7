/** @module The action that ends every session of a user. */

import type { Action } from './action.ts'
import { ActionError } from './action-error.ts'
import type { Calls } from './calls.ts'
import { findUser } from './find-user.ts'
import { userParameter } from './parameters.ts'
import { nameOf, shortOf } from './reference.ts'

/** `user.expire_sessions`: nothing shows whether there is a session, so each run ends those that there are. */
export const expireSessions: Action = {
  name: 'user.expire_sessions',
  title: 'End the sessions of a user',
  summary:
    'Signs a user out of Okta everywhere. Okta shows nobody which sessions there are, so each run ends them all and counts as a change; running it again does no more.',
  effect: 'change',
  destructive: false,
  parameters: [userParameter],
  scopes: ['okta.users.manage'],
  roles: ['HELP_DESK_ADMIN', 'USER_ADMIN', 'ORG_ADMIN', 'SUPER_ADMIN'],
  prepare: async (calls, given) => {
    const user = await findUser(calls, given.text('user'))
    const { id } = user
    const path = `/api/v1/users/${encodeURIComponent(id)}/sessions`
    return {
      objects: [shortOf(user)],
      before: { sessions: 'unknown' },
      after: { sessions: 'none' },
      effects: [
        {
          change: 'user.sessions.ended',
          objects: [id],
          summary: `End every session of ${nameOf(user)}.`,
        },
      ],
      apply: async () => {
        await end(calls, path)
        return { after: { sessions: 'none' } }
      },
    }
  },
}

async function end(calls: Calls, path: string): Promise<void> {
  try {
    await calls.change({ method: 'DELETE', path })
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'action_outcome_unknown') throw error
    throw new ActionError(error.code, error.message, {
      remedy: 'Run the action again: ending the sessions twice is as ending them once.',
      cause: error,
    })
  }
}
