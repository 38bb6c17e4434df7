import { PosternError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { openPeople } from './people.ts'

const engineers = { name: 'Engineers', description: 'They build.' }
const path = '/api/v1/groups'

describe('group.create', () => {
  test('creates once: one with the name and the description is created already', async () => {
    const people = await openPeople()
    expect(await people.run('group.create', engineers, { dryRun: true })).toMatchObject({
      changed: true,
      before: { exists: false },
      after: { exists: true, ...engineers },
    })
    expect(people.changes()).toEqual([])
    const first = await people.run('group.create', engineers)
    people.clock.advance(2_000)
    const again = await people.run('group.create', engineers)
    expect([first.changed, again.changed]).toEqual([true, false])
    expect(again.objects).toEqual([{ kind: 'group', id: first.after['id'], name: 'Engineers' }])
    expect((await people.run('group.create', { name: 'Engineers' })).changed).toBe(false)
    expect(people.changes()).toEqual([`POST ${path}`])
    for (const other of [
      { ...engineers, description: 'x' },
      { name: 'ENGINEERS' },
      { name: 'Everyone', description: 'x' },
    ]) {
      await expect(people.run('group.create', other)).rejects.toMatchObject({
        code: 'action_object_exists',
        remedy: expect.stringContaining('group.update'),
      })
    }
    expect(people.changes()).toHaveLength(1)
  })

  test.each(['400-E0000001', '409-E0000055'])(
    'one that the index does not show yet is found by its refusal (%s)',
    async (duplicateGroupName) => {
      const people = await openPeople({ assumptions: { duplicateGroupName } as never })
      await people.run('group.create', engineers)
      expect(await people.run('group.create', engineers)).toMatchObject({
        changed: false,
        after: { exists: true, ...engineers },
      })
      await people.run('group.create', { name: 'Others', description: 'a' })
      await expect(
        people.run('group.create', { name: 'Others', description: 'b' }),
      ).rejects.toMatchObject({ code: 'action_object_exists' })
      expect([...people.running.org.groups].map(({ profile }) => profile['name'])).toEqual([
        'Everyone',
        'Engineers',
        'Others',
      ])
    },
  )

  test('a lost answer makes none twice', async () => {
    const people = await openPeople()
    people.running.faults.on({ name: 'socket-reset-after-write', parameters: { times: 1, path } })
    expect(await people.run('group.create', engineers)).toMatchObject({
      changed: true,
      after: { exists: true, ...engineers },
    })
    expect(people.changes()).toHaveLength(1)
    people.running.faults.on({
      name: 'socket-reset',
      parameters: { times: 1, path, method: 'POST' },
    })
    await expect(people.run('group.create', { name: 'Others' })).rejects.toMatchObject({
      code: 'action_outcome_unknown',
    })
  })
})

test('a change that nobody answered for is not known to be undone because the next attempt came to nothing (G6)', async () => {
  const people = await openPeople()
  const { after } = await people.run('group.create', engineers)
  const one = `${path}/${String(after['id'])}`
  for (const [name, times] of [
    ['socket-reset', 1],
    ['concurrency-limited', 20],
  ] as const)
    people.running.faults.on({ name, parameters: { times, path: one, method: 'PUT' } })
  const args = { group: `id:${String(after['id'])}`, name: 'Builders' }
  await expect(people.run('group.update', args)).rejects.toMatchObject({
    code: 'action_outcome_unknown',
    cause: { code: 'rate_limited' },
  })
})

describe('an answer that is not Okta’s', () => {
  test.each(['html-200', 'redirect'])('is no word that it was done: %s', async (fault) => {
    const people = await openPeople()
    people.running.faults.on({ name: fault, parameters: { path, method: 'POST' } })
    await expect(people.run('group.create', engineers)).rejects.toMatchObject({
      code: 'action_outcome_unknown',
    })
    people.running.faults.clear()
    expect((await people.run('group.create', engineers)).changed).toBe(true)
    const groups = [...people.running.org.groups].map(({ profile }) => profile['name'])
    expect(groups.filter((name) => name === engineers.name)).toHaveLength(1)
  })

  test('is looked behind: what was done counts', async () => {
    const people = await openPeople()
    people.running.faults.on({ name: 'truncated-json', parameters: { path, method: 'POST' } })
    expect(await people.run('group.create', engineers)).toMatchObject({
      changed: true,
      after: { exists: true, ...engineers },
    })
  })
})

describe('group.update', () => {
  test('changes what is named, once, and keeps the rest of the profile', async () => {
    const people = await openPeople()
    const { after } = await people.run('group.create', engineers)
    const args = { group: `id:${String(after['id'])}`, name: 'Builders' }
    const planned = await people.run('group.update', args, { dryRun: true })
    const first = await people.run('group.update', args)
    expect(first).toMatchObject({
      changed: true,
      before: { name: 'Engineers' },
      after: { name: 'Builders' },
    })
    expect(first.effects).toEqual(planned.effects)
    expect(Object.keys(first.after)).toEqual(['name'])
    expect((await people.run('group.update', args)).changed).toBe(false)
    expect(people.running.org.groups.get(String(after['id']))?.profile).toEqual({
      name: 'Builders',
      description: 'They build.',
    })
    expect(people.changes()).toHaveLength(2)
  })

  test('refuses a name that another group has, and a group that is not the administrators’ own', async () => {
    const people = await openPeople()
    await people.run('group.create', engineers)
    await people.run('group.create', { name: 'Others' })
    people.clock.advance(2_000)
    const sent = people.changes().length
    await expect(
      people.run('group.update', { group: 'Others', name: 'engineers' }),
    ).rejects.toMatchObject({ code: 'action_object_exists' })
    await expect(
      people.run('group.update', { group: 'Everyone', description: 'x' }),
    ).rejects.toMatchObject({ code: 'action_group_not_editable' })
    await expect(people.run('group.update', { group: 'Others' })).rejects.toMatchObject({
      code: 'action_arguments_invalid',
    })
    expect(people.changes()).toHaveLength(sent)
    await people.run('group.update', { group: 'Others', name: 'Otters' })
    // The index still has the old name of the other.
    await expect(
      people.run('group.update', { group: 'Engineers', name: 'Otters' }),
    ).rejects.toMatchObject({ code: 'action_object_exists' })
    // The case of a name is one's own to change.
    expect(
      (await people.run('group.update', { group: 'Engineers', name: 'ENGINEERS' })).changed,
    ).toBe(true)
  })

  test('a lost answer is as if it had come', async () => {
    const people = await openPeople()
    const { after } = await people.run('group.create', engineers)
    const group = String(after['id'])
    people.running.faults.on({
      name: 'socket-reset-after-write',
      parameters: { times: 1, path: `${path}/${group}` },
    })
    expect(await people.run('group.update', { group, description: 'b' })).toMatchObject({
      changed: true,
      after: { description: 'b' },
    })
  })

  test('a change whose connection is removed under way is not known to be made (G6)', async () => {
    const stop = new AbortController()
    const people = await openPeople({
      onCall: ({ method }) => {
        if (method === 'PUT') stop.abort(removed)
      },
    })
    const { after } = await people.run('group.create', engineers)
    const update = { group: String(after['id']), description: 'b' }
    const { signal } = stop
    await expect(people.run('group.update', update, { signal })).rejects.toMatchObject({
      code: 'action_outcome_unknown',
      cause: removed,
    })
  })
})

const removed = new PosternError('connection_not_found', 'There is no connection acme.', {
  remedy: 'List them.',
})
