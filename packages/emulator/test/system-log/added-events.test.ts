import { afterEach, describe, expect, test } from 'vitest'
import { addEvents } from '../../src/index.ts'
import { type LogOrg, startLogOrg, startMs } from './log-reader.ts'

const HOUR_MS = 3_600_000
const open: LogOrg[] = []
afterEach(async () => {
  for (const log of open.splice(0)) {
    expect(log.unexpected).toEqual([])
    await log.close()
  }
})

async function start(faults: readonly string[] = []): Promise<LogOrg> {
  const log = await startLogOrg({ faults })
  open.push(log)
  return log
}

describe('added events', () => {
  test('are shown so much later than they were published', async () => {
    const log = await start()
    addEvents(log.org, { count: 3, lateMs: 6 * HOUR_MS })
    addEvents(log.org, { count: 2 })
    expect((await log.read()).uuids).toHaveLength(2)
    log.clock.advance(6 * HOUR_MS)
    const page = await log.read()
    expect(page.uuids).toHaveLength(5)
    expect(new Set(page.body.map(({ published }) => published)).size).toBe(1)
  })

  test('of two calls at the same moment have different uuids', async () => {
    const log = await start()
    addEvents(log.org, { count: 50_000 })
    addEvents(log.org, { count: 50_000 })
    const events = log.org.ledger.events()
    expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(100_000)
  })

  test('stand in the ledger in the order in which the log shows them, from a moment on', async () => {
    const log = await start()
    addEvents(log.org, { count: 4, lateMs: 1_000 })
    addEvents(log.org, { count: 4, overMs: 4 })
    log.clock.advance(2_000)
    const shown = (await log.readAll({ limit: '3' })).map(({ uuid }) => uuid)
    expect(log.org.ledger.events().map(({ uuid }) => uuid)).toEqual(shown)
    const late = log.org.ledger.events(startMs + 1_000)
    expect(late.map(({ uuid }) => uuid)).toEqual(shown.slice(4))
  })
})

test('A recorded event that came as text keeps every byte of it', async () => {
  const log = await start()
  const text = `{ "uuid":"a-1", "eventType":"new.kind","published":"${new Date(startMs).toISOString()}","big":1.0e2,"ü":"\\u00fc","published2":12345678901234567890}`
  log.org.log.addRecorded(text)
  expect((await log.read()).text).toBe(`[${text}]`)
  expect(() => log.org.log.addRecorded('[]')).toThrow(TypeError)
})

test('The fault log-pages-short ends pages early, and nothing is left out', async () => {
  const log = await start(['log-pages-short=2'])
  addEvents(log.org, { count: 5 })
  expect((await log.read({ limit: '1000' })).uuids).toHaveLength(2)
  expect(await log.readAll({ limit: '1000' })).toHaveLength(5)
})

test('The fault link-with-commas gives a link that leads on', async () => {
  const log = await start(['link-with-commas', 'link-joined'])
  addEvents(log.org, { count: 5 })
  const first = await log.read({ limit: '2' })
  expect(first.next).toContain('hint=a,b;')
  expect((await log.read(first.next)).uuids).toHaveLength(2)
})
