import { expect, test } from 'vitest'
import { openPeople } from './people.ts'

const statuses = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
  'SUSPENDED',
  'DEPROVISIONED',
] as const

/** What each action makes of each status: `so` where it is so already, `no` where it is refused. */
const outcomes: Readonly<Record<string, readonly string[]>> = {
  'user.activate': ['ACTIVE', 'so', 'so', 'so', 'so', 'so', 'no', 'ACTIVE'],
  'user.deactivate': [...Array<string>(7).fill('DEPROVISIONED'), 'so'],
  'user.suspend': ['no', 'no', 'SUSPENDED', 'no', 'no', 'no', 'so', 'no'],
  'user.unsuspend': ['no', 'so', 'so', 'so', 'so', 'so', 'ACTIVE', 'no'],
  'user.unlock': ['no', 'so', 'so', 'so', 'so', 'ACTIVE', 'no', 'no'],
  'user.reset_password': ['no', 'RECOVERY', 'RECOVERY', 'so', 'RECOVERY', 'RECOVERY', 'no', 'no'],
}

const actions = Object.entries(outcomes).map(([action, expected]) => {
  const from = statuses.find((_, index) => !['so', 'no'].includes(expected[index] ?? 'no'))
  return { action, expected, from: from ?? 'ACTIVE' }
})

test('a status becomes what Okta makes of it, and nothing is sent where it is so already', async () => {
  const people = await openPeople()
  for (const { action, expected } of actions) {
    for (const [index, status] of statuses.entries()) {
      const user = people.put(`${status}@${action}.example.com`, { status })
      const sent = people.changes().length
      const outcome = await people.run(action, { user: user.id }).then(
        ({ changed, before, after, effects }) => {
          expect(before).toEqual({ status })
          expect(effects).toHaveLength(changed ? 1 : 0)
          return changed ? after['status'] : 'so'
        },
        ({ code }) => (code === 'action_status_unsuitable' ? 'no' : code),
      )
      expect([action, status, outcome]).toEqual([action, status, expected[index]])
      const isChange = outcome !== 'so' && outcome !== 'no'
      expect(people.changes()).toHaveLength(sent + (isChange ? 1 : 0))
      expect(people.now(user)?.status).toBe(isChange ? outcome : status)
    }
  }
  expect(people.running.unexpected).toEqual([])
})

test('what is run twice is done once, and a dry run does nothing', async () => {
  const people = await openPeople()
  for (const { action, from } of actions) {
    const login = `ada@${action}.example.com`
    const user = people.put(login, { status: from })
    const sent = people.changes().length
    const planned = await people.run(action, { user: login }, { dryRun: true })
    expect([planned.changed, people.changes().length]).toEqual([true, sent])
    const first = await people.run(action, { user: login })
    const second = await people.run(action, { user: login })
    expect([first.changed, second.changed]).toEqual([true, false])
    expect(first.effects).toEqual(planned.effects)
    expect(first.objects).toEqual([{ kind: 'user', id: user.id, name: login }])
    expect(people.changes()).toHaveLength(sent + 1)
  }
})

test('a lost answer is looked for: done where the org shows it, unknown where it does not', async () => {
  const people = await openPeople()
  for (const { action, from } of actions) {
    const lost = people.put(`lost@${action}.example.com`, { status: from })
    const path = `/api/v1/users/${lost.id}/lifecycle`
    const sent = people.changes().length
    people.running.faults.on({ name: 'socket-reset-after-write', parameters: { times: 1, path } })
    expect((await people.run(action, { user: lost.id })).changed).toBe(true)
    expect(people.changes()).toHaveLength(sent + 1)

    const never = people.put(`never@${action}.example.com`, { status: from })
    const neverPath = `/api/v1/users/${never.id}/lifecycle`
    people.running.faults.on({ name: 'socket-reset', parameters: { times: 1, path: neverPath } })
    await expect(people.run(action, { user: never.id })).rejects.toMatchObject({
      code: 'action_outcome_unknown',
    })
    expect((await people.run(action, { user: never.id })).changed).toBe(true)
  }
})

test('an activation that Okta takes time for is told as under way, and is so already', async () => {
  const people = await openPeople({ assumptions: { activationLagMs: 60_000 } })
  people.put('ada@example.com', { status: 'STAGED' })
  const first = await people.run('user.activate', { user: 'ada@example.com' })
  expect(first).toMatchObject({
    changed: true,
    after: { status: 'STAGED', transitioningToStatus: 'ACTIVE' },
    notes: [expect.stringContaining('still moving the user to ACTIVE')],
  })
  const again = await people.run('user.activate', { user: 'ada@example.com' })
  expect(again.changed).toBe(false)
  await expect(people.run('user.deactivate', { user: 'ada@example.com' })).rejects.toMatchObject({
    code: 'action_status_unsuitable',
    details: { transitioningToStatus: 'ACTIVE' },
  })
  people.clock.advance(61_000)
  expect((await people.run('user.activate', { user: 'ada@example.com' })).after).toEqual({
    status: 'ACTIVE',
  })
})

test('a user whom somebody else moves in between is so already, or refused with the new status', async () => {
  const people = await openPeople()
  const ada = people.put('ada@example.com')
  const move = (status: 'SUSPENDED' | 'STAGED') => () => {
    people.running.org.putUser({ ...ada, status })
  }
  const overtaken = await people.run(
    'user.suspend',
    { user: ada.id },
    { onPrepared: move('SUSPENDED') },
  )
  expect(overtaken).toMatchObject({ changed: false, after: { status: 'SUSPENDED' } })
  people.running.org.putUser(ada)
  await expect(
    people.run('user.suspend', { user: ada.id }, { onPrepared: move('STAGED') }),
  ).rejects.toMatchObject({ code: 'action_status_unsuitable', details: { status: 'STAGED' } })
})

test('no action asks for the link of a mail, or has one in its answer', async () => {
  const people = await openPeople()
  people.put('ada@example.com', { status: 'STAGED' })
  const activated = await people.run('user.activate', { user: 'ada@example.com' })
  const reset = await people.run('user.reset_password', { user: 'ada@example.com' })
  expect(JSON.stringify([activated, reset])).not.toMatch(/https?:|token/i)
})

test('a deactivation tells how far it goes, and null for what may not be read', async () => {
  const people = await openPeople({ scopes: ['okta.users.manage'] })
  const { id } = people.put('ada@example.com')
  const reachOf = async (as = people.app) => {
    let reach: unknown
    const onPrepared = async (prepared: { reach?(): Promise<unknown> }) => {
      reach = await prepared.reach?.()
    }
    await people.run('user.deactivate', { user: id }, { as, dryRun: true, onPrepared })
    return reach
  }
  expect(await reachOf()).toEqual({ adminRoles: null, groups: 1, apps: null })
  expect(await reachOf(people.admin)).toEqual({ adminRoles: [], groups: 1, apps: 0 })
})

test('ending sessions is sent each time, and nothing shows whether there was one', async () => {
  const people = await openPeople()
  people.put('ada@example.com')
  const answers = [
    await people.run('user.expire_sessions', { user: 'ada@example.com' }),
    await people.run('user.expire_sessions', { user: 'ada@example.com' }),
  ]
  expect(answers.map(({ changed }) => changed)).toEqual([true, true])
  expect(people.changes()).toHaveLength(2)
})

test('ending sessions is repeated where an answer is lost, and may be run again', async () => {
  const people = await openPeople()
  const { id } = people.put('ada@example.com')
  const path = `/api/v1/users/${id}/sessions`
  people.running.faults.on({ name: 'socket-reset-after-write', parameters: { times: 1, path } })
  expect((await people.run('user.expire_sessions', { user: id })).changed).toBe(true)
  people.running.faults.on({ name: 'socket-reset', parameters: { path } })
  await expect(people.run('user.expire_sessions', { user: id })).rejects.toMatchObject({
    code: 'action_outcome_unknown',
    remedy: expect.stringContaining('Run the action again'),
  })
})

test('a change is told although the look after it fails', async () => {
  const people = await openPeople()
  const { id } = people.put('ada@example.com')
  const outage = { name: 'unavailable', parameters: { path: `/api/v1/users/${id}`, method: 'GET' } }
  const onPrepared = () => void people.running.faults.on(outage)
  expect(await people.run('user.suspend', { user: id }, { onPrepared })).toMatchObject({
    changed: true,
    after: { status: 'SUSPENDED' },
    notes: [expect.stringContaining('could not be asked')],
  })
})
