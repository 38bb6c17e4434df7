/** @module Feeds and sinks over the API: kept, run, changed and removed; and what each refuses. */

import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { ApiClient } from '../../src/cli/api-client.ts'
import { sendLocally } from '../../src/http/local-client.ts'
import { listDeadLetters, putDeadLetters } from '../../src/store/dead-letters.ts'
import { putHeldDeletions } from '../../src/store/held-deletions.ts'
import { addEvents, removeOrphans } from '../../src/store/records.ts'
import { beginRun } from '../../src/store/runs.ts'
import { packLinesAtOnce } from '../../src/store/spool.ts'
import type { Store } from '../../src/store/store.ts'
import { type ServedApp, serveApp } from './served-app.ts'

describe.each(stores)('feeds on $name', ({ open }) => {
  let opened: TestStore
  let org: RunningOrg
  let app: ServedApp<'theirs' | 'reader' | 'syncer'>
  let folder: string
  let seal: Awaited<ReturnType<typeof openTestSeal>>

  beforeAll(async () => {
    opened = await open()
    org = await startOrg()
    folder = await mkdtemp(path.join(inject('runFolder'), 'feed-'))
    seal = await openTestSeal(opened.store)
  })
  beforeEach(async () => {
    app = await serveApp({
      store: opened.store,
      services: { seal },
      keys: {
        theirs: [{ connections: ['theirs'], verbs: ['read', 'sync', 'admin'] }],
        reader: [{ connections: ['acme'], verbs: ['read'] }],
        syncer: [{ connections: ['acme'], verbs: ['sync'] }],
      },
    })
    if ((await app.send('GET', '/v1/connections/acme')).status === 200) return
    const { clientId, key } = org.app
    const body = { name: 'acme', orgUrl: org.url, clientId, key: JSON.stringify(key), force: true }
    expect((await app.send('POST', '/v1/connections', { body })).status).toBe(201)
    const sink = { name: 'files', kind: 'jsonl', settings: { path: folder } }
    const answer = await app.send('POST', '/v1/sinks', { body: sink })
    expect(answer.text).toContain('"name":"files"')
    expect(answer.status).toBe(201)
  })
  afterAll(async () => {
    await org.close()
    await opened.close()
  })

  const send = async (method: string, route: string, body?: object, key?: string) => {
    const answer = await app.send(method, route, {
      ...(body === undefined ? {} : { body }),
      ...(key === undefined ? {} : { key }),
    })
    return { status: answer.status, json: () => JSON.parse(answer.text) }
  }

  test('a feed that is added is run, and its file has every event of the org', async () => {
    const added = await send('POST', '/v1/feeds', {
      ...{ name: 'log', connection: 'acme', input: 'system-log', sinks: ['files', 'store'] },
      ...{ cron: '@hourly', timezone: 'Europe/Berlin' },
    })
    expect(added.status).toBe(201)
    expect(added.json()).toMatchObject({ cron: '0 * * * *', state: 'scheduled' })
    expect(added.json().nextRuns).toHaveLength(3)
    const ran = await send('POST', '/v1/feeds/log/run', {})
    expect(ran.json().run).toMatchObject({ outcome: 'ok', trigger: 'request' })
    const { records } = ran.json().run.report
    expect(records).toBeGreaterThan(0)
    expect(await linesIn(folder)).toHaveLength(records)
    const shown = (await send('GET', '/v1/feeds/log')).json()
    expect(shown.sinks.map(({ waiting }: { waiting: number }) => waiting)).toEqual([0, 0])
    expect((await send('GET', '/v1/feeds/log/runs')).json().runs).toHaveLength(1)
  })

  test('what a run came to is told of that run, and of no other', async () => {
    const { store } = opened
    const { id: feedId } = await store.db
      .selectFrom('feed')
      .select('id')
      .where('name', '=', 'log')
      .executeTakeFirstOrThrow()
    const later = { id: randomUUID(), feedId, trigger: 'schedule', epoch: 0 } as const
    await beginRun(store, later, new Date(Date.now() + 3_600_000))
    const { run } = (await send('POST', '/v1/feeds/log/run', {})).json()
    await store.db.deleteFrom('run').where('id', '=', later.id).execute()
    expect(run).toMatchObject({ outcome: 'ok', trigger: 'request' })
    expect((await send('GET', '/v1/feeds/log/runs')).json().runs[0]).toEqual(run)
  })

  test('what is watched of a feed stands under its name', async () => {
    const { text } = await app.send('GET', '/metrics')
    const of = (metric: string) => text.match(new RegExp(`^${metric}{feed="log"} (.+)$`, 'm'))?.[1]
    expect(
      ['spool_records', 'gaps', 'dead_letters', 'last_run_ok'].map((name) =>
        of(`postern_feed_${name}`),
      ),
    ).toEqual(['0', '0', '0', '1'])
    expect(Number(of('postern_feed_lag_seconds'))).toBeGreaterThanOrEqual(0)
  })

  test('a preview of a feed that nobody has added gives the same, and refuses what no feed could read', async () => {
    const before = await opened.dump()
    const preview = (members: object) =>
      send('POST', '/v1/feeds/preview', { connection: 'acme', ...members })
    const { records } = (await preview({ input: 'system-log', since: '2020-01-01' })).json()
    expect(JSON.parse(records[0])).toHaveProperty('eventType')
    const refused = await preview({ input: 'users', since: 'yesterday' })
    expect([refused.status, refused.json().code]).toEqual([422, 'feed_invalid'])
    expect((await preview({ input: 'users', connection: 'none' })).json().code).toBe(
      'connection_not_found',
    )
    expect(withoutUses(await opened.dump())).toBe(withoutUses(before))
  })

  test('a preview gives records of the org, and writes nothing', async () => {
    await send('POST', '/v1/feeds', {
      ...{ name: 'people', connection: 'acme', input: 'users', sinks: ['store'] },
    })
    const before = await opened.dump()
    const { records } = (await send('POST', '/v1/feeds/people/preview', {})).json()
    expect(records.length).toBeGreaterThan(0)
    expect(JSON.parse(records[0])).toHaveProperty('profile.login')
    expect(withoutUses(await opened.dump())).toBe(withoutUses(before))
  })

  test('every value that cannot be used is named at once', async () => {
    const refused = await send('POST', '/v1/feeds', {
      ...{ name: 'No Name', connection: 'acme', input: 'tickets', sinks: ['nowhere'] },
      ...{ cron: 'every 5 minutes', since: 'yesterday' },
    })
    expect(refused.status).toBe(422)
    const { code, problems } = refused.json()
    expect(code).toBe('feed_invalid')
    expect(problems.map((problem: { path: string }) => problem.path)).toEqual([
      'name',
      'input',
      'sinks[0]',
      'cron',
      'since',
    ])
  })

  test('a paused feed does not run, and goes on once it is resumed', async () => {
    const feed = { name: 'rests', connection: 'acme', input: 'groups', sinks: ['store'] }
    await send('POST', '/v1/feeds', feed)
    expect((await send('POST', '/v1/feeds/rests/pause', {})).json().state).toBe('paused')
    const refused = await send('POST', '/v1/feeds/rests/run', {})
    expect([refused.status, refused.json().code]).toEqual([409, 'feed_paused'])
    expect((await send('POST', '/v1/feeds/rests/resume', {})).json().state).toBe('on-demand')
    expect((await send('POST', '/v1/feeds/rests/run', {})).json().run.outcome).toBe('ok')
  })

  test('another input makes another feed; another schedule does not', async () => {
    const feed = { name: 'moves', connection: 'acme', input: 'apps', sinks: ['store'] }
    await send('POST', '/v1/feeds', feed)
    const refused = await send('PATCH', '/v1/feeds/moves', { input: 'users' })
    expect([refused.status, refused.json().code]).toEqual([409, 'feed_fixed'])
    const changed = await send('PATCH', '/v1/feeds/moves', {
      cron: '*/5 * * * *',
      sinks: ['files'],
    })
    expect(changed.json()).toMatchObject({ cron: '*/5 * * * *', sinks: [{ name: 'files' }] })
  })

  test('a sink that is added to a feed of objects gets every object, and the others write nothing anew', async () => {
    const feed = { name: 'grows', connection: 'acme', input: 'groups', sinks: ['store'] }
    await send('POST', '/v1/feeds', feed)
    const { emitted } = (await send('POST', '/v1/feeds/grows/run', {})).json().run.report
    const rows = () =>
      opened.store.db
        .selectFrom('records.object')
        .select(['id', 'version', 'observed_at'])
        .where('kind', '=', 'group')
        .orderBy('id')
        .execute()
    const before = await rows()
    expect(before).toHaveLength(emitted)
    const lines = (await linesIn(folder)).length
    await send('PATCH', '/v1/feeds/grows', { sinks: ['files', 'store'] })
    expect((await send('POST', '/v1/feeds/grows/run', {})).json().run.report.emitted).toBe(emitted)
    expect(await linesIn(folder)).toHaveLength(lines + emitted)
    expect(await rows()).toEqual(before)

    expect((await send('POST', '/v1/feeds/grows/resync', {})).status).toBe(200)
    await send('POST', '/v1/feeds/grows/run', {})
    await send('POST', '/v1/feeds/grows/run', {})
    expect(await linesIn(folder)).toHaveLength(lines + 2 * emitted)
    const refused = await send('POST', '/v1/feeds/log/resync', {})
    expect([refused.status, refused.json().code]).toEqual([409, 'feed_without_objects'])
  })

  test('what is used stays, and what is removed leaves nothing behind', async () => {
    const feed = { name: 'goes', connection: 'acme', input: 'users', sinks: ['store'] }
    await send('POST', '/v1/feeds', feed)
    await send('POST', '/v1/feeds/goes/run', {})
    expect((await send('DELETE', '/v1/sinks/store')).json().code).toBe('sink_in_use')
    expect((await send('DELETE', '/v1/connections/acme')).json().code).toBe('connection_in_use')
    const { id } = await opened.store.db
      .selectFrom('feed')
      .select('id')
      .where('name', '=', 'goes')
      .executeTakeFirstOrThrow()
    expect((await send('DELETE', '/v1/feeds/goes')).status).toBe(204)
    expect((await send('GET', '/v1/feeds/goes')).status).toBe(404)
    const dump = await opened.dump()
    // What its sinks have stays there.
    expect(dump.slice(0, dump.indexOf('-- records.'))).not.toContain(id)
  })

  test('a user is erased from records and dead letters, and the audit log names nobody', async () => {
    const feed = { name: 'erased', connection: 'acme', input: 'users', sinks: ['store'] }
    await send('POST', '/v1/feeds', feed)
    await send('POST', '/v1/feeds/erased/run', {})
    const [user] = [...org.org.users]
    if (user === undefined) throw new Error('The org has no user.')
    const { store } = opened
    const { id: feedId } = await store.db
      .selectFrom('feed')
      .select('id')
      .where('name', '=', 'erased')
      .executeTakeFirstOrThrow()
    const record = Buffer.from(`{"target":[{"id":"${user.id}"}]}`)
    const letter = { code: 'sink_record_refused', reason: 'no' }
    await putDeadLetters(
      store,
      { feedId, sinkId: '', seq: 1 },
      [
        { ...letter, record },
        { ...letter, record: Buffer.from('{"target":[]}') },
      ],
      new Date(),
    )
    // Of a feed whose removal was cut off.
    const left = { feedId: randomUUID(), sinkId: '', seq: 1 }
    await putDeadLetters(store, left, [{ ...letter, record }], new Date())
    const line = Buffer.from(`{"op":"delete","kind":"user","id":"${user.id}"}`)
    await store.db
      .insertInto('spool')
      .values({
        feed_id: feedId,
        seq: 9,
        ...packLinesAtOnce([line]),
        read_at: new Date(),
        replay: false,
      })
      .execute()
    const route = '/v1/connections/acme/erase'
    const erased = (await send('POST', route, { userId: user.id })).json()
    expect(erased).toMatchObject({
      ...{ objects: 1, deadLetters: 1, waiting: [{ feed: 'erased', batches: 1 }] },
    })
    expect((await send('GET', '/v1/feeds/erased')).json().deadLetters).toBe(1)
    expect(await listDeadLetters(store, left.feedId, { limit: 1 })).toEqual([])
    const dump = await opened.dump()
    expect(dump.slice(dump.indexOf('-- records.'))).not.toContain(user.id)
    const { rows } = (await send('GET', '/v1/audit?action=records.erase')).json()
    expect(rows).toHaveLength(2)
    expect(JSON.stringify(rows)).not.toContain(user.id)
    expect((await send('POST', route, { userId: 'ana' })).status).toBe(400)
    expect((await send('POST', route, { userId: user.id }, app.keys.reader)).status).toBe(403)
    await store.db.deleteFrom('spool').where('feed_id', '=', feedId).execute()
  })

  test('commands show every record that was set aside', async () => {
    const { store } = opened
    const { feed_id: feedId, sink_id: sinkId } = await store.db
      .selectFrom('feed_sink')
      .innerJoin('feed', 'feed.id', 'feed_sink.feed_id')
      .select(['feed_id', 'sink_id'])
      .where('feed.name', '=', 'log')
      .limit(1)
      .executeTakeFirstOrThrow()
    const record = Buffer.from('{}')
    const letters = Array.from({ length: 201 }, (_, index) => ({
      ...{ code: 'sink_record_refused', reason: 'no', record, index },
    }))
    await putDeadLetters(store, { feedId, sinkId, seq: 1 }, letters, new Date())
    const authorization = `Bearer ${app.keys.syncer}`
    await using api = new ApiClient({
      send: (request) =>
        sendLocally(app, { ...request, headers: { ...request.headers, authorization } }),
      close: async () => undefined,
      signal: new AbortController().signal,
    })
    const route = '/v1/feeds/log/dead-letters'
    const listed = await api.list<{ readonly index: number }>(route, {
      ...{ rows: 'deadLetters', cursor: 'cursor' },
    })
    const indexes = listed.map(({ index }) => index).sort((a, b) => a - b)
    expect(indexes).toEqual(letters.map(({ index }) => index))
    expect((await send('DELETE', route)).json()).toEqual({ dropped: 201 })
  })

  test('records that a sink refused are sent to it again, and are dead letters no longer', async () => {
    const { store } = opened
    const { feed_id: feedId, sink_id: sinkId } = await store.db
      .selectFrom('feed_sink')
      .innerJoin('feed', 'feed.id', 'feed_sink.feed_id')
      .innerJoin('sink', 'sink.id', 'feed_sink.sink_id')
      .select(['feed_id', 'sink_id'])
      .where('feed.name', '=', 'log')
      .where('sink.name', '=', 'store')
      .executeTakeFirstOrThrow()
    const record = Buffer.from('{"uuid":"refused-then","published":"2026-01-01T00:00:00.000Z"}')
    const letter = { code: 'sink_record_refused', reason: 'no', record, index: 0 }
    await putDeadLetters(store, { feedId, sinkId, seq: 1 }, [letter], new Date())
    const route = '/v1/feeds/log/dead-letters'
    expect((await send('POST', `${route}/retry`, {}, app.keys.reader)).status).toBe(403)
    expect((await send('POST', `${route}/retry`, {}, app.keys.theirs)).status).toBe(404)
    expect((await send('POST', `${route}/retry`, {})).json()).toEqual({
      sent: 1,
      refused: 0,
      superseded: 0,
    })
    expect((await send('GET', route)).json()).toEqual({ deadLetters: [] })
    const { rows } = await sql`select uuid from records.event where uuid = 'refused-then'`.execute(
      store.db,
    )
    expect(rows).toHaveLength(1)
    const audited = (await send('GET', '/v1/audit?action=feed.retry-dead-letters')).json()
    expect(audited.rows).toMatchObject([{ target: 'log', outcome: 'ok' }])
  })

  test('deletions that are held back are confirmed as they were looked at, and passed on', async () => {
    const { store } = opened
    await send('POST', '/v1/feeds', {
      ...{ name: 'fewer', connection: 'acme', input: 'groups', sinks: ['store'] },
    })
    await send('POST', '/v1/feeds/fewer/run', {})
    const { id } = await store.db
      .selectFrom('feed')
      .select('id')
      .where('name', '=', 'fewer')
      .executeTakeFirstOrThrow()
    const held = { code: 'deletions_unlikely', message: 'Too many.', remedy: 'Look.', missing: {} }
    await putHeldDeletions(store, id, { ...held, generation: 1, at: new Date().toISOString() })
    const confirm = (generation: unknown, key?: string) =>
      send('POST', '/v1/feeds/fewer/confirm-deletions', { generation }, key)
    expect((await confirm(1, app.keys.reader)).status).toBe(403)
    expect((await confirm('all')).status).toBe(400)
    const other = await confirm(2)
    expect([other.status, other.json().code]).toEqual([409, 'feed_nothing_held'])
    const confirmed = await confirm(1)
    expect(confirmed.status).toBe(200)
    expect(confirmed.json().held).toMatchObject({ ...held, confirmedAt: expect.any(String) })
    const audited = (await send('GET', '/v1/audit?action=feed.confirm-deletions')).json()
    expect(audited.rows).toMatchObject([{ target: 'fewer', details: { generation: 1 } }])
    await send('POST', '/v1/feeds/fewer/run', {})
    expect((await send('GET', '/v1/feeds/fewer')).json().held).toBeUndefined()
  })

  test('a feed of others is answered like one that nobody has', async () => {
    await send('POST', '/v1/feeds', {
      ...{ name: 'hidden', connection: 'acme', input: 'users', sinks: ['store'] },
    })
    const ask = async (name: string) => {
      const answer = await send('POST', `/v1/feeds/${name}/run`, {}, app.keys.theirs)
      const { requestId: _id, instance: _instance, ...problem } = answer.json()
      return { status: answer.status, problem }
    }
    expect(await ask('hidden')).toEqual(await ask('nothing'))
    expect((await send('GET', '/v1/feeds', undefined, app.keys.theirs)).json().feeds).toEqual([])
    expect((await send('POST', '/v1/feeds/hidden/run', {}, app.keys.reader)).status).toBe(403)
    expect((await send('GET', '/v1/feeds/hidden', undefined, app.keys.reader)).status).toBe(200)
  })

  test('inputs say what they need, and over which connections they run', async () => {
    const { inputs } = (await send('GET', '/v1/inputs')).json()
    const log = inputs.find(({ name }: { name: string }) => name === 'system-log')
    expect(log).toMatchObject({ scopes: ['okta.logs.read'], sync: 'incremental' })
    expect(log.connections).toEqual([{ name: 'acme', runs: true, missingScopes: [] }])
  })

  test('a plan says how long the first run takes, and keeps nothing', async () => {
    const plan = await send('POST', '/v1/feeds/plan', {
      ...{ name: 'later', connection: 'acme', input: 'system-log', sinks: ['files'] },
      cron: '@daily',
    })
    expect(plan.json().nextRuns).toHaveLength(3)
    expect(plan.json().estimate.calls).toBeGreaterThan(0)
    expect((await send('GET', '/v1/feeds/later')).status).toBe(404)
  })

  test('a connection that is removed takes its records with it', async () => {
    expect(await countRecords(opened.store)).toBeGreaterThan(0)
    const { feeds } = (await send('GET', '/v1/feeds')).json()
    const refused = (await send('DELETE', '/v1/connections/acme')).json()
    expect(refused).toMatchObject({
      code: 'connection_in_use',
      detail: expect.stringContaining(feeds[0].name),
    })
    for (const { name } of feeds) await send('DELETE', `/v1/feeds/${name}`)
    await addEvents(opened.store, 'gone', [
      {
        ...{ uuid: 'orphan', published: new Date(), raw: '{}', targetIds: [] },
        ...{
          eventType: null,
          severity: null,
          outcome: null,
          clientIp: null,
          sessionId: null,
          transactionId: null,
        },
        ...{ actorId: null, actorLogin: null },
      },
    ])
    expect((await send('DELETE', '/v1/connections/acme')).status).toBe(200)
    expect(await countRecords(opened.store)).toBe(1)
    expect(await removeOrphans(opened.store)).toEqual({ events: 1, objects: 0 })
  })
})

async function countRecords(store: Store): Promise<number> {
  const { rows } = await sql<{ count: string | number }>`
    select (select count(*) from records.event) + (select count(*) from records.object) as count`.execute(
    store.db,
  )
  return Number(rows[0]?.count)
}

async function linesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(path.join(parentPath, name), 'utf8')),
  )
  return texts.flatMap((text) => text.split('\n').filter(Boolean))
}

function withoutUses(dump: string): string {
  return dump.replaceAll(/"last_used_at":[^,}]*/g, '')
}
