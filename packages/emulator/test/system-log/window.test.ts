import { afterEach, describe, expect, test } from 'vitest'
import { fillHistory, startTraffic } from '../../src/system-log/traffic.ts'
import { type LogOrg, type ShownEvent, startLogOrg, startMs } from './log-reader.ts'

let log: LogOrg
afterEach(async () => {
  expect(log.unexpected).toEqual([])
  await log.close()
})

const iso = (epochMs: number) => new Date(epochMs).toISOString()
const publishedOf = (events: readonly ShownEvent[]) => events.map(({ published }) => published)
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/

describe('a bounded request', () => {
  const window = { since: iso(startMs - 3_600_000), until: iso(startMs) }

  test('returns every event of the window once, by published, and ends without a next link', async () => {
    log = await startLogOrg()
    const fromMs = startMs - 2 * 3_600_000
    fillHistory(log.org, { count: 2_000, fromMs, toMs: startMs, lateShare: 0.3, maxLateMs: 60_000 })
    const polled = await log.readAll({ since: iso(fromMs), limit: '1000' })
    const events = await log.readAll({ ...window, limit: '70' })
    const expected = polled.filter(
      ({ published }) => published >= window.since && published < window.until,
    )
    expect(publishedOf(events)).toEqual(publishedOf(expected).toSorted())
    expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(expected.length)
    expect(publishedOf(polled)).not.toEqual(publishedOf(polled).toSorted())
  })

  test('has a uuid for a cursor, and no next link on a last page that is exactly full', async () => {
    log = await startLogOrg()
    for (const eventType of ['a', 'b', 'c', 'd']) log.write(eventType)
    log.clock.advance(1)
    const query = { since: iso(startMs), until: iso(startMs + 1), limit: '2' }
    const first = await log.read(query)
    expect(first.after).toMatch(uuidPattern)
    const second = await log.read(first.next)
    expect(second.body).toHaveLength(2)
    expect(second.next).toBeUndefined()
  })

  test('misses an event that comes late when it asks too early', async () => {
    log = await startLogOrg({ assumptions: { logLagMs: 60_000 } })
    log.write('late')
    log.clock.advance(10_000)
    const query = { since: iso(startMs), until: iso(startMs + 5_000) }
    expect((await log.read(query)).body).toEqual([])
    log.clock.advance(50_000)
    expect((await log.read(query)).body).toHaveLength(1)
  })

  test('misses a late event that falls before the cursor of a walk', async () => {
    log = await startLogOrg()
    const { org, clock } = log
    const late = { eventType: 'late', uuid: 'late-uuid', published: iso(startMs) }
    org.log.addRecorded(late, { persistedMs: startMs + 10_000 })
    clock.advance(1_000)
    for (const eventType of ['a', 'b']) log.write(eventType)
    const query = { since: iso(startMs), until: iso(startMs + 5_000), limit: '1' }
    const first = await log.read(query)
    clock.advance(10_000)
    expect((await log.read(first.next)).body[0]?.eventType).toBe('b')
    expect((await log.read(query)).body[0]?.eventType).toBe('late')
  })

  test('leaves out what was published exactly at until, unless logUntil says otherwise', async () => {
    log = await startLogOrg()
    log.write('edge')
    const query = { since: iso(startMs - 1), until: iso(startMs) }
    expect((await log.read(query)).body).toEqual([])
    log.org.assumptions = { ...log.org.assumptions, logUntil: 'included' }
    expect((await log.read(query)).body).toHaveLength(1)
  })

  test('takes the seven days before until where since is missing', async () => {
    log = await startLogOrg()
    fillHistory(log.org, { count: 100, fromMs: startMs - 20 * 86_400_000, toMs: startMs })
    const until = startMs - 5 * 86_400_000
    const published = publishedOf(await log.readAll({ until: iso(until) })).map(Date.parse)
    expect(Math.min(...published)).toBeGreaterThanOrEqual(until - 7 * 86_400_000)
    expect(Math.max(...published)).toBeLessThan(until)
    expect(published.length).toBeGreaterThan(20)
  })

  test('is empty where until is before since', async () => {
    log = await startLogOrg()
    log.write('a')
    const page = await log.read({ since: iso(startMs + 10), until: iso(startMs - 10) })
    expect(page).toMatchObject({ status: 200, body: [], next: undefined })
  })

  test('goes on with a cursor of its own org only', async () => {
    log = await startLogOrg()
    const after = '349996bd-5091-45dc-a39f-d357867a30d7'
    const refused = await log.read({ ...window, after })
    expect(refused.status).toBe(400)
    expect(refused.body.errorCode).toBe('E0000001')
  })

  test('keeps since and until in its links', async () => {
    log = await startLogOrg()
    startTraffic(log.org, { perSecond: 0, bursts: [{ atMs: startMs, count: 2 }] })
    log.clock.advance(1)
    const query = { since: iso(startMs), until: iso(startMs + 1), limit: '1' }
    const { next } = await log.read(query)
    const parameters = new URL(next ?? '').searchParams
    expect([...parameters.keys()]).toEqual(['since', 'until', 'limit', 'after'])
    expect(parameters.get('until')).toBe(query.until)
  })
})

describe('a DESCENDING request', () => {
  test('is finite and returns the newest published event first', async () => {
    log = await startLogOrg()
    const fromMs = startMs - 86_400_000
    fillHistory(log.org, { count: 500, fromMs, toMs: startMs, lateShare: 0.2, maxLateMs: 60_000 })
    const up = await log.readAll({ since: iso(fromMs), until: iso(startMs + 1), limit: '99' })
    const down = await log.readAll({ sortOrder: 'DESCENDING', limit: '99' })
    expect(down.map(({ uuid }) => uuid)).toEqual(up.map(({ uuid }) => uuid).toReversed())
  })
})
