/** @module The tables of the PostgreSQL sink: what is in their columns, and what keeps each batch in them once. */

import { Secret } from '@postern/core'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordings } from '../../../emulator/test/recording.ts'
import type { FeedRecord } from '../../src/sinks/record.ts'
import type { SinkBatch, Written } from '../../src/sinks/sink.ts'
import { SinkError } from '../../src/sinks/sink-error.ts'
import {
  batchOf,
  changeOf,
  eventOf,
  eventsOf,
  hostileEvents,
  recordedEvents,
  writeAll,
} from './batches.ts'
import { destinationOf } from './destination.ts'
import { type PostgresDestination, startPostgres } from './postgres-destination.ts'

let destination: PostgresDestination

beforeEach(async () => {
  destination = await startPostgres()
})

afterEach(async () => {
  await destination.close()
})

describe('a table of the PostgreSQL sink', () => {
  test('has what an event says in columns', async () => {
    await write([batchOf(7, recordedEvents.slice(0, 1), { replay: true })])
    expect(await query('select * from okta.events')).toMatchObject([
      {
        org: 'acme.okta.com',
        uuid: 'faf7398a-4f77-11ea-97fb-5925e98228bd',
        published: new Date('2020-02-14T22:18:51.843Z'),
        event_type: 'user.session.end',
        severity: 'INFO',
        outcome: 'SUCCESS',
        actor_id: '00u1abvz4pYqdM8ms4x6',
        actor_alternate_id: 'person-a@example.com',
        client_ip: '192.0.2.10',
        target_ids: null,
        first_seen_at: new Date('2026-03-01T12:00:00Z'),
        replay: true,
        batch_seq: '7',
        batch_index: 0,
      },
    ])
  })

  test('has what an object says in columns', async () => {
    const user = recordedBody('users-06-get-active')
    const appUser = `{"appId":"0oa1","user":${recordedBody('apps-07-users-list', 0)}}`
    await write([
      batchOf(1, [
        changeOf({ op: 'upsert', kind: 'user', id: '00u1', version: 3, hash: 'h' }, user),
        changeOf({ op: 'upsert', kind: 'app-user', id: '0oa1/00u1' }, appUser),
        changeOf({ op: 'upsert', kind: 'group-member', id: '00g1/00u1' }, '{}'),
      ]),
    ])
    const { status, profile, created } = JSON.parse(user)
    expect(await query('select * from okta.users')).toMatchObject([
      {
        id: '00u1',
        status,
        login: profile.login,
        email: profile.email,
        created: new Date(created),
        version: '3',
        hash: 'h',
        observed_at: new Date('2026-03-01T12:00:00Z'),
      },
    ])
    expect(await query('select app_id, user_id, scope, user_name from okta.app_users')).toEqual([
      {
        app_id: '0oa1',
        user_id: '00u1',
        scope: 'USER',
        user_name: JSON.parse(appUser).user.credentials.userName,
      },
    ])
    expect(await query('select group_id, user_id from okta.group_members')).toEqual([
      { group_id: '00g1', user_id: '00u1' },
    ])
  })

  test('leaves a column empty that cannot hold what a hostile record says', async () => {
    await write([batchOf(1, hostileEvents)])
    expect(
      await query(`select uuid, event_type, published, actor_id from okta.events
        where uuid in ('nul', 'surrogate', 'types', 'sql') order by uuid`),
    ).toEqual([
      { uuid: 'nul', event_type: null, published: null, actor_id: null },
      { uuid: 'sql', event_type: "'); drop table okta.event; --", published: null, actor_id: null },
      { uuid: 'surrogate', event_type: 'a', published: null, actor_id: null },
      { uuid: 'types', event_type: null, published: null, actor_id: null },
    ])
  })

  test('keeps the events and objects of two orgs apart', async () => {
    const records = [...eventsOf('same'), userChange('00u1', 'same')]
    const other = { org: 'other.okta.com', feed: { id: 'feed-2', name: 'other' } }
    await write([batchOf(1, records)])
    await write([batchOf(1, records, other)])
    const gone = changeOf({ op: 'delete', kind: 'user', id: '00u1', version: 2 })
    await write([batchOf(2, [gone], other)], { position: { seq: 1 } })
    expect(await query('select org from okta.events order by 1')).toHaveLength(2)
    expect(await query('select org from okta.users')).toEqual([{ org: 'acme.okta.com' }])
  })

  test('is not rewritten where nothing changed, whoever reads everything anew', async () => {
    const users = ['00u1', '00u2', '00u3'].map((id) => userChange(id, 'same'))
    await write([batchOf(1, users)])
    const before = await query('select id, ctid, xmin from okta.users order by id')
    const feed = { id: 'feed-2', name: 'acme-users-again' }
    await write([batchOf(1, users, { feed })])
    expect(await query('select id, ctid, xmin from okta.users order by id')).toEqual(before)
  })

  test('is made once by processes that begin at the same time', async () => {
    const feeds = ['1', '2', '3', '4'].map((id) => ({ id: `feed-${id}`, name: `acme-${id}` }))
    await Promise.all(feeds.map((feed) => write([batchOf(1, eventsOf(feed.id), { feed })])))
    expect(await query('select uuid from okta.events')).toHaveLength(4)
  })

  test('of somebody else is not written to', async () => {
    await query('create schema okta create table users (id integer)')
    const failed = await write([batchOf(1, eventsOf('a'))]).catch(asSinkError)
    expect(failed).toMatchObject({
      code: 'sink_settings_invalid',
      message:
        'The table okta.users is not of this sink: org should be text, and has no such column.',
    })
    expect(await query("select from pg_tables where schemaname = 'okta'")).toHaveLength(1)
  })
})

describe('a batch for PostgreSQL', () => {
  test('is there without the records that the server does not take, which are named', async () => {
    const records = [
      ...eventsOf('a'),
      eventOf(`{"uuid":"deep","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
      ...eventsOf('b'),
      eventOf(`{"uuid":"${randomText(9_000)}"}`),
      ...eventsOf('c'),
    ]
    const sink = await destination.open()
    const first = await sink.write(batchOf(1, records), {})
    // Its confirmation was lost: what was not taken is named once more.
    const second = await sink.write(batchOf(1, records), {})
    await sink.close()
    expect(second).toEqual(first)
    expect(first.rejected?.map(({ index, code }) => [index, code])).toEqual([
      [1, 'sink_record_refused'],
      [3, 'sink_record_refused'],
    ])
    expect((await destination.read()).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  test('beside the others is written without moving the place of the feed', async () => {
    await write([batchOf(1, eventsOf('a')), batchOf(2, eventsOf('b'))])
    const offset = () => query('select * from okta.feed_offset')
    const before = await offset()
    const sink = await destination.open()
    await sink.write(batchOf(1, eventsOf('late'), { id: 'again' }), { isBeside: true })
    await sink.close()
    expect(await offset()).toEqual(before)
    await write([batchOf(3, eventsOf('c'))], { position: { seq: 2 } })
    expect((await destination.read()).map(({ id }) => id).toSorted()).toEqual([
      ...['a', 'b', 'c', 'late'],
    ])
  })

  test('is there once when its connection was cut in COMMIT', async () => {
    await write([batchOf(1, eventsOf('a'))])
    await query(`create function okta.cut() returns trigger language plpgsql as
      'begin perform pg_terminate_backend(pg_backend_pid()); return null; end'`)
    await query(`create constraint trigger cut after insert on okta.events
      deferrable initially deferred for each row execute function okta.cut()`)
    const sink = await destination.open()
    const position = { seq: 1 }
    const failed = await sink.write(batchOf(2, eventsOf('b')), { position }).catch(asSinkError)
    await query('drop trigger cut on okta.events')
    await sink.write(batchOf(2, eventsOf('b')), { position })
    await sink.close()
    expect(failed).toMatchObject({ code: 'sink_unreachable' })
    expect((await destination.read()).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  test.each([
    { what: 'the database has batches that Postern does not know', seq: 2, kept: 4 },
    { what: 'Postern confirmed batches that the database does not have', seq: 6, kept: 4 },
  ])('is refused, and says how to go on, where $what', async ({ seq, kept }) => {
    await write([1, 2, 3, kept].map((number) => batchOf(number, eventsOf(`a${number}`))))
    const before = await destination.dump()
    const failed = await write([batchOf(seq, eventsOf('other'))], {
      position: { seq: seq - 1 },
    }).catch(asSinkError)
    expect(failed).toMatchObject({ code: 'sink_damaged', details: { seq, kept } })
    expect(await destination.dump()).toBe(before)
    await query(`update okta.feed_offset set seq = ${seq - 1}`)
    await write([batchOf(seq, eventsOf('other'))], { position: { seq: seq - 1 } })
    expect((await destination.read()).map(({ id }) => id)).toContain('other')
  })

  test('waits for whoever writes the one before it once more, and is not undone by them', async () => {
    const user = (id: string, version: number) =>
      changeOf({ op: 'upsert', kind: 'user', id, version }, `{"id":"${id}","v":${version}}`)
    const [first, second, third] = [
      batchOf(1, [user('held', 1), user('00u1', 1)]),
      batchOf(2, [user('held', 2), user('00u1', 2)]),
      batchOf(3, [user('00u1', 3)]),
    ] as const
    await write([first, second])
    await query('begin')
    await query("select from okta.users where id = 'held' for update")
    const [late, next] = [await destination.open(), await destination.open()]
    const repeating = late.write(second, { position: { seq: 1 } })
    await untilWaiting(1)
    const writing = next.write(third, { position: { seq: 2 } })
    await Promise.race([writing, untilWaiting(2)])
    await query('commit')
    await Promise.all([repeating, writing])
    await Promise.all([late.close(), next.close()])
    const [kept] = await query("select json::text as text from okta.users where id = '00u1'")
    expect(kept).toEqual({ text: '{"id":"00u1","v":3}' })
  })

  test('is refused where the tables that had the ones before it are gone', async () => {
    await write([batchOf(1, eventsOf('a'))])
    await query('drop schema okta cascade')
    const failed = await write([batchOf(2, eventsOf('b'))], { position: { seq: 1 } }).catch(
      asSinkError,
    )
    expect(failed).toMatchObject({ code: 'sink_damaged' })
  })

  test('is refused where a view took the place of a table', async () => {
    await write([batchOf(1, eventsOf('a'))])
    await query(`alter table okta.events rename to moved;
      create view okta.events as select distinct on (uuid) * from okta.moved`)
    const position = { seq: 1 }
    const failed = await write([batchOf(2, eventsOf('b'))], { position }).catch(asSinkError)
    expect(failed).toMatchObject({ code: 'sink_rejected', details: { sqlState: '55000' } })
  })

  test('is written where a column that it is told of has another type since', async () => {
    const sink = await destination.open()
    const batches = Array.from({ length: 31 }, (_, index) => batchOf(index + 1, []))
    await writeAll(sink, batches.slice(0, 30))
    await query('alter table okta.feed_offset alter column seq type numeric')
    const written = writeAll(sink, batches.slice(30), { position: { seq: 30 } })
    await written.finally(() => sink.close())
    expect(await query('select seq from okta.feed_offset')).toEqual([{ seq: '31' }])
  })

  test('waits for a database that takes no connections', async () => {
    await allowConnections(false)
    const failed = await write([batchOf(1, eventsOf('a'))])
      .catch(asSinkError)
      .finally(() => allowConnections(true))
    expect(failed).toMatchObject({
      code: 'sink_unreachable',
      message: expect.stringContaining('takes no connections'),
    })
    await write([batchOf(1, eventsOf('a'))])
    expect((await destination.read()).map(({ id }) => id)).toEqual(['a'])
  })

  test.each([
    { what: 'a wrong password', port: undefined, code: 'sink_unauthorized' },
    { what: 'a server that is not there', port: '1', code: 'sink_unreachable' },
  ])('is refused for $what, which is not said', async ({ port, code }) => {
    const url = new URL(destination.url)
    url.password = 'wrong-password'
    url.port = port ?? url.port
    const secrets = { url: new Secret(url.href) }
    const { check } = destinationOf('postgres', { settings: {}, secrets })
    const failed = await check().catch(asSinkError)
    expect(failed).toMatchObject({ code })
    expect(JSON.stringify(failed)).not.toContain('wrong-password')
  })
})

/** Writes as a process of its own would. */
async function write(
  batches: readonly SinkBatch[],
  from: Pick<Written, 'position'> = {},
): Promise<void> {
  const sink = await destination.open()
  try {
    await writeAll(sink, batches, from)
  } finally {
    await sink.close()
  }
}

async function query(text: string): Promise<readonly unknown[]> {
  return (await destination.client.query(text)).rows
}

/** Resolves when so many processes of the database wait for others. */
async function untilWaiting(count: number): Promise<void> {
  const waiting = () =>
    query(`select from pg_locks where not granted and pid in (
      select l.pid from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database())`)
  await expect.poll(async () => (await waiting()).length, { timeout: 30_000 }).toBe(count)
}

async function allowConnections(isAllowed: boolean): Promise<void> {
  const url = new URL(destination.url)
  const name = url.pathname.slice(1)
  // Nobody can do so from within the database.
  url.pathname = '/postgres'
  const client = new pg.Client(url.href)
  await client.connect()
  await client
    .query(`alter database ${name} with allow_connections ${isAllowed}`)
    .finally(() => client.end())
}

function userChange(id: string, hash: string): FeedRecord {
  return changeOf({ op: 'upsert', kind: 'user', id, hash }, JSON.stringify({ id }))
}

function recordedBody(name: string, index?: number): string {
  const body: unknown = recordings.find((recording) => recording.name === name)?.response.body
  return JSON.stringify(index === undefined || !Array.isArray(body) ? body : body[index])
}

/** Text that does not compress. */
function randomText(length: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(length))).toString('hex')
}

/** @throws whatever is no error of a sink. */
function asSinkError(error: unknown): SinkError {
  if (error instanceof SinkError) return error
  throw error
}
