import { type Batch, fetchTransport, read, type Transport } from '@postern/core'
import type { RunningOrg } from '@postern/emulator'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { TestClock } from '../../../../test/test-clock.ts'

const HOUR_MS = 3_600_000
const small = { users: 20, groups: 2, apps: 2, edition: 'unlimited', keyType: 'EC' } as const

/** An org in which so many events a second have happened for some hours. */
async function busyOrg(hours: number, perSecond = 1) {
  const clock = new TestClock(new Date('2026-03-30T12:00:00.000Z'))
  const emulated = await emulatedOrg({ ...small, clock, traffic: { perSecond } }, { clock })
  clock.advance(hours * HOUR_MS)
  return { ...emulated, clock }
}

async function collect(batches: AsyncIterable<Batch>) {
  const uuids: string[] = []
  let last: Batch | undefined
  for await (const batch of batches) {
    uuids.push(...batch.records.map((record) => JSON.parse(Buffer.from(record).toString()).uuid))
    last = batch
  }
  return { uuids, cursor: last?.cursor }
}

/** What happened, as the emulator itself noted it. */
function ledgerOf({ org }: RunningOrg): readonly string[] {
  return org.ledger.read().flatMap((entry) => (entry.kind === 'event' ? [entry.uuid] : []))
}

describe('the System Log', () => {
  test('gives every event once in the order of the log, and its last cursor is where the next run begins', async () => {
    const { app, running, clock } = await busyOrg(2)
    const since = new Date(clock.now().getTime() - 3 * HOUR_MS)
    const first = await collect(read(app, 'system-log', { since }))
    expect(first.uuids.length).toBeGreaterThan(7_000)
    clock.advance(HOUR_MS / 2)
    const second = await collect(read(app, 'system-log', { cursor: first.cursor }))
    expect([...first.uuids, ...second.uuids]).toEqual(ledgerOf(running))
  })

  test('begins 24 hours ago where nothing else is said', async () => {
    const { app, clock } = await busyOrg(26, 0.05)
    const { uuids } = await collect(read(app, 'system-log'))
    const day = await collect(
      read(app, 'system-log', { since: new Date(clock.now().getTime() - 24 * HOUR_MS) }),
    )
    expect(uuids).toEqual(day.uuids)
    expect(uuids.length).toBeGreaterThan(4_000)
    expect(uuids.length).toBeLessThan(4_700)
  })

  test('gives an event that comes late to a run that goes on', async () => {
    const { app, running, clock } = await busyOrg(1)
    const first = await collect(read(app, 'system-log'))
    const late = {
      uuid: 'late',
      eventType: 'user.session.start',
      published: '2026-03-30T12:00:01.000Z',
    }
    running.org.log.addRecorded(late)
    clock.advance(1_000)
    const second = await collect(read(app, 'system-log', { cursor: first.cursor }))
    expect(second.uuids).toContain('late')
  })

  test('gives a closed piece of history between two moments, and then ends', async () => {
    const { app, clock } = await busyOrg(3)
    const now = clock.now().getTime()
    const [since, until] = [new Date(now - 2 * HOUR_MS), new Date(now - HOUR_MS)]
    const { uuids, cursor } = await collect(read(app, 'system-log', { since, until }))
    expect([uuids.length > 3_500, cursor]).toEqual([true, undefined])
    const batches = read(app, 'system-log', { since, until })
    const { value } = await batches.next()
    const rest = await collect(read(app, 'system-log', { cursor: value?.cursor }))
    expect(rest.uuids).toEqual(uuids.slice(1_000))
  })

  test('does not take a dropped link for the end of a closed piece of history', async () => {
    const { app, running, clock } = await busyOrg(3)
    const now = clock.now().getTime()
    const [since, until] = [new Date(now - 2 * HOUR_MS), new Date(now)]
    const whole = await collect(read(app, 'system-log', { since, until }))
    running.faults.on('link-missing-next=path:/api/v1/logs')
    expect(await collect(read(app, 'system-log', { since, until }))).toEqual(whole)
  })

  test.each([
    ['links that are dropped', 'link-missing-next=path:/api/v1/logs,every:3'],
    ['pages that come twice', 'duplicate-page=path:/api/v1/logs,every:2'],
    ['empty pages with more behind them', 'empty-page-with-next=path:/api/v1/logs,every:3'],
    ['answers that are cut', 'body-cut=path:/api/v1/logs,every:3'],
  ])('loses and repeats no event through %s', async (_what, fault) => {
    const { app, running, clock } = await busyOrg(2)
    running.faults.on(fault)
    const since = new Date(clock.now().getTime() - 3 * HOUR_MS)
    const seen = new Set<string>()
    let cursor: string | undefined
    // An empty page with more behind it looks like the end, and the next run goes on there.
    for (let run = 0; run < 5; run++) {
      const got = await collect(
        read(app, 'system-log', cursor === undefined ? { since } : { cursor }),
      )
      expect(new Set(got.uuids).size).toBe(got.uuids.length)
      for (const uuid of got.uuids) seen.add(uuid)
      cursor = got.cursor
    }
    expect([...seen]).toEqual(ledgerOf(running))
  })

  test('stops where links are dropped and time leads nowhere', async () => {
    const { running, client, clock } = await busyOrg(1)
    // A burst that no overlap of 15 minutes gets past.
    for (let index = 0; index < 1_200; index++) {
      running.org.log.addRecorded({
        uuid: `burst-${index}`,
        eventType: 'user.session.start',
        published: clock.now().toISOString(),
      })
    }
    const transport: Transport = async (request) => {
      const answer = await fetchTransport(request)
      return {
        ...answer,
        headers: new Headers({ ...Object.fromEntries(answer.headers), link: '' }),
      }
    }
    const since = new Date(clock.now().getTime() - 1_000)
    const failure = await collect(read(client({ transport }), 'system-log', { since })).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      code: 'input_incomplete',
      details: { because: 'page_missing_link', records: 1_000 },
    })
  })
})
