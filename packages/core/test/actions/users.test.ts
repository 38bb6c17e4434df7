import { fetchTransport, type Transport } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { openPeople } from './people.ts'

const grace = { login: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' }

describe('user.create', () => {
  test('creates once: who exists with the same attributes is created already', async () => {
    const people = await openPeople()
    const planned = await people.run('user.create', grace, { dryRun: true })
    expect(planned).toMatchObject({
      changed: true,
      before: { exists: false },
      after: { exists: true, status: 'STAGED', profile: { email: 'grace@example.com' } },
    })
    expect(people.changes()).toEqual([])
    const first = await people.run('user.create', { ...grace, profile: { title: 'Admiral' } })
    expect(first).toMatchObject({
      changed: true,
      after: { status: 'STAGED', profile: { title: 'Admiral', firstName: 'Grace' } },
    })
    const again = await people.run('user.create', {
      ...grace,
      login: 'GRACE@example.com',
      email: 'grace@example.com',
    })
    expect(again).toMatchObject({ changed: false, objects: [{ id: first.after['id'] }] })
    expect(people.changes()).toEqual(['POST /api/v1/users'])
  })

  test('refuses who exists with other attributes, names those and shows no value', async () => {
    const people = await openPeople()
    people.put('grace@example.com', { profile: { firstName: 'Grace', lastName: 'Secret-Name' } })
    const error = await people
      .run('user.create', { ...grace, profile: { title: 'x' } })
      .catch((e) => e)
    expect(error).toMatchObject({
      code: 'action_object_exists',
      details: { differing: ['lastName', 'title'] },
      remedy: expect.stringContaining('user.update'),
    })
    expect(error.message).not.toContain('Secret-Name')
    people.put('grace@navy.example', {
      status: 'DEPROVISIONED',
      profile: { firstName: 'Grace', lastName: 'Hopper' },
    })
    await expect(
      people.run('user.create', {
        ...grace,
        login: 'grace@navy.example',
        email: 'grace@navy.example',
      }),
    ).rejects.toMatchObject({ code: 'action_status_unsuitable' })
    expect(people.changes()).toEqual([])
  })

  test('activates only where it is told to, and gives out no link', async () => {
    const people = await openPeople({ assumptions: { activationLagMs: 60_000 } })
    const args = { ...grace, activate: true }
    const first = await people.run('user.create', args)
    expect(first.after).toMatchObject({ transitioningToStatus: 'PROVISIONED' })
    expect(JSON.stringify(first)).not.toMatch(/https?:|token/i)
    expect((await people.run('user.create', args)).changed).toBe(false)
    people.put('ada@example.com', {
      status: 'STAGED',
      profile: { firstName: 'Ada', lastName: 'L' },
    })
    const staged = { login: 'ada@example.com', firstName: 'Ada', lastName: 'L' }
    expect((await people.run('user.create', staged)).changed).toBe(false)
    await expect(people.run('user.create', { ...staged, activate: true })).rejects.toMatchObject({
      code: 'action_status_unsuitable',
      remedy: expect.stringContaining('user.activate'),
    })
  })

  test('a lost answer makes nobody twice', async () => {
    const people = await openPeople()
    const path = '/api/v1/users'
    people.running.faults.on({ name: 'socket-reset-after-write', parameters: { times: 1, path } })
    expect(await people.run('user.create', grace)).toMatchObject({
      changed: true,
      after: { status: 'STAGED' },
    })
    expect(people.changes()).toHaveLength(1)
    people.running.faults.on({
      name: 'socket-reset',
      parameters: { times: 1, path, method: 'POST' },
    })
    const other = { ...grace, login: 'ada@example.com' }
    await expect(people.run('user.create', other)).rejects.toMatchObject({
      code: 'action_outcome_unknown',
    })
    expect((await people.run('user.create', other)).changed).toBe(true)
  })

  test('a login that somebody else takes in between is so already, or refused', async () => {
    const people = await openPeople()
    const take = (lastName: string) => () => {
      people.put('grace@example.com', { profile: { ...grace, lastName } })
    }
    expect(await people.run('user.create', grace, { onPrepared: take('Hopper') })).toMatchObject({
      changed: false,
    })
    people.running.org.removeUser(
      people.running.org.users.get(
        people.running.org.userIdsByLogin.get('grace@example.com') ?? '',
      ) as never,
    )
    await expect(
      people.run('user.create', grace, { onPrepared: take('Else') }),
    ).rejects.toMatchObject({ code: 'action_object_exists', details: { differing: ['lastName'] } })
  })
})

describe('user.update', () => {
  test('changes what is named, shows exactly that, and leaves the rest', async () => {
    const people = await openPeople()
    const ada = people.put('ada@example.com', { profile: { title: 'Dr', nickName: 'A' } })
    const args = {
      user: 'ada@example.com',
      firstName: 'Ada',
      profile: { title: 'Countess', nickName: null },
    }
    const planned = await people.run('user.update', args, { dryRun: true })
    const first = await people.run('user.update', args)
    expect(first).toMatchObject({
      changed: true,
      before: { firstName: ada.profile['firstName'], title: 'Dr', nickName: 'A' },
      after: { firstName: 'Ada', title: 'Countess', nickName: null },
    })
    expect(Object.keys(first.after)).toEqual(['firstName', 'title', 'nickName'])
    expect(first.effects).toEqual(planned.effects)
    expect(first.effects.map(({ objects }) => objects)).toEqual(
      ['firstName', 'title', 'nickName'].map((name) => [ada.id, name]),
    )
    expect(people.now(ada)?.profile).toMatchObject({
      lastName: ada.profile['lastName'],
      title: 'Countess',
    })
    expect((await people.run('user.update', args)).changed).toBe(false)
    expect(people.changes()).toHaveLength(1)
  })

  test('goes on where somebody changes something else in between, and stops where it is the same', async () => {
    const people = await openPeople()
    const ada = people.put('ada@example.com', { profile: { title: 'Dr', city: 'London' } })
    const set = (profile: Record<string, string>) => () => {
      const now = people.now(ada) ?? ada
      people.running.org.putUser({ ...now, profile: { ...now.profile, ...profile } })
    }
    const args = { user: ada.id, profile: { title: 'Countess' } }
    const update = (onPrepared: () => void) => people.run('user.update', args, { onPrepared })
    expect((await update(set({ city: 'Paris' }))).changed).toBe(true)
    expect(people.now(ada)?.profile).toMatchObject({ title: 'Countess', city: 'Paris' })
    set({ title: 'Dr' })()
    await expect(update(set({ title: 'Prof' }))).rejects.toMatchObject({
      code: 'action_effects_changed',
    })
    expect(people.now(ada)?.profile['title']).toBe('Prof')
    expect((await update(set({ title: 'Countess' }))).changed).toBe(false)
  })

  test('never overwrites what somebody changes between its look and its change', async () => {
    const people = await openPeople()
    const { org } = people.running
    const ada = people.put('ada@example.com', { profile: { title: 'Dr' } })
    const set = (profile: Readonly<Record<string, string>>) => {
      const now = people.now(ada) ?? ada
      org.putUser({ ...now, profile: { ...now.profile, ...profile } })
    }
    /** Updates the title while somebody else changes this just before the request arrives, so many times. */
    const updateBeside = (profile: Readonly<Record<string, string>>, times: number) => {
      let left = times
      const transport: Transport = async (request) => {
        if (request.method === 'POST' && request.url.endsWith(ada.id) && left-- > 0)
          set({ ...profile, nickName: `N${left}` })
        return fetchTransport(request)
      }
      const as = people.client({ transport, credential: people.credential })
      return people.run('user.update', { user: ada.id, profile: { title: 'Countess' } }, { as })
    }
    expect((await updateBeside({ city: 'Paris' }, 2)).changed).toBe(true)
    expect(people.now(ada)?.profile).toMatchObject({ title: 'Countess', city: 'Paris' })
    set({ title: 'Dr' })
    await expect(updateBeside({ title: 'Prof' }, 1)).rejects.toMatchObject({
      code: 'action_effects_changed',
    })
    expect(people.now(ada)?.profile['title']).toBe('Prof')
    await expect(updateBeside({ city: 'Rome' }, 9)).rejects.toMatchObject({
      code: 'object_conflict',
    })
  })

  test('is not tried on who is deactivated or being activated', async () => {
    const people = await openPeople({ assumptions: { activationLagMs: 60_000 } })
    people.put('gone@example.com', { status: 'DEPROVISIONED' })
    people.put('new@example.com', { status: 'STAGED' })
    await people.run('user.activate', { user: 'new@example.com' })
    const sent = people.changes().length
    for (const user of ['gone@example.com', 'new@example.com']) {
      await expect(people.run('user.update', { user, firstName: 'X' })).rejects.toMatchObject({
        code: 'action_status_unsuitable',
      })
    }
    expect(people.changes()).toHaveLength(sent)
  })

  test('is refused by the org where a directory masters the profile', async () => {
    const people = await openPeople()
    const provider = { type: 'ACTIVE_DIRECTORY', name: 'corp.example' }
    people.put('ada@example.com', { provider })
    await expect(
      people.run('user.update', { user: 'ada@example.com', firstName: 'X' }),
    ).rejects.toMatchObject({
      code: 'request_refused',
      remedy: expect.stringContaining('masters the profile'),
      details: { okta: { errorCode: 'E0000023' } },
    })
  })

  test('refuses what are no attributes before anything is sent', async () => {
    const people = await openPeople()
    const refused = [
      [{}, ''],
      [{ firstName: 'A', profile: { firstName: 'B' } }, 'profile'],
      [{ profile: { 'a b': 1 } }, 'profile'],
      [{ profile: JSON.parse('{"__proto__": "x"}') }, 'profile'],
      [{ profile: { title: { deep: 1 } } }, 'profile'],
      [{ profile: { title: [['x']] } }, 'profile'],
    ] as const
    for (const [args, argument] of refused) {
      await expect(
        people.run('user.update', { user: 'ada@example.com', ...args }),
      ).rejects.toMatchObject({
        code: 'action_arguments_invalid',
        details: { problems: [{ argument }] },
      })
    }
  })
})
