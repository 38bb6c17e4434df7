/** @module The rows of the actions about users. */

import type { ActionRow } from './row.ts'
import type { UserStatus, World } from './world.ts'

const grace = { login: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' }

/** What every move of a user's life has in its row. */
function move(action: string, login: string, status: UserStatus): ActionRow {
  return {
    action,
    given: { user: login },
    so: async ({ running, idOf }) => {
      const user = running.org.users.get(idOf(login))
      if (user !== undefined) running.org.putUser({ ...user, status })
    },
    effects: ['user updated'],
    method: 'POST',
    sentOnce: true,
    isSo: async ({ sdk }: World) =>
      (await sdk.userApi.getUser({ userId: login })).status === status,
  }
}

/** Every action about users that core has. */
export const userRows: readonly ActionRow[] = [
  {
    action: 'user.create',
    given: grace,
    so: ({ send }) =>
      send('POST', '/api/v1/users?activate=false', { profile: { ...grace, email: grace.login } }),
    effects: ['user created'],
    method: 'POST',
    sentOnce: true,
    isSo: async ({ sdk }) => {
      const { profile } = await sdk.userApi.getUser({ userId: grace.login })
      return profile?.firstName === grace.firstName && profile.lastName === grace.lastName
    },
  },
  {
    action: 'user.update',
    given: { user: 'ada@example.com', profile: { title: 'Countess' } },
    so: ({ send, idOf }) =>
      send('POST', `/api/v1/users/${idOf('ada@example.com')}`, {
        profile: { title: 'Countess' },
      }),
    effects: ['user updated'],
    method: 'POST',
    sentOnce: true,
    isSo: async ({ sdk }) => {
      const { profile } = await sdk.userApi.getUser({ userId: 'ada@example.com' })
      return profile?.title === 'Countess'
    },
  },
  move('user.activate', 'staged@example.com', 'ACTIVE'),
  move('user.deactivate', 'ada@example.com', 'DEPROVISIONED'),
  move('user.suspend', 'ada@example.com', 'SUSPENDED'),
  move('user.unsuspend', 'sue@example.com', 'ACTIVE'),
  move('user.unlock', 'locked@example.com', 'ACTIVE'),
  move('user.reset_password', 'ada@example.com', 'RECOVERY'),
]
