import { type ActionItem, getAction, type JsonObject, runAction } from '@postern/core'
import type { OrgCall } from '@postern/emulator'
import { expect, test } from 'vitest'
import { startWorld, type World } from './world.ts'

const add = getAction('group.add_members')
const remove = getAction('group.remove_members')

/** An org with so many people who can be put into groups, under the limits of its plan; and what reached it. */
async function startLarge(people: number) {
  const calls: OrgCall[] = []
  const world = await startWorld({
    // Some of them left the company.
    users: Math.ceil(people * 1.2) + 20,
    edition: 'enterprise',
    onCall: (call) => calls.push(call),
  })
  const users = [...world.running.org.users]
    .filter(({ status, roles }) => status !== 'DEPROVISIONED' && roles === undefined)
    .map(({ profile }) => String(profile['login']))
    .filter((login) => login !== 'twin@example.com')
    .slice(0, people)
  return { world, calls, users }
}

const changesOf = (calls: readonly OrgCall[]) =>
  calls.filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/v1/groups/'))

function countOf(items: readonly ActionItem[] | undefined): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { outcome } of items ?? []) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

async function membersOf({ sdk, idOf }: World): Promise<number> {
  let count = 0
  const members = await sdk.groupApi.listGroupUsers({ groupId: idOf('Operations') })
  await members.each(() => void count++)
  return count
}

test('a thousand are put in, and some taken out, within the share of the limits, each once', async () => {
  const { world, calls, users } = await startLarge(1_000)
  expect(users).toHaveLength(1_000)
  const given: JsonObject = { group: 'Operations', users }
  const ledger = world.watch()
  const progress: number[] = []
  const answer = await runAction(world.org, add, given, {
    onProgress: ({ done, of }) => {
      expect(of).toBe(users.length)
      progress.push(done)
    },
  })
  expect(countOf(answer.items)).toEqual({ changed: users.length })
  expect(answer.after).toEqual({ members: users.length, others: 0 })
  expect(progress).toEqual(users.map((_, index) => index + 1))
  expect(await membersOf(world)).toBe(users.length)
  expect(ledger()).toHaveLength(users.length)
  const again = await runAction(world.org, add, given)
  expect(again).toMatchObject({ changed: false, effects: [] })
  const leaving = users.slice(0, 50)
  const gone = await runAction(world.org, remove, { group: 'Operations', users: leaving })
  expect(countOf(gone.items)).toEqual({ changed: leaving.length })
  expect(await membersOf(world)).toBe(950)
  expect(ledger()).toHaveLength(1_050)
  // Nothing was refused, and of each window a tenth was left to others.
  expect(calls.filter(({ status }) => status === 429)).toEqual([])
  const counted = changesOf(calls).flatMap((call) => call.counted ?? [])
  expect(counted).toHaveLength(1_050)
  const leastLeft = Math.min(...counted.map(({ remaining, limit }) => remaining / limit))
  expect(leastLeft).toBeGreaterThanOrEqual(0.099)
})

test('what was cut off in the middle is finished by the next run, and none is done twice', async () => {
  const { world, calls, users } = await startLarge(300)
  const given: JsonObject = { group: 'Operations', users }
  const ledger = world.watch()
  const stop = new AbortController()
  const stopped = runAction(world.org, add, given, {
    signal: stop.signal,
    onProgress: ({ done }) => {
      if (done === 100) stop.abort(new Error('killed'))
    },
  })
  await expect(stopped).rejects.toThrow('killed')
  const before = ledger().length
  expect(before).toBeGreaterThanOrEqual(100)
  expect(before).toBeLessThan(users.length)
  const answer = await runAction(world.org, add, given)
  expect(countOf(answer.items)).toEqual({ already_so: before, changed: users.length - before })
  expect(ledger()).toHaveLength(users.length)
  expect(changesOf(calls)).toHaveLength(users.length)
})

test('one that fails stops no other, and is told', async () => {
  const { world, users } = await startLarge(40)
  const few = users.slice(0, 30)
  const listed = [...few, 'nobody@example.com', 'twin@example.com', 'gone@example.com', ...few]
  const refused = few[3] ?? ''
  const [user] = [...world.running.org.users].filter(({ profile }) => profile['login'] === refused)
  const path = `/api/v1/groups/${world.idOf('Operations')}/users/${user?.id}`
  world.running.faults.on({ name: 'server-error', parameters: { path, method: 'PUT' } })
  const answer = await runAction(world.org, add, { group: 'Operations', users: listed })
  expect(answer.changed).toBe(true)
  expect(answer.items?.map(({ value }) => value)).toEqual(listed)
  const failures = answer.items?.filter(({ outcome }) => outcome === 'failed')
  expect(failures?.map(({ value, error }) => [value, error?.code])).toEqual([
    [refused, 'action_outcome_unknown'],
    ['nobody@example.com', 'action_object_not_found'],
    ['twin@example.com', 'action_object_ambiguous'],
    ['gone@example.com', 'action_status_unsuitable'],
    [refused, 'action_outcome_unknown'],
  ])
  expect(failures?.every(({ error }) => error?.remedy !== '')).toBe(true)
  expect(await membersOf(world)).toBe(29)
  world.running.faults.clear()
  const again = await runAction(world.org, add, { group: 'Operations', users: few })
  expect(countOf(again.items)).toEqual({ already_so: 29, changed: 1 })
})

test('where the role is taken away in the middle, the rest is not tried', async () => {
  const { world, calls, users } = await startLarge(200)
  const answer = await runAction(
    world.org,
    add,
    { group: 'Operations', users },
    {
      onProgress: ({ done }) => {
        if (done === 100) world.running.faults.on('admin-role-missing')
      },
    },
  )
  const { changed = 0, failed = 0 } = countOf(answer.items)
  expect(changed).toBeLessThan(120)
  expect(failed).toBe(users.length - changed)
  const codes = new Set(answer.items?.flatMap(({ error }) => error?.code ?? []))
  expect([...codes]).toEqual(['action_role_missing'])
  expect(changesOf(calls).length).toBeLessThan(120)
})
