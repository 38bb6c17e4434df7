import { afterEach, describe, expect, test } from 'vitest'
import { fillHistory, MAX_EVENTS_AT_ONCE, startTraffic } from '../../src/system-log/traffic.ts'
import { type LogOrg, startLogOrg, startMs } from './log-reader.ts'

const HOUR_MS = 3_600_000
const open: LogOrg[] = []
afterEach(async () => {
  for (const log of open.splice(0)) {
    expect(log.unexpected).toEqual([])
    await log.close()
  }
})

async function start(seed = 1): Promise<LogOrg> {
  const log = await startLogOrg({ seed })
  open.push(log)
  return log
}

describe('traffic', () => {
  test('comes as time passes, at its rate', async () => {
    const log = await start()
    startTraffic(log.org, { perSecond: 5 })
    expect(log.org.log.size).toBe(0)
    log.clock.advance(10_000)
    expect(log.org.log.size).toBeGreaterThanOrEqual(45)
    expect(log.org.log.size).toBeLessThanOrEqual(55)
  })

  test('is the same for the same org, and another for another seed', async () => {
    const texts = await Promise.all(
      [7, 7, 8].map(async (seed) => {
        const log = await start(seed)
        startTraffic(log.org, { perSecond: 5, lateShare: 0.2, maxLateMs: 2_000 })
        log.clock.advance(10_000)
        return (await log.read()).text
      }),
    )
    expect(texts[0]).toBe(texts[1])
    expect(texts[0]).not.toBe(texts[2])
  })

  test('does not depend on how often somebody looks', async () => {
    const [often, once] = [await start(), await start()]
    for (const log of [often, once]) {
      startTraffic(log.org, { perSecond: 1, lateShare: 0.3, maxLateMs: HOUR_MS })
    }
    for (let minute = 0; minute < 30; minute++) {
      often.clock.advance(60_000)
      await often.read({ limit: '1' })
    }
    once.clock.advance(30 * 60_000)
    expect(await often.readAll({ limit: '1000' })).toEqual(await once.readAll({ limit: '1000' }))
  })

  test('is about users, apps and groups of the org, in many types, some in the same millisecond', async () => {
    const log = await start()
    fillHistory(log.org, { count: 3_000, fromMs: startMs - HOUR_MS, toMs: startMs })
    const events = await log.readAll({ limit: '1000' })
    expect(events).toHaveLength(3_000)
    const ids = new Set([...log.org.users, ...log.org.apps, ...log.org.groups].map(({ id }) => id))
    for (const { actor, target } of events) {
      expect(ids).toContain(actor.id)
      for (const { id, type } of target ?? []) {
        if (['User', 'AppInstance', 'UserGroup'].includes(type)) expect(ids).toContain(id)
      }
    }
    expect(new Set(events.map(({ eventType }) => eventType)).size).toBeGreaterThanOrEqual(15)
    expect(new Set(events.map(({ outcome }) => outcome.result)).size).toBeGreaterThanOrEqual(4)
    expect(new Set(events.map(({ published }) => published)).size).toBeLessThan(2_700)
  })

  test('names apps and clients as the events of real changes do', async () => {
    const log = await start()
    fillHistory(log.org, { count: 500, fromMs: startMs - HOUR_MS, toMs: startMs })
    const [app] = [...log.org.apps].filter(({ name }) => name === 'bookmark')
    const named = (await log.readAll({ limit: '1000' }))
      .flatMap(({ target }) => target ?? [])
      .filter(({ id, type }) => id === app?.id && type === 'AppInstance')
    expect(named.length).toBeGreaterThan(0)
    for (const target of named) {
      expect(target).toMatchObject({ alternateId: app?.label, displayName: 'Bookmark App' })
    }
  })

  test('shows old events as they were, though their user has changed since', async () => {
    const log = await start()
    fillHistory(log.org, { count: 200, fromMs: startMs - HOUR_MS, toMs: startMs })
    const before = (await log.read({ limit: '200' })).text
    for (const user of [...log.org.users].filter(({ roles }) => roles === undefined)) {
      log.org.removeUser(user)
    }
    expect((await log.read({ limit: '200' })).text).toBe(before)
  })

  test('shows late events after up to maxLateMs, and none for a lateShare of 0', async () => {
    const log = await start()
    fillHistory(log.org, { count: 500, fromMs: startMs - HOUR_MS, toMs: startMs, lateShare: 0.5 })
    const shown = log.org.log.size
    expect(shown).toBeLessThan(400)
    log.clock.advance(6 * HOUR_MS)
    expect(log.org.log.size).toBe(500)
    const lags = Array.from(
      { length: 500 },
      (_, number) => log.org.log.persistedMs(number) - log.org.log.publishedMs(number),
    )
    expect(Math.max(...lags)).toBeLessThanOrEqual(6 * HOUR_MS)
    expect(Math.max(...lags)).toBeGreaterThan(5 * HOUR_MS)
    expect(lags.filter((lag) => lag === 0).length).toBeGreaterThan(200)
  })

  test('has bursts, up to 50,000 events in one millisecond', async () => {
    const log = await start()
    const atMs = startMs + 1_000
    startTraffic(log.org, { perSecond: 1, bursts: [{ atMs, count: 50_000 }] })
    log.clock.advance(1_000)
    expect(log.org.log.size).toBeGreaterThanOrEqual(50_000)
    const atOnce = log.org.ledger
      .read()
      .filter((entry) => entry.kind === 'event' && entry.publishedMs === atMs)
    expect(atOnce.length).toBeGreaterThanOrEqual(50_000)
  })

  test('comes only for the last part of a gap that is too long to make up for', async () => {
    const log = await start()
    const perSecond = 10_000
    startTraffic(log.org, { perSecond })
    log.clock.advance(24 * HOUR_MS)
    expect(log.org.log.size).toBeGreaterThan(MAX_EVENTS_AT_ONCE - 100)
    expect(log.org.log.size).toBeLessThanOrEqual(MAX_EVENTS_AT_ONCE + 100)
    const endMs = startMs + 24 * HOUR_MS
    const spanMs = (MAX_EVENTS_AT_ONCE / perSecond) * 1_000
    expect(log.org.log.publishedMs(100)).toBeGreaterThanOrEqual(endMs - spanMs - 10)
    expect(log.org.log.publishedMs(log.org.log.size - 1)).toBeGreaterThan(endMs - 10)
    const { size } = log.org.log
    log.clock.advance(1_000)
    expect(log.org.log.size).toBeGreaterThan(size + perSecond - 100)
  })

  test('ends when it is stopped', async () => {
    const log = await start()
    const traffic = startTraffic(log.org, { perSecond: 5 })
    log.clock.advance(10_000)
    traffic.stop()
    const { size } = log.org.log
    log.clock.advance(10_000)
    expect(log.org.log.size).toBe(size)
  })

  test('is refused at a rate that is no number', async () => {
    const log = await start()
    for (const perSecond of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => startTraffic(log.org, { perSecond })).toThrow(RangeError)
    }
  })
})

describe('the ledger', () => {
  test('names every event in the order of persistence, behind the change that it belongs to', async () => {
    const log = await start()
    const { org } = log
    startTraffic(org, { perSecond: 0, bursts: [{ atMs: startMs + 1_000, count: 2 }] })
    log.clock.advance(2_000)
    log.write('changed')
    const entries = org.ledger.read()
    expect(entries.map(({ kind }) => kind)).toEqual(['event', 'event', 'change', 'event'])
    expect(entries.map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
    const { uuids } = await log.read()
    expect(entries.flatMap((entry) => (entry.kind === 'event' ? [entry.uuid] : []))).toEqual(uuids)
  })

  test('learns of an event when its time has come, without a request', async () => {
    const log = await start()
    startTraffic(log.org, { perSecond: 0, bursts: [{ atMs: startMs + 1_000, count: 2 }] })
    expect(log.org.ledger.size).toBe(0)
    log.clock.advance(1_000)
    expect(log.org.ledger.size).toBe(2)
  })

  test('still names events that are too old to be read', async () => {
    const log = await start()
    startTraffic(log.org, { perSecond: 0, bursts: [{ atMs: startMs, count: 40_000 }] })
    log.write('kept')
    const before = log.org.ledger.read()
    log.clock.advance(200 * 86_400_000)
    expect(log.org.ledger.read()).toEqual(before)
    expect(() => log.org.log.read(0)).toThrow(RangeError)
    expect(
      (await log.read({ since: new Date(startMs + 30 * 86_400_000).toISOString() })).body,
    ).toEqual([])
  })
})
