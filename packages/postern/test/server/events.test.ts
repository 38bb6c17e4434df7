/** @module The System Log over the API: its events by what people look for, over time, by type, and what belongs together. */

import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { eraseSubject, putObjects, removeEventsBefore } from '../../src/store/records.ts'
import { keepConnection, keepEvents, type SentEvent } from './kept-events.ts'
import { type ServedApp, serveApp } from './served-app.ts'

/** What the routes tell, each some of it. */
interface Told {
  readonly events?: readonly { readonly uuid: string; readonly actor?: unknown }[]
  readonly event?: object
  readonly objects?: readonly { readonly id: string }[]
  readonly bins?: readonly { readonly at: string; readonly total: number }[]
  readonly related?: unknown
  readonly next?: string
  readonly searchedTo?: string
}

function sent(uuid: string, change: Readonly<Record<string, unknown>> = {}): SentEvent {
  return {
    uuid,
    published: '2026-11-30T11:30:00.000Z',
    eventType: 'user.session.start',
    severity: 'INFO',
    displayMessage: 'User login to Okta',
    outcome: { result: 'SUCCESS' },
    actor: { id: '00u1', type: 'User', alternateId: 'ada@acme.example', displayName: 'Ada' },
    client: { ipAddress: '192.0.2.1' },
    authenticationContext: { externalSessionId: 'session1' },
    transaction: { type: 'WEB', id: 'request1', detail: {} },
    target: [],
    ...change,
  }
}

describe.each(stores)('events on $name', ({ open }) => {
  let opened: TestStore
  let app: ServedApp<'mine' | 'theirs'>
  let id: string
  beforeAll(async () => {
    opened = await open()
    id = await keepConnection(opened.store, 'acme')
    await keepConnection(opened.store, 'other')
  })
  afterAll(() => opened.close())
  beforeEach(async () => {
    await sql`truncate records.event, records.event_count, records.object`.execute(opened.store.db)
    app = await serveApp({
      store: opened.store,
      keys: {
        mine: [{ connections: ['acme'], verbs: ['read'] }],
        theirs: [{ connections: ['other'], verbs: ['read'] }],
      },
    })
  })

  const keep = (...events: readonly SentEvent[]) => keepEvents(opened.store, id, events)
  const get = async (path: string, query: Readonly<Record<string, string>> = {}) => {
    const asked = `/v1/connections/acme/${path}?${new URLSearchParams(query)}`
    const { status, json = {} } = await app.send('GET', asked, { key: app.keys.mine })
    return { status, json: json as Told }
  }
  const found = async (query: Readonly<Record<string, string>>) => {
    const { events = [] } = (await get('events', query)).json
    return events.map(({ uuid }) => uuid)
  }

  test('an event is shown as people look for it', async () => {
    const target = { id: '0oa1', type: 'AppInstance', alternateId: 'Wiki', displayName: 'Wiki' }
    await keep(sent('e1', { target: [target], outcome: { result: 'DENY', reason: 'No' } }))
    expect((await get('events')).json).toEqual({
      events: [
        {
          ...{ uuid: 'e1', published: '2026-11-30T11:30:00.000Z', severity: 'INFO' },
          ...{ eventType: 'user.session.start', outcome: 'DENY', reason: 'No' },
          message: 'User login to Okta',
          actor: { id: '00u1', type: 'User', login: 'ada@acme.example', name: 'Ada' },
          targets: [{ id: '0oa1', type: 'AppInstance', login: 'Wiki', name: 'Wiki' }],
          ...{ ip: '192.0.2.1', session: 'session1', transaction: 'request1' },
        },
      ],
    })
  })

  test.each([
    [{ transaction: 'request2' }, ['api']],
    [{ session: 'session2' }, ['api']],
    [{ ip: '192.0.2.2' }, ['api']],
    [{ severity: 'WARN' }, ['api']],
    [{ outcome: 'FAILURE' }, ['api']],
    [{ actor: '00u2' }, ['api']],
    [{ actor: 'bot' }, ['api']],
    [{ actor: 'ada@acme.example' }, ['change', 'login']],
    [{ target: '00g1' }, ['change']],
    [{ target: '00g1', actor: '00u2' }, []],
    [{ eventType: 'user.session.start' }, ['login']],
    [{ eventType: 'user.' }, ['change', 'login']],
    [{ eventType: 'user.', actor: '00u1', outcome: 'SUCCESS' }, ['change', 'login']],
    [{ eventType: 'user.sess' }, []],
    [{ eventType: 'us%.' }, []],
    [{ eventType: 'user_session.' }, []],
    [{ text: 'GROUP "A%_' }, []],
    [{ text: 'the a%_ group' }, ['change']],
    [{ text: 'the a__ group' }, []],
    [{ from: '2026-11-30T12:45:00+01:00' }, ['api', 'change']],
    [{ to: '2026-11-30T06:30:00.001-05:00' }, ['login']],
    [{ from: '0000-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z', actor: '00u2' }, ['api']],
    [{ severity: 'NONE', eventType: 'none.', actor: 'nobody', target: 'nothing' }, []],
  ])('%j finds %j', async (query, expected) => {
    await keep(
      sent('login'),
      sent('change', {
        published: '2026-11-30T11:45:00.000Z',
        eventType: 'user.lifecycle.suspend',
        displayMessage: 'The A%_ group',
        target: [{ id: '00u9' }, { id: '00g1' }],
      }),
      sent('api', {
        published: '2026-11-30T11:46:00.000Z',
        eventType: 'system.api.call',
        severity: 'WARN',
        outcome: { result: 'FAILURE' },
        actor: { id: '00u2', alternateId: 'bot' },
        client: { ipAddress: '192.0.2.2' },
        authenticationContext: { externalSessionId: 'session2' },
        transaction: { id: 'request2' },
      }),
    )
    expect(await found(query)).toEqual(expected)
  })

  test('pages leave out and repeat none, and a cursor that nobody made begins anew', async () => {
    await keep(
      ...Array.from({ length: 25 }, (_, index) =>
        sent(`e${String(index).padStart(2, '0')}`, {
          published: new Date(Date.parse('2026-11-30T11:00:00Z') + (index % 7) * 1_000),
          outcome: { result: index % 2 === 0 ? 'SUCCESS' : 'FAILURE' },
        }),
      ),
    )
    for (const query of [{}, { outcome: 'FAILURE' }, { eventType: 'user.', actor: '00u1' }]) {
      const all = await found(query)
      const paged: string[] = []
      let cursor = ''
      do {
        const { json } = await get('events', { ...query, limit: '4', cursor })
        paged.push(...(json.events ?? []).map(({ uuid }) => uuid))
        cursor = json.next ?? ''
      } while (cursor !== '')
      expect(paged).toEqual(all)
      expect(all.length).toBeGreaterThan(10)
    }
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const strange = [
      ...['x', '%00', '[]', encode(['x', 'y', 'z']), encode(['+275760-09-13', 'e', id])],
      encode(['-000001-01-01T00:00:00Z', 'e', id]),
    ]
    for (const cursor of strange) {
      const { status, json } = await get('events', { limit: '1', cursor })
      expect([cursor, status]).toEqual([cursor, 200])
      expect(json.events).toMatchObject([{ uuid: 'e20' }])
    }
    const foreign = encode(['2026-11-30T11:00:03.000Z', 'e99', 'another connection'])
    expect((await get('events', { cursor: foreign })).json.events).toHaveLength(16)
  })

  test('a page ends after so many events that were looked at, and the next one goes on there', async () => {
    const from = Date.parse('2026-11-30T08:00:00Z')
    const many = Array.from({ length: 2_500 }, (_, index) =>
      sent(`many${index}`, { published: new Date(from + index * 1_000) }),
    )
    await keep(...many, sent('needle', { published: new Date(from - 1), displayMessage: 'Needle' }))
    const pages: (readonly string[])[] = []
    let cursor = ''
    let searchedTo: string | undefined
    do {
      const { json } = await get('events', { text: 'needle', cursor })
      pages.push((json.events ?? []).map(({ uuid }) => uuid))
      cursor = json.next ?? ''
      searchedTo ??= json.searchedTo
    } while (cursor !== '')
    expect(pages).toEqual([[], [], ['needle']])
    expect(searchedTo).toBe(new Date(from + 1_500_000).toISOString())
  })

  test('one event comes as it was sent, with counts of what belongs to it', async () => {
    const unknown = { authenticationContext: { externalSessionId: 'unknown' } }
    await keep(
      ...[sent('e1'), sent('e2', { transaction: { id: 'request2' } })],
      sent('e3', { ...unknown, actor: { id: 'unknown', alternateId: 'a&b=c' } }),
      sent('e4', { ...unknown, actor: { id: 'unknown', alternateId: 'someone' } }),
    )
    const { json } = await get('events/e1')
    expect(json).toMatchObject({ event: { uuid: 'e1' }, raw: JSON.stringify(sent('e1')) })
    const listOf = (query: string) => `/v1/connections/acme/events?${query}`
    expect(json.related).toEqual({
      actor: { value: '00u1', count: 2, href: listOf('actor=00u1') },
      session: { value: 'session1', count: 2, href: listOf('session=session1') },
      transaction: { value: 'request1', count: 3, href: listOf('transaction=request1') },
    })
    const { related } = (await get('events/e3')).json
    expect(related).toEqual({
      actor: { value: 'a&b=c', count: 1, href: listOf('actor=a%26b%3Dc') },
      transaction: expect.anything(),
    })
    expect((await get('events/none')).json).toMatchObject({ status: 404, code: 'event_not_found' })
  })

  test('events are counted over time, whichever way leads to them', async () => {
    const failed = { outcome: { result: 'FAILURE' } }
    await keep(
      sent('e1', { published: '2026-11-30T00:10:00Z', ...failed }),
      sent('e2', { published: '2026-11-30T00:50:00Z' }),
      sent('e3', { published: '2026-11-30T05:00:00Z', eventType: 'system.x', ...failed }),
      sent('early', { published: '2026-11-29T11:00:00Z' }),
    )
    await keep(sent('e1', { published: '2026-11-30T00:10:00Z', ...failed }))
    const timeline = async (query: Readonly<Record<string, string>>) => {
      const { json } = await get('events/timeline', { from: '2026-11-30T00:00:00Z', ...query })
      const { bins = [] } = json
      return { ...json, bins: bins.filter(({ total }) => total > 0) }
    }
    const hours = { to: '2026-11-30T06:00:00Z', bins: '6' }
    const bin = (hour: string, total: number, failures: number) => ({
      ...{ at: `2026-11-30T${hour}:00.000Z`, total, failures },
    })
    const inHours = { from: '2026-11-30T00:00:00.000Z', to: '2026-11-30T06:00:00.000Z' }
    expect(await timeline(hours)).toEqual({
      ...{ ...inHours, binSeconds: 3_600 },
      bins: [bin('00:00', 2, 1), bin('05:00', 1, 1)],
    })
    const ofUsers = [bin('00:00', 2, 1)]
    expect((await timeline({ ...hours, eventType: 'user.' })).bins).toEqual(ofUsers)
    expect((await timeline({ ...hours, eventType: 'use_.' })).bins).toEqual([])
    const ofAda = [bin('00:00', 2, 1), bin('05:00', 1, 1)]
    expect((await timeline({ ...hours, actor: '00u1' })).bins).toEqual(ofAda)
    expect((await timeline({ ...hours, outcome: 'FAILURE' })).bins).toEqual([
      ...[bin('00:00', 1, 1), bin('05:00', 1, 1)],
    ])
    const minutes = { to: '2026-11-30T01:00:00Z', bins: '60' }
    expect(await timeline(minutes)).toMatchObject({
      binSeconds: 60,
      bins: [bin('00:10', 1, 1), bin('00:50', 1, 0)],
    })
    const zone = { from: '2026-11-30T05:45:00+05:45', to: '2026-11-30T11:45:00+05:45', bins: '6' }
    expect((await timeline(zone)).bins).toEqual(ofAda)
    const days = await get('events/timeline', { from: '2026-10-01T00:00:00Z', to: hours.to })
    expect(days.json.bins).toHaveLength(58)
    expect((await get('events/timeline', { from: hours.to, to: hours.to })).json).toMatchObject({
      ...{ status: 400, code: 'request_invalid' },
    })
  })

  test('counts follow what is removed', async () => {
    await keep(
      sent('old', { published: '2026-11-28T11:10:00Z' }),
      sent('ada'),
      sent('bob', { actor: { id: '00u2', alternateId: 'bob' }, eventType: 'system.x' }),
      sent('untyped', { eventType: undefined, actor: undefined }),
    )
    const types = async (from: string) =>
      (await get('events/types', { from, to: '2026-11-30T12:00:00Z' })).json
    expect(await types('2026-11-28T11:30:00Z')).toEqual({
      ...{ from: '2026-11-28T11:00:00.000Z', to: '2026-11-30T12:00:00.000Z' },
      types: [
        { eventType: 'user.session.start', total: 2, failures: 0 },
        { eventType: 'system.x', total: 1, failures: 0 },
      ],
    })
    await removeEventsBefore(opened.store, new Date('2026-11-29T00:00:00Z'))
    await eraseSubject(opened.store, { connectionId: id, userId: '00u1' })
    expect(await types('2026-11-20T12:30:00Z')).toEqual({
      ...{ from: '2026-11-20T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' },
      types: [{ eventType: 'system.x', total: 1, failures: 0 }],
    })
    const { rows } = await sql<{ kept: string }>`
      select grain || event_type || total as kept from records.event_count order by 1`.execute(
      opened.store.db,
    )
    expect(rows.map(({ kept }) => kept)).toEqual(['day2', 'daysystem.x1', 'hour2', 'hoursystem.x1'])
  })

  test('what is hostile is a text like any other', async () => {
    const script = '<script>alert(1)</script>\u202e\0'
    await keep(
      sent('__proto__', { actor: { id: script, alternateId: "'; drop table audit; --" } }),
      sent('odd', { ...{ actor: [], target: 'x', outcome: null, displayMessage: { a: 1 } } }),
      sent('constructor', { target: Array.from({ length: 500 }, () => ({ id: ['x'] })) }),
    )
    const { json } = await get('events')
    expect(json.events?.filter(({ actor }) => actor !== undefined)).toHaveLength(2)
    expect(await found({ actor: "'; drop table audit; --" })).toEqual(['__proto__'])
    expect(await found({ actor: script.replace('\0', '') })).toEqual(['__proto__'])
    expect((await get('events', { actor: script })).status).toBe(400)
    expect((await get('events/__proto__')).json).toMatchObject({ event: { uuid: '__proto__' } })
    expect((await get('events/constructor')).json.event).toMatchObject({ uuid: 'constructor' })
    expect((await get('events/odd')).json.event).not.toHaveProperty('actor')
  })

  test('nobody reads what is kept of another connection, and who reads is noted', async () => {
    await keep(sent('e1'))
    const ask = async (path: string, key: string) =>
      (await app.send('GET', `/v1/connections/${path}`, { key })).json
    for (const path of [
      'events',
      'events/e1',
      'events/types',
      'events/timeline',
      'objects?kind=user',
    ])
      expect(await ask(`acme/${path}`, app.keys.theirs)).toMatchObject({ status: 404 })
    expect(await ask('other/events', app.keys.theirs)).toEqual({ events: [] })
    expect(await ask('other/events/e1', app.keys.theirs)).toMatchObject({ code: 'event_not_found' })
    await ask('acme/events/e1', app.keys.mine)
    await app.services.auditBatch.flush()
    const { json } = await app.send('GET', '/v1/audit?action=records.read&limit=1')
    expect(json?.['rows']).toMatchObject([
      { actor: `access-key:${app.keys.mine.split('_')[1]}`, connection: 'acme', target: 'event' },
    ])
  })

  test('objects are listed by kind', async () => {
    const base = { version: 1, observedAt: new Date('2026-11-30T11:00:00Z'), hash: 'h', raw: '{}' }
    const none = { parent: null, child: null, status: null, label: null, login: null }
    await putObjects(opened.store, { connectionId: id, feedId: 'f1' }, [
      { ...base, ...none, kind: 'user', id: '00u1', label: '50% off_', login: 'ada' },
      { ...base, ...none, kind: 'user', id: '00u2', status: 'ACTIVE' },
      { ...base, ...none, kind: 'app-user', id: '0oa1/00u1', parent: '0oa1', child: '00u1' },
    ])
    const ids = async (query: Readonly<Record<string, string>>) =>
      (await get('objects', query)).json.objects?.map((one) => one.id)
    expect((await get('objects', { kind: 'app-user', child: '00u1' })).json).toEqual({
      objects: [
        {
          ...{ kind: 'app-user', id: '0oa1/00u1', parent: '0oa1', child: '00u1' },
          observedAt: '2026-11-30T11:00:00.000Z',
        },
      ],
    })
    expect(await ids({ kind: 'user' })).toEqual(['00u1', '00u2'])
    expect(await ids({ kind: 'user', text: '% OFF_' })).toEqual(['00u1'])
    expect(await ids({ kind: 'user', text: '5__' })).toEqual([])
    const { next } = (await get('objects', { kind: 'user', limit: '1' })).json
    expect(await ids({ kind: 'user', limit: '1', cursor: next ?? '' })).toEqual(['00u2'])
    expect((await get('objects', { kind: 'event' })).status).toBe(400)
  })

  test('one object is shown as Okta sent it, and an event says which of its parties are kept', async () => {
    const base = { version: 1, observedAt: new Date('2026-11-30T11:00:00Z'), hash: 'h' }
    const none = { parent: null, child: null, status: null, label: null, login: null }
    await putObjects(opened.store, { connectionId: id, feedId: 'f1' }, [
      { ...base, ...none, kind: 'user', id: '00u1', raw: '{"id":"00u1", "x": 1}', label: 'Ada' },
      { ...base, ...none, kind: 'group', id: '00g1', raw: '{}' },
      {
        ...base,
        ...none,
        kind: 'app-user',
        id: '0oa1/00u1',
        raw: '{"scope":"USER"}',
        parent: '0oa1',
      },
    ])
    expect((await get('objects/user/00u1')).json).toEqual({
      object: { kind: 'user', id: '00u1', label: 'Ada', observedAt: '2026-11-30T11:00:00.000Z' },
      raw: '{"id":"00u1", "x": 1}',
    })
    const assigned = await get(`objects/app-user/${encodeURIComponent('0oa1/00u1')}`)
    expect(assigned.json).toMatchObject({ object: { parent: '0oa1' }, raw: '{"scope":"USER"}' })
    expect((await get('objects/user/00u2')).json).toMatchObject({
      ...{ status: 404, code: 'object_not_kept' },
    })
    const theirs = await app.send('GET', '/v1/connections/acme/objects/user/00u1', {
      key: app.keys.theirs,
    })
    expect(theirs.status).toBe(404)
    await keep(sent('e1', { target: [{ id: '00g1' }, { id: '0oa9' }, { id: null }] }))
    expect((await get('events/e1')).json).toMatchObject({
      kept: [
        { kind: 'user', id: '00u1' },
        { kind: 'group', id: '00g1' },
      ],
    })
  })
})
