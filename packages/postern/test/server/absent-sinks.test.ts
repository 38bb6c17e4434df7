/** @module Objects that were deleted while a sink was not there to be told: it has them no more once it is back. */

import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import type { InputName } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Services } from '../../src/server/services.ts'
import { by, valuesOfApp } from '../connections/kept.ts'
import { openServices } from './served-app.ts'

/** Time for the index of the org. */
const SETTLED_MS = 11 * 60_000

describe.each(stores)('a sink that was away, on $name', ({ open }) => {
  let opened: TestStore
  let running: RunningOrg
  const clock = new TestClock(new Date('2026-03-30T08:00:00Z'))
  let services: Services

  beforeAll(async () => {
    opened = await open()
    running = await startOrg({ users: 12, groups: 3, clock })
    const { store } = opened
    services = openServices({ store, clock, seal: await openTestSeal(store) })
    const values = valuesOfApp(running)
    await services.connections.connect({ name: 'acme', values, force: true }, by)
    const folder = await mkdtemp(path.join(inject('runFolder'), 'away-'))
    await services.sinks.add({ name: 'files', kind: 'jsonl', settings: { path: folder } }, by)
  })
  afterAll(async () => {
    await services.connections.close()
    await running.close()
    await opened.close()
  })

  const add = async (input: InputName, sinks: string[] = ['store'], name: string = input) => {
    await services.feeds.add({ name, connection: 'acme', input, sinks }, by)
    return run(name)
  }
  const run = async (name: string) => {
    clock.advance(SETTLED_MS)
    return services.feeds.run(name, by)
  }
  const confirm = async (name: string) => {
    const { held } = await services.feeds.get(name)
    await services.feeds.confirmDeletions(name, held?.generation ?? 0, by)
    return run(name)
  }
  const storedIds = async (kind: string) => {
    const rows = await opened.store.db
      .selectFrom('records.object')
      .select('id')
      .where('kind', '=', kind)
      .execute()
    return rows.map(({ id }) => id).toSorted()
  }
  /** A user vanishes, with every membership. */
  const vanish = () => {
    const [user] = [...running.org.users].slice(-1)
    if (user === undefined) throw new Error('The org has no user.')
    running.org.removeUser(user)
    return user.id
  }
  const idsInOrg = () => [...running.org.users].map(({ id }) => id).toSorted()

  test('has nobody who was deleted while it was taken out of the feed', async () => {
    await add('users', ['files', 'store'])
    expect(await storedIds('user')).toEqual(idsInOrg())
    await services.feeds.update('users', { sinks: ['files'] }, by)
    const gone = vanish()
    await services.feeds.resync('users', by)
    await run('users')
    expect(await storedIds('user')).toContain(gone)
    await services.feeds.update('users', { sinks: ['files', 'store'] }, by)
    await run('users')
    expect(await storedIds('user')).toEqual(idsInOrg())
  })

  test('has nobody who was deleted between a feed that was removed and one that was added', async () => {
    await services.feeds.remove('users', by)
    expect(await opened.store.db.selectFrom('mirror').select('id').execute()).toEqual([])
    const gone = vanish()
    const { report } = await add('users')
    // The feed that saw it may have had another admin role.
    expect(report.notes).toEqual([expect.stringContaining('whether this one ever saw them')])
    expect(await storedIds('user')).toContain(gone)
    await confirm('users')
    expect(await storedIds('user')).toEqual(idsInOrg())
  })

  test('has no membership that ended in between', async () => {
    await add('group-members')
    const before = await storedIds('group-member')
    await services.feeds.remove('group-members', by)
    const gone = vanish()
    await add('group-members')
    await confirm('group-members')
    const after = before.filter((id) => !id.endsWith(`/${gone}`))
    expect(after.length).toBeLessThan(before.length)
    expect(await storedIds('group-member')).toEqual(after)
  })

  test('keeps all where so much is missing that it is not believed', async () => {
    await services.feeds.remove('users', by)
    const before = await storedIds('user')
    for (let count = 0; count < 6; count++) vanish()
    const { report } = await add('users')
    expect(report.notes).toEqual([expect.stringContaining('Deletions are held back.')])
    expect(await storedIds('user')).toEqual(before)
  })

  test('takes over nothing into a feed that does not write to it', async () => {
    await services.feeds.remove('users', by)
    const { report } = await add('users', ['files'], 'people')
    expect(report.notes).toEqual([])
  })
})
