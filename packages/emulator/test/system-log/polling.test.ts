import { afterEach, describe, expect, test } from 'vitest'
import { startTraffic } from '../../src/system-log/traffic.ts'
import { type LogOrg, type ShownEvent, startLogOrg, startMs } from './log-reader.ts'

let log: LogOrg
afterEach(async () => {
  expect(log.unexpected).toEqual([])
  await log.close()
})

const typesOf = (events: readonly ShownEvent[]) => events.map(({ eventType }) => eventType)

describe('a polling request', () => {
  test('returns events in the order in which they were persisted, not published', async () => {
    log = await startLogOrg()
    const { org, clock } = log
    org.log.addRecorded(recorded('late', startMs), { persistedMs: startMs + 60_000 })
    clock.advance(1_000)
    log.write('early')
    expect(typesOf((await log.read()).body)).toEqual(['early'])
    clock.advance(59_000)
    const { body } = await log.read()
    expect(typesOf(body)).toEqual(['early', 'late'])
    const [first = '', second = ''] = body.map(({ published }) => published)
    expect(first > second).toBe(true)
  })

  test('has a next link on every page, an empty one too, and the link finds what comes later', async () => {
    log = await startLogOrg()
    const empty = await log.read()
    expect(empty).toMatchObject({ status: 200, body: [] })
    const still = await log.read(empty.next)
    expect(still.body).toEqual([])
    expect(still.next).toBe(empty.next)
    log.write('first')
    const found = await log.read(still.next)
    expect(typesOf(found.body)).toEqual(['first'])
    expect((await log.read(found.next)).body).toEqual([])
  })

  test('gives a cursor of a time and a count, which tells events of one millisecond apart', async () => {
    log = await startLogOrg()
    for (const eventType of ['a', 'b', 'c']) log.write(eventType)
    const first = await log.read({ limit: '2' })
    expect(first.after).toBe(`${startMs}_2`)
    const second = await log.read(first.next)
    expect(typesOf(second.body)).toEqual(['c'])
    expect(second.after).toBe(`${startMs}_3`)
    log.write('d')
    expect(typesOf((await log.read(second.next)).body)).toEqual(['d'])
  })

  test('shows an event of a change only after logLagMs', async () => {
    log = await startLogOrg({ assumptions: { logLagMs: 5_000 } })
    log.write('slow')
    log.clock.advance(4_999)
    expect((await log.read()).body).toEqual([])
    log.clock.advance(1)
    const { body } = await log.read()
    expect(typesOf(body)).toEqual(['slow'])
    expect(body[0]?.published).toBe('2026-03-30T12:00:00.000Z')
  })

  test('keeps the order of events that become visible in the same millisecond', async () => {
    log = await startLogOrg({ assumptions: { logLagMs: 5_000 } })
    const types = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const eventType of types) log.write(eventType)
    log.clock.advance(5_000)
    expect(typesOf((await log.read()).body)).toEqual(types)
  })

  test('goes by published for the 90 days, however late an event was persisted', async () => {
    log = await startLogOrg()
    log.org.log.addRecorded(recorded('late', startMs), { persistedMs: startMs + 86_400_000 })
    log.clock.advance(90 * 86_400_000)
    const since = new Date(startMs).toISOString()
    expect(typesOf((await log.read({ since })).body)).toEqual(['late'])
    log.clock.advance(1)
    expect((await log.read({ since })).body).toEqual([])
  })

  test('filters `since` on the time of persistence', async () => {
    log = await startLogOrg({ assumptions: { logLagMs: 5_000 } })
    log.write('slow')
    log.clock.advance(60_000)
    const since = new Date(startMs + 1_000).toISOString()
    expect(typesOf((await log.read({ since })).body)).toEqual(['slow'])
    const later = new Date(startMs + 5_001).toISOString()
    expect((await log.read({ since: later })).body).toEqual([])
  })

  test('begins seven days ago where nothing is said', async () => {
    log = await startLogOrg()
    log.write('old')
    log.clock.advance(7 * 86_400_000)
    expect(typesOf((await log.read()).body)).toEqual(['old'])
    log.clock.advance(1)
    expect((await log.read()).body).toEqual([])
  })

  test('takes an empty until for none', async () => {
    log = await startLogOrg()
    expect((await log.read({ until: '' })).next).toBeDefined()
  })

  test('repeats its parameters in the links: the effective limit, and unknown ones dropped', async () => {
    log = await startLogOrg()
    log.write('a')
    const query = { since: '2026-03-30T00:00:00.000Z', filter: 'eventType eq "a"', other: '1' }
    const { self, next } = await log.read(query)
    const kept = 'since=2026-03-30T00%3A00%3A00.000Z&filter=eventType+eq+%22a%22&limit=100'
    expect(self).toBe(`${log.url}/api/v1/logs?${kept}`)
    expect(next).toBe(`${log.url}/api/v1/logs?${kept}&after=${startMs}_1`)
  })

  test('returns 100 events where no limit is asked for, at most 1,000, and none for 0', async () => {
    log = await startLogOrg()
    const bursts = [{ atMs: startMs, count: 1_500 }]
    startTraffic(log.org, { perSecond: 0, bursts })
    expect((await log.read()).body).toHaveLength(100)
    expect((await log.read({ limit: '1000' })).body).toHaveLength(1_000)
    const most = await log.read({ limit: '5000' })
    expect(most.body).toHaveLength(1_000)
    expect(most.self).toContain('limit=1000')
    const none = await log.read({ limit: '0' })
    expect(none.body).toEqual([])
    expect(none.self).toContain('limit=0')
    expect((await log.read(none.next)).body).toEqual([])
    expect((await log.read(none.next?.replace('limit=0', 'limit=7'))).body).toHaveLength(7)
  })

  test('advances the cursor of an empty page where emptyPollCursor says so', async () => {
    log = await startLogOrg({ assumptions: { emptyPollCursor: 'advanced' } })
    log.write('a')
    const first = await log.read()
    log.clock.advance(10_000)
    const empty = await log.read(first.next)
    expect(empty.after).toBe(`${startMs + 10_000}_0`)
    log.write('b')
    expect(typesOf((await log.read(empty.next)).body)).toEqual(['b'])
  })

  test('keeps the cursor of a page of no rows where emptyPollCursor is advanced', async () => {
    log = await startLogOrg({ assumptions: { emptyPollCursor: 'advanced' } })
    log.write('a')
    const none = await log.read({ limit: '0' })
    expect((await log.read(none.next?.replace('limit=0', 'limit=1'))).body).toHaveLength(1)
  })

  test('refuses a cursor older than logCursorDays', async () => {
    log = await startLogOrg({ assumptions: { logCursorDays: 1 } })
    log.write('a')
    const { next } = await log.read()
    log.clock.advance(86_400_000)
    expect((await log.read(next)).status).toBe(200)
    log.clock.advance(1)
    const refused = await log.read(next)
    expect(refused.status).toBe(400)
    expect(refused.body.errorCode).toBe('E0000001')
  })

  test('lets after win over since, or refuses both, by logSinceWithAfter', async () => {
    log = await startLogOrg()
    const both = { since: new Date(startMs).toISOString(), after: `${startMs}_1` }
    log.write('a')
    log.write('b')
    expect(typesOf((await log.read(both)).body)).toEqual(['b'])
    log.org.assumptions = { ...log.org.assumptions, logSinceWithAfter: 'refused' }
    expect((await log.read(both)).body.errorCode).toBe('E0000001')
    const first = await log.read({ since: both.since, limit: '1' })
    expect(first.next).not.toContain('since=')
    expect(typesOf((await log.read(first.next)).body)).toEqual(['b'])
  })

  test('goes on when the clock of the org is set back: the time of persistence never is', async () => {
    log = await startLogOrg({ assumptions: { emptyPollCursor: 'advanced' } })
    log.write('before')
    const first = await log.read()
    log.clock.advance(3_600_000)
    const empty = await log.read(first.next)
    log.clock.advance(-86_400_000)
    log.write('after')
    expect(typesOf((await log.read(empty.next)).body)).toEqual(['after'])
  })

  test('ends a page short of very many events that do not match, and leads on behind them', async () => {
    log = await startLogOrg()
    const bursts = [{ atMs: startMs, count: 250_000 }]
    startTraffic(log.org, { perSecond: 0, bursts })
    log.write('wanted')
    const first = await log.read({ filter: 'eventType eq "wanted"' })
    expect(first.body).toEqual([])
    expect(first.after).toBe(`${startMs}_200000`)
    expect(typesOf((await log.read(first.next)).body)).toEqual(['wanted'])
  })

  test('does not return an event that was published more than 90 days ago', async () => {
    log = await startLogOrg()
    log.write('old')
    const { next } = await log.read({ limit: '0' })
    log.clock.advance(90 * 86_400_000)
    const follow = next?.replace('limit=0', 'limit=10')
    expect(typesOf((await log.read(follow)).body)).toEqual(['old'])
    log.clock.advance(1)
    expect((await log.read(follow)).body).toEqual([])
    log.write('new')
    expect(typesOf((await log.read(follow)).body)).toEqual(['new'])
  })
})

function recorded(eventType: string, publishedMs: number) {
  return { eventType, published: new Date(publishedMs).toISOString(), uuid: `${eventType}-uuid` }
}
