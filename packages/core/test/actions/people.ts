/** @module An org of known people whom actions are run on, on a clock that the test moves. */

import {
  type ActionAnswer,
  getAction,
  type Org,
  type RunActionOptions,
  runAction,
} from '@postern/core'
import type { StartOptions } from '@postern/emulator'
import { type EmulatedOrg, emulatedOrg } from '../../../../test/emulated-org.ts'
import { TestClock } from '../../../../test/test-clock.ts'

type User = Parameters<EmulatedOrg['running']['org']['putUser']>[0]

/** An org, and how actions are run on it. */
export interface People extends EmulatedOrg {
  readonly clock: TestClock
  /** Puts a user there, as if always there. */
  put(login: string, more?: Partial<User>): User
  /** The user as the org has it now. */
  now(user: User): User | undefined
  run(action: string, args: unknown, options?: RunOptions): Promise<ActionAnswer>
  /** Every request that reached the org and changes something: `POST /api/v1/users`. */
  changes(): readonly string[]
}

/** How an action is run. */
export interface RunOptions extends RunActionOptions {
  /** Default: as the ready service app. */
  readonly as?: Org
}

/** Starts an org without limits that ends with the test. */
export async function openPeople(options: StartOptions = {}): Promise<People> {
  const clock = new TestClock(new Date('2026-03-01T12:00:00.500Z'))
  const changes: string[] = []
  const opened = await emulatedOrg(
    {
      clock,
      edition: 'unlimited',
      keyType: 'EC',
      role: 'SUPER_ADMIN',
      scopes: ['okta.apps.read', 'okta.groups.manage', 'okta.users.manage'],
      onCall: ({ method, path }) => {
        if (path.startsWith('/api/') && method !== 'GET') changes.push(`${method} ${path}`)
      },
      ...options,
    },
    { clock },
  )
  const { org } = opened.running
  const [first] = org.users
  if (first === undefined) throw new Error('An org has its first administrator.')
  return {
    ...opened,
    clock,
    put: (login, more = {}) => {
      const { roles: _roles, ...rest } = first
      const profile = { ...first.profile, login, email: login, ...more.profile }
      const user = { ...rest, id: org.ids.next('user'), ...more, profile }
      org.putUser(user)
      clock.advance(2_000)
      return user
    },
    now: ({ id }) => org.users.get(id),
    run: (action, args, { as = opened.app, ...options } = {}) =>
      runAction(as, getAction(action), args, options),
    changes: () => changes,
  }
}
