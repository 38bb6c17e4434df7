/** @module Every lifecycle operation from every state. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserStatus } from '../../src/state/user.ts'
import { type DirectoryOrg, eventsFrom, openDirectory, printNow, putUser } from './directory-org.ts'

let directory: DirectoryOrg
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(async () => {
  expect(directory.running.unexpected).toEqual([])
  await directory.running.close()
})

const statuses: readonly UserStatus[] = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
  'SUSPENDED',
  'DEPROVISIONED',
]

/** From which states an operation leads where, its event, and how any other state is refused. */
interface Expected {
  readonly to: Partial<Record<UserStatus, UserStatus>>
  readonly event: string
  readonly refusal: readonly [status: number, code: string]
}

const every = (to?: UserStatus) =>
  Object.fromEntries(
    statuses.filter((from) => from !== 'DEPROVISIONED').map((from) => [from, to ?? from]),
  )
const notNow = [403, 'E0000038'] as const
const expected: Readonly<Record<string, Expected>> = {
  activate: {
    to: { STAGED: 'ACTIVE', DEPROVISIONED: 'ACTIVE' },
    event: 'user.lifecycle.activate',
    refusal: [403, 'E0000016'],
  },
  reactivate: {
    to: { PROVISIONED: 'PROVISIONED', RECOVERY: 'RECOVERY' },
    event: 'user.lifecycle.reactivate',
    refusal: notNow,
  },
  deactivate: {
    to: every('DEPROVISIONED'),
    event: 'user.lifecycle.deactivate',
    refusal: notNow,
  },
  suspend: {
    to: { ACTIVE: 'SUSPENDED' },
    event: 'user.lifecycle.suspend',
    refusal: [400, 'E0000001'],
  },
  unsuspend: {
    to: { SUSPENDED: 'ACTIVE' },
    event: 'user.lifecycle.unsuspend',
    refusal: [400, 'E0000001'],
  },
  unlock: {
    to: { LOCKED_OUT: 'ACTIVE' },
    event: 'user.account.unlock_by_admin',
    refusal: [403, 'E0000032'],
  },
  reset_password: {
    to: {
      PROVISIONED: 'RECOVERY',
      ACTIVE: 'RECOVERY',
      RECOVERY: 'RECOVERY',
      PASSWORD_EXPIRED: 'RECOVERY',
      LOCKED_OUT: 'RECOVERY',
    },
    event: 'user.account.reset_password',
    refusal: notNow,
  },
  expire_password: {
    to: { ACTIVE: 'PASSWORD_EXPIRED', PASSWORD_EXPIRED: 'PASSWORD_EXPIRED' },
    event: 'user.account.expire_password',
    refusal: notNow,
  },
  expire_password_with_temp_password: {
    to: { ACTIVE: 'PASSWORD_EXPIRED', PASSWORD_EXPIRED: 'PASSWORD_EXPIRED' },
    event: 'user.account.expire_password',
    refusal: notNow,
  },
  reset_factors: { to: every(), event: 'user.mfa.factor.reset_all', refusal: notNow },
}

describe.each(Object.entries(expected))('%s', (name, { to, event, refusal }) => {
  test.each(statuses)('from %s', async (from) => {
    const { id, lastUpdatedMs } = putUser(directory, `${name}-${from}@example.com`, {
      status: from,
    })
    directory.clock.advance(2_000)
    const seq = directory.running.org.ledger.size
    const { status, body } = await directory.call('POST', `/api/v1/users/${id}/lifecycle/${name}`)
    const after = (await directory.call('GET', `/api/v1/users/${id}`)).body
    const goal = to[from]
    if (goal === undefined) {
      expect([status, body.errorCode]).toEqual(refusal)
      expect(after.status).toBe(from)
      expect(directory.running.org.users.get(id)?.lastUpdatedMs).toBe(lastUpdatedMs)
      expect(directory.running.org.ledger.size).toBe(seq)
      return
    }
    expect(status).toBe(200)
    expect(after.status).toBe(goal)
    expect(after.lastUpdated).toBe(printNow(directory))
    if (goal !== from) expect(after.statusChanged).toBe(printNow(directory))
    expect(eventsFrom(directory, seq)).toEqual([event])
  })
})

const perform = async (operation: string, status: UserStatus, query = '') => {
  const { id } = putUser(directory, `${operation}${query.length}@example.org`, { status })
  const { org } = directory.running
  const answer = await directory.call('POST', `/api/v1/users/${id}/lifecycle/${operation}${query}`)
  const user = org.users.get(id)
  if (user !== undefined) org.removeUser(user)
  return answer
}

test('the answers are empty objects, but where the caller asks for links or a password', async () => {
  expect((await perform('activate', 'STAGED')).body).toEqual({})
  const activation = (await perform('activate', 'STAGED', '?sendEmail=false')).body
  expect(Object.keys(activation)).toEqual(['activationUrl', 'activationToken'])
  expect(activation.activationUrl).toBe(
    `${directory.running.url}/welcome/${activation.activationToken}`,
  )
  expect((await perform('suspend', 'ACTIVE')).body).toEqual({})
  const reset = (await perform('reset_password', 'ACTIVE', '?sendEmail=false')).body
  expect(reset.resetPasswordUrl).toMatch(/^http.*\/reset_password\/[\w-]{20}$/)
  expect((await perform('expire_password', 'ACTIVE')).body.status).toBe('PASSWORD_EXPIRED')
  const temporary = (await perform('expire_password_with_temp_password', 'ACTIVE')).body
  expect(Object.keys(temporary)).toEqual(['tempPassword'])
})

test('deactivating answers 200 with an empty object, or 204 by assumption', async () => {
  const { org } = directory.running
  const first = await perform('deactivate', 'ACTIVE')
  expect([first.status, first.body]).toEqual([200, {}])
  org.assumptions = { ...org.assumptions, deactivateAnswer: '204' }
  const second = await perform('deactivate', 'ACTIVE')
  org.assumptions = { ...org.assumptions, deactivateAnswer: '200' }
  expect([second.status, second.body]).toEqual([204, undefined])
})

test('a user without a password becomes PROVISIONED by activation', async () => {
  const { id } = putUser(directory, 'bare@example.com', { status: 'STAGED', hasPassword: false })
  await directory.call('POST', `/api/v1/users/${id}/lifecycle/activate`)
  expect((await directory.call('GET', `/api/v1/users/${id}`)).body.status).toBe('PROVISIONED')
})

test('an operation goes by login too, and refuses an unknown user before an unfit state', async () => {
  putUser(directory, 'by.login@example.com')
  const done = await directory.call('POST', '/api/v1/users/by.login/lifecycle/suspend')
  expect(done.status).toBe(200)
  const nobody = await directory.call('POST', '/api/v1/users/nobody/lifecycle/suspend')
  expect([nobody.status, nobody.body.errorCode]).toEqual([404, 'E0000007'])
})

test('ending the sessions of a user answers 204 and stands in the log', async () => {
  const { id } = putUser(directory, 'sessions@example.com')
  const seq = directory.running.org.ledger.size
  expect((await directory.call('DELETE', `/api/v1/users/${id}/sessions`)).status).toBe(204)
  expect(eventsFrom(directory, seq)).toEqual(['user.session.clear'])
})
