/** @module What Postern keeps, given whole: the same rows to the same callers as page by page. */

import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { verbs } from '../../src/config/access-rules.ts'
import { Api } from '../../src/server/api.ts'
import { addRoutes } from '../../src/server/routes.ts'
import { putDeadLetters } from '../../src/store/dead-letters.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { putObjects } from '../../src/store/records.ts'
import { keepConnection, keepEvents } from './kept-events.ts'
import { type ServedApp, serveApp } from './served-app.ts'

const declared = new Api()
addRoutes(declared)
const lists = declared.routes.flatMap(({ route }) => (route.list ? [route] : []))

const FROM = Date.parse('2026-11-30T08:00:00Z')
const at = new Date(FROM)

type Row = Readonly<Record<string, unknown>>

describe.each(stores)('whole lists on $name', ({ open }) => {
  let opened: TestStore
  let app: ServedApp<'mine' | 'theirs' | 'planner'>
  let id: string
  beforeAll(async () => {
    opened = await open()
    id = await keepConnection(opened.store, 'acme')
    await keepConnection(opened.store, 'other')
    const settings = JSON.stringify({})
    const read = { connection_id: id, input: 'users', timezone: 'UTC', missed: 'run' }
    const row = {
      ...read,
      id: 'f1',
      revision: 0,
      name: 'people',
      settings,
      created_at: at,
      updated_at: at,
    }
    await opened.store.db
      .insertInto('feed')
      .values(row as never)
      .execute()
  })
  afterAll(() => opened.close())
  beforeEach(async () => {
    app = await serveApp({
      store: opened.store,
      keys: {
        mine: [{ connections: ['acme'], verbs: [...verbs] }],
        theirs: [{ connections: ['other'], verbs: [...verbs] }],
        planner: [{ connections: ['acme'], verbs: ['act'], approval: 'required' }],
      },
    })
  })

  const get = (path: string, accept = 'application/json', key: string = app.keys.mine) =>
    app.send('GET', path, { key, headers: { accept } })

  /** Every row, page by page. */
  async function paged(path: string, rows: string, cursor: string): Promise<readonly Row[]> {
    const found: Row[] = []
    let next: unknown
    do {
      const url = new URL(path, 'http://localhost')
      url.searchParams.set('limit', '70')
      if (next !== undefined) url.searchParams.set(cursor, String(next))
      const { status, json = {} } = await get(url.pathname + url.search)
      expect(status).toBe(200)
      found.push(...(json[rows] as readonly Row[]))
      next = json['next']
    } while (next !== undefined)
    return found
  }

  test('events: all that fit the filter, and a hostile one that a spreadsheet shows as it is', async () => {
    const events = Array.from({ length: 1_300 }, (_, index) => ({
      uuid: `e${index}`,
      published: new Date(FROM + index).toISOString(),
      eventType: 'user.session.start',
      outcome: { result: index % 2 === 0 ? 'SUCCESS' : 'FAILURE' },
      target: [],
    }))
    const hostile = {
      uuid: 'hostile',
      published: new Date(FROM + 9_999).toISOString(),
      eventType: '=cmd|calc!A1',
      severity: '\uff1d1+1',
      outcome: { result: 'FAILURE', reason: '\n=1+1' },
      displayMessage: '"a",\r\n<img src=x>',
      actor: { id: '@SUM(A1)', type: '+1', alternateId: '-1', displayName: '\t=1' },
      target: [{ id: '=1', displayName: '\u202e"x"' }],
    }
    await keepEvents(opened.store, id, [...events, hostile])
    const path = '/v1/connections/acme/events?outcome=FAILURE'
    const pages = await paged(path, 'events', 'cursor')
    expect(pages).toHaveLength(651)
    const lines = await get(path, 'application/jsonl')
    expect(lines.lines).toEqual(pages)
    expect(lines.headers.get('content-disposition')).toBe(
      'attachment; filename="acme-events.jsonl"',
    )
    const { text } = await get(path, 'text/csv')
    const [heading, first] = text.split(/\r\n(?=uuid|hostile|e\d)/)
    expect(heading).toBe(
      'uuid,published,eventType,severity,outcome,reason,message,actor.id,actor.type,actor.login,actor.name,targets,ip,session,transaction',
    )
    expect(first).toBe(
      `hostile,2026-11-30T08:00:09.999Z,'=cmd|calc!A1,'\uff1d1+1,FAILURE,"'\n=1+1","""a"",\r\n<img src=x>",` +
        `'@SUM(A1),'+1,'-1,'\t=1,"[{""id"":""=1"",""name"":""\u202e\\""x\\""""}]",,,`,
    )
    expect(text.match(/^e\d+,/gm)).toHaveLength(650)
    expect(text.endsWith('\r\n')).toBe(true)
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from audit where action = 'records.read'`.execute(
      opened.store.db,
    )
    expect(rows[0]?.count).toBeGreaterThan(0)
  })

  test('objects, and rows of the audit log', async () => {
    const none = { parent: null, child: null, status: null, label: null, login: null }
    const base = { ...none, kind: 'user', version: 1, observedAt: at, raw: '{}', hash: 'x' }
    const users = Array.from({ length: 1_100 }, (_, index) => ({ ...base, id: `00u${index}` }))
    await putObjects(opened.store, { connectionId: id, feedId: 'f1' }, users as never)
    const path = '/v1/connections/acme/objects?kind=user'
    const { lines } = await get(path, 'application/jsonl')
    expect(lines).toHaveLength(1_100)
    expect(lines).toEqual(await paged(path, 'objects', 'cursor'))
    const audited = await get('/v1/audit?action=records.', 'application/jsonl')
    expect(audited.lines.length).toBeGreaterThan(0)
    expect(new Set(audited.lines.map(({ connection }) => connection))).toEqual(new Set(['acme']))
  })

  test('dead letters, in pages that leave out and repeat none', async () => {
    for (const [sinkId, seq] of [
      ['one', 1],
      ['two', 1],
      ['one', 2],
    ] as const) {
      const letters = Array.from({ length: 60 }, (_, index) => ({
        ...{ record: Buffer.from(`{"sink":"${sinkId}"}`), code: 'sink_record_refused', index },
        reason: `=${index}`,
      }))
      const place = { feedId: 'f1', sinkId, seq }
      await putDeadLetters(opened.store, place, letters, new Date(FROM + (seq % 2)))
    }
    const path = '/v1/feeds/people/dead-letters'
    const all = (await get(`${path}?limit=1000`)).json?.['deadLetters']
    expect(all).toHaveLength(180)
    expect(await paged(path, 'deadLetters', 'cursor')).toEqual(all)
    expect((await get(path, 'application/jsonl')).lines).toEqual(all)
    const csv = (await get(path, 'text/csv')).text.trimEnd().split('\r\n')
    expect(csv).toHaveLength(181)
    expect(csv[0]).toBe('sink,batch,index,code,reason,record,at')
    expect(csv[1]).toMatch(/^,1,0,sink_record_refused,'=0,"\{""sink"":""(one|two)""\}",/)
    const strange = [
      'x',
      'bnVsbA',
      Buffer.from('["0000-01-01T00:00:00Z",1,1,""]').toString('base64url'),
    ]
    for (const cursor of strange)
      expect((await get(`${path}?limit=1000&cursor=${cursor}`)).json?.['deadLetters']).toEqual(all)
  })

  test('plans, in pages that leave out and repeat none', async () => {
    for (let index = 0; index < 150; index++) {
      const made = { id: `p${index}`, connection_id: id, action: 'request.change' }
      const created = { created_at: new Date(FROM + (index % 2)), expires_at: at }
      const asked = { requested_by: 'access-key:x', code_hash: Buffer.alloc(32, index) }
      expect(await insertPlan(opened.store, { ...made, ...created, ...asked }, 1_000)).toBe(true)
    }
    const all = (await get('/v1/plans?limit=1000')).json?.['plans']
    expect(all).toHaveLength(150)
    expect(await paged('/v1/plans', 'plans', 'cursor')).toEqual(all)
    expect((await get('/v1/plans', 'application/jsonl')).lines).toEqual(all)
    // Who asked for none, and may approve none, has none.
    const none = (await get('/v1/plans', 'text/csv', app.keys.planner)).text
    expect(none).toMatch(/^id,connection,action,state,[^\r]+\r\n$/)
  })

  test('a list of one page takes no limit either', async () => {
    const { status, json } = await get('/v1/feeds/people/runs?limit=1', 'text/csv')
    expect(status).toBe(400)
    expect(json).toMatchObject({
      remedy: 'Leave out limit, or send Accept: application/json.',
      problems: [{ in: 'query', path: 'limit' }],
    })
  })

  test('no list is given whole to anybody who may not read a page of it', async () => {
    for (const { path } of lists) {
      const asked = path.replace('{name}', 'acme').replace('{feed}', 'people')
      const query = asked.endsWith('/objects') ? '?kind=user' : ''
      for (const key of [app.keys.theirs, app.keys.planner]) {
        const page = await get(asked + query, 'application/json', key)
        const whole = await get(asked + query, 'text/csv', key)
        expect([path, whole.status]).toEqual([path, page.status])
        if (page.status !== 200) expect(withoutId(whole.json)).toEqual(withoutId(page.json))
        else if (key === app.keys.theirs) expect(whole.text).not.toMatch(/acme(?!\.okta)|people/)
      }
    }
  })
})

function withoutId({ requestId: _, ...problem }: Row = {}): Row {
  return problem
}
