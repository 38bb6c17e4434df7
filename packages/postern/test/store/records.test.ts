import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { Secret } from '@postern/core'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { explainStatement, hearStatements, rowsRead } from '../../../../test/heard-statements.ts'
import { newDatabase, stores, type TestStore } from '../../../../test/stores.ts'
import { writeBackup } from '../../src/store/backup.ts'
import { insertConnection } from '../../src/store/connections.ts'
import { openStore } from '../../src/store/open.ts'
import { countEvents, readEvents } from '../../src/store/read-events.ts'
import { readObjects } from '../../src/store/read-objects.ts'
import {
  addEvents,
  eraseSubject,
  putObjects,
  removeEventsBefore,
  removeObjects,
  removeOrphans,
  removeRecords,
  type StoredEvent,
  type StoredObject,
} from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'

const owner = { connectionId: 'c1', feedId: 'f1' }
const noon = new Date('2026-11-30T12:00:00.000Z')

function event(uuid: string, change: Partial<StoredEvent> = {}): StoredEvent {
  const raw = JSON.stringify({ uuid, note: `of ${uuid}` })
  return {
    uuid,
    published: noon,
    eventType: 'user.session.start',
    severity: 'INFO',
    outcome: 'SUCCESS',
    actorId: '00u1',
    actorLogin: 'ada@acme.example',
    clientIp: '192.0.2.1',
    sessionId: null,
    transactionId: null,
    targetIds: [],
    raw,
    ...change,
  }
}

function user(id: string, version: number, change: Partial<StoredObject> = {}): StoredObject {
  return {
    kind: 'user',
    id,
    version,
    observedAt: noon,
    hash: `h${version}`,
    parent: null,
    child: null,
    status: 'ACTIVE',
    label: `User ${id}`,
    login: `${id}@acme.example`,
    raw: JSON.stringify({ id, version }),
    ...change,
  }
}

const uuidsOf = (rows: readonly { readonly uuid: string }[]) => rows.map(({ uuid }) => uuid)

describe.each(stores)('records on $name', ({ open }) => {
  let kept: TestStore
  let store: Store

  beforeAll(async () => {
    kept = await open()
    store = kept.store
  })

  afterAll(async () => {
    await kept.close()
  })

  beforeEach(async () => {
    await sql`truncate records.event, records.event_count, records.object`.execute(store.db)
  })

  const find = async (query: Partial<Parameters<typeof readEvents>[1]>) =>
    uuidsOf((await readEvents(store, { connectionIds: ['c1'], ...query }, { limit: 50 })).rows)

  test('pages go through several connections in one order, and leave out and repeat none', async () => {
    const connectionIds = ['c1', 'c2', 'c3', 'c1']
    const at = (minutes: number) => new Date(noon.getTime() - minutes * 60_000)
    for (const [index, id] of ['c1', 'c2', 'c3', 'other'].entries()) {
      const events = [0, 1, 2].map((n) => event(`${id}-${n}`, { published: at(n * 4 + index) }))
      await addEvents(store, id, [...events, event('same', { published: at(60) })])
      await putObjects(store, { connectionId: id, feedId: 'f1' }, [user('a', 1), user('b', 1)])
    }
    const inOrder = [0, 1, 2].flatMap((n) => ['c1', 'c2', 'c3'].map((id) => `${id} ${id}-${n}`))
    const found: string[] = []
    const objects: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page = await readEvents(store, { connectionIds }, { limit: 2, cursor })
      found.push(...page.rows.map(({ connectionId, uuid }) => `${connectionId} ${uuid}`))
      cursor = page.cursor
    }
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page = await readObjects(store, { connectionIds, kind: 'user' }, { limit: 2, cursor })
      objects.push(...page.rows.map(({ connectionId, id }) => `${connectionId} ${id}`))
      cursor = page.cursor
    }
    expect(found).toEqual([...inOrder, 'c3 same', 'c2 same', 'c1 same'])
    expect(objects).toEqual(['c1 a', 'c1 b', 'c2 a', 'c2 b', 'c3 a', 'c3 b'])
  })

  test('events come back as they were sent, the newest first, a page at a time', async () => {
    const times = [3, 1, 2, 2, 2].map((hour, index) =>
      event(`e${index}`, { published: new Date(noon.getTime() + hour * 3_600_000) }),
    )
    await addEvents(store, 'c1', [
      ...times,
      event('nul', { raw: '{ "a":"\\u0000\\ud800" , "a":1.0}' }),
    ])
    await addEvents(store, 'c1', [event('e0', { raw: '{}' })])

    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await readEvents(store, { connectionIds: ['c1'] }, { limit: 2, cursor })
      found.push(...uuidsOf(page.rows))
      cursor = page.cursor
    } while (cursor !== undefined)

    expect(found).toEqual(['e0', 'e4', 'e3', 'e2', 'e1', 'nul'])
    const all = await readEvents(store, { connectionIds: ['c1'] }, { limit: 50 })
    expect(all.rows.at(-1)?.raw).toBe('{ "a":"\\u0000\\ud800" , "a":1.0}')
    expect(all.rows[0]).toEqual({ connectionId: 'c1', ...times[0] })
  })

  test('events are found by each of their sides, and of no other connection', async () => {
    await addEvents(store, 'c1', [
      event('login'),
      event('other', { actorId: '00u2', actorLogin: 'b@acme.example', outcome: 'FAILURE' }),
      event('change', { eventType: 'user.lifecycle.suspend', targetIds: ['00u9', '00g1'] }),
      event('early', { published: new Date('2026-11-29T12:00:00Z') }),
      event('wild', { eventType: '100%_', raw: '{"note":"50% off_"}' }),
    ])
    await addEvents(store, 'c2', [event('foreign')])

    expect(await find({ actor: '00u2' })).toEqual(['other'])
    expect(await find({ actor: 'b@acme.example', outcome: 'FAILURE' })).toEqual(['other'])
    expect(await find({ target: '00g1' })).toEqual(['change'])
    expect(await find({ eventType: 'user.lifecycle.' })).toEqual(['change'])
    expect(await find({ to: noon })).toEqual(['early'])
    expect(await find({ from: noon, eventType: 'user.session.start' })).toEqual(['other', 'login'])
    expect(await find({ text: '% OFF_' })).toEqual(['wild'])
    expect(await find({ text: 'of early' })).toEqual(['early'])
    expect(await find({ connectionIds: ['c2'] })).toEqual(['foreign'])
    expect(await find({ connectionIds: [] })).toEqual([])
    expect(await find({ text: "'; drop table connection; --" })).toEqual([])
    expect(await countEvents(store, { connectionIds: ['c1'] }, 1)).toEqual([
      { eventType: 'user.session.start', count: 3 },
    ])
  })

  test('an object is what the newest version says, whoever is late', async () => {
    await putObjects(store, owner, [user('00u1', 2), user('00u2', 1)])
    await putObjects(store, owner, [user('00u1', 1)])
    await removeObjects(store, owner, [{ ...user('00u1', 1) }])
    const earlier = new Date(noon.getTime() - 1)
    await putObjects(store, { ...owner, feedId: 'f2' }, [user('00u1', 9, { observedAt: earlier })])
    await removeObjects(store, owner, [{ ...user('00u2', 2) }])

    const { rows } = await readObjects(store, { connectionIds: ['c1'], kind: 'user' }, { limit: 9 })
    expect(rows).toEqual([
      {
        connectionId: 'c1',
        kind: 'user',
        id: '00u1',
        parent: null,
        child: null,
        status: 'ACTIVE',
        label: 'User 00u1',
        login: '00u1@acme.example',
        version: 2,
        observedAt: noon,
        raw: '{"id":"00u1","version":2}',
      },
    ])
  })

  test('objects are found by what they are and by whose they are', async () => {
    const member = (group: string, id: string) =>
      user(`${group}/${id}`, 1, { kind: 'group-member', parent: group, child: id })
    await putObjects(store, owner, [
      ...[user('00u1', 1, { label: 'Ada L' }), user('00u2', 1, { status: 'SUSPENDED' })],
      ...[member('00g1', '00u1'), member('00g1', '00u2'), member('00g2', '00u1')],
    ])
    const ids = async (query: object) => {
      const all = { connectionIds: ['c1'], kind: 'group-member', ...query }
      return (await readObjects(store, all, { limit: 9 })).rows.map(({ id }) => id)
    }

    expect(await ids({ parent: '00g1' })).toEqual(['00g1/00u1', '00g1/00u2'])
    expect(await ids({ child: '00u1' })).toEqual(['00g1/00u1', '00g2/00u1'])
    expect(await ids({ kind: 'user', text: 'ada' })).toEqual(['00u1'])
    expect(await ids({ kind: 'user', status: 'SUSPENDED' })).toEqual(['00u2'])
    const first = await readObjects(store, { connectionIds: ['c1'], kind: 'user' }, { limit: 1 })
    const { cursor } = first
    const second = await readObjects(
      store,
      { connectionIds: ['c1'], kind: 'user' },
      { limit: 1, cursor },
    )
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(['00u1', '00u2'])
    expect(second.cursor).toBeUndefined()
  })

  test('old events go in steps, of every connection, and newer ones stay', async () => {
    const old = Array.from({ length: 1_500 }, (_, index) =>
      event(`old${index}`, { published: new Date('2026-01-01T00:00:00Z') }),
    )
    await addEvents(store, 'c1', [...old, event('new')])
    await addEvents(store, 'c2', [event('old', { published: new Date('2026-01-01T00:00:00Z') })])

    expect(await removeEventsBefore(store, noon)).toBe(1_501)
    expect(await find({ connectionIds: ['c1', 'c2'] })).toEqual(['new'])
  })

  test('what connections left that are gone goes, and is found without looking through the rest', async () => {
    const there = { id: 'c1', name: 'c1', orgUrl: 'https://acme.okta.com' }
    await insertConnection(store, { ...there, kind: 'service-app', settings: {} }, noon)
    await addEvents(
      store,
      'c1',
      Array.from({ length: 2_000 }, (_, index) => event(`kept${index}`)),
    )
    await putObjects(store, owner, [user('a', 1)])
    await addEvents(store, 'c0', [event('gone')])
    await addEvents(store, 'c2', [event('gone'), event('gone too')])
    await putObjects(store, { ...owner, connectionId: 'c3' }, [user('a', 1), user('b', 1)])
    const heard = await hearStatements(store, async () => {
      expect(await removeOrphans(store)).toEqual({ events: 3, objects: 2 })
    })
    expect(await find({ connectionIds: ['c0', 'c1', 'c2'] })).toHaveLength(50)
    let read = 0
    for (const statement of heard) {
      read += rowsRead(await explainStatement(store, statement, 'owner'), 'event')
    }
    expect(read).toBeLessThan(100)
    expect(await removeOrphans(store)).toEqual({ events: 0, objects: 0 })
    await store.db.deleteFrom('connection').execute()
    expect(await removeOrphans(store)).toEqual({ events: 2_000, objects: 1 })
  })

  test('a person is forgotten with everything that is known of them, and nobody else is', async () => {
    await addEvents(store, 'c1', [
      event('acts'),
      event('target', { actorId: '00u2', actorLogin: 'b@acme.example', targetIds: ['00u1'] }),
      event('typo', { actorId: 'unknown', outcome: 'FAILURE' }),
      event('other', { actorId: '00u2', actorLogin: 'b@acme.example' }),
    ])
    await addEvents(store, 'c2', [event('elsewhere')])
    const member = (id: string) =>
      user(`00g1/${id}`, 1, { kind: 'group-member', parent: '00g1', child: id })
    await putObjects(store, owner, [
      user('00u1', 1),
      user('00u2', 1),
      member('00u1'),
      member('00u2'),
    ])

    await expect(eraseSubject(store, { connectionId: 'c1', userId: '00u1' })).resolves.toEqual({
      events: 3,
      objects: 2,
    })
    expect(await find({})).toEqual(['other'])
    expect(await find({ connectionIds: ['c2'] })).toEqual(['elsewhere'])
    expect(await removeRecords(store, 'c1')).toEqual({ events: 1, objects: 2 })
  })

  test('whoever reads records can change nothing', async () => {
    await addEvents(store, 'c1', [event('e1')])

    await expect(
      store.readRecords(() => store.db.deleteFrom('records.event').execute()),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^(?:25006|42501)$/) })
    await expect(store.transaction(() => store.readRecords(async () => 1))).rejects.toThrow(
      'not read in a transaction',
    )
    expect(await find({})).toEqual(['e1'])
  })

  test('a backup has the records, as they were sent', async () => {
    await addEvents(store, 'c1', [
      event('e1', { raw: '{"a": "\\u0000"}', targetIds: ['00u1', 'x,"y'] }),
    ])
    const output = new PassThrough()
    const [written] = await Promise.all([
      buffer(output),
      writeBackup(store, output, { by: { actor: 'test' } }),
    ])

    const lines = gunzipSync(written).toString('utf8').split('\n')
    const line = lines.find((text) => text.startsWith('["records.event"')) ?? '[]'
    expect(JSON.parse(line)).toEqual(
      expect.arrayContaining(['c1', 'e1', '{"a": "\\u0000"}', '{00u1,"x,\\"y"}']),
    )
  })
})

describe('the role that reads records', () => {
  const tables = ['secret', 'connection', 'access_key', 'master_key', 'spool', 'feed'] as const

  test.each(tables)('cannot read the table %s of an embedded store', async (table) => {
    const kept = await embedded()
    await expect(readTable(kept, table)).rejects.toMatchObject({ code: '42501' })
  })

  test('cannot read secrets of a server either, once an administrator has made it', async () => {
    const database = await newDatabase()
    const place = { dataDir: '', database: new Secret(database.url) }
    const before = await openStore(place)
    const name = new URL(database.url).username
    // It may be there for another database of this server.
    const make = [
      `do $$ begin create role postern_reader nologin; exception when duplicate_object then null; end $$`,
      `grant postern_reader to "${name}"`,
      'grant usage on schema records to postern_reader',
      'grant select on all tables in schema records to postern_reader',
    ]
    try {
      await expect(readTable(before, 'secret')).resolves.toBeUndefined()
      const admin = new pg.Client(database.superuserUrl)
      await admin.connect()
      for (const statement of make) await admin.query(statement)
      await admin.end()
      const after = await openStore(place)
      await addEvents(after, 'c1', [event('e1')])
      await expect(readTable(after, 'secret')).rejects.toMatchObject({ code: '42501' })
      const { rows } = await readEvents(after, { connectionIds: ['c1'] }, { limit: 1 })
      expect(uuidsOf(rows)).toEqual(['e1'])
      await after.close()
    } finally {
      await before.close()
      await database.drop()
    }
  })

  let opened: TestStore | undefined

  async function embedded(): Promise<Store> {
    opened ??= await stores[0]?.open()
    if (opened === undefined) throw new Error('There is no embedded store.')
    return opened.store
  }

  afterAll(async () => {
    await opened?.close()
  })
})

async function readTable(store: Store, table: string): Promise<void> {
  await store.readRecords(() => sql`select from ${sql.table(table)}`.execute(store.db))
}
