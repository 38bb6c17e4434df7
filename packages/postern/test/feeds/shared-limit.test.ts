/** @module Several workers and somebody who waits for an answer, on one connection: they divide its rate limit among them. */

import { Secret } from '@postern/core'
import { addEvents, type OrgCall, startOrg } from '@postern/emulator'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { VirtualTime } from '../../../../test/virtual-time.ts'
import { runFeed } from '../../src/feeds/run.ts'
import { openStore } from '../../src/store/open.ts'
import { jsonlSink } from './held.ts'
import { windowsOf } from './pace.ts'
import { addConnection, addFeed, openWorker } from './scene.ts'

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')
const LOG = '/api/v1/logs'
// Half of it is one caller's, and 90 % of that are used: 54 in a window. What is urgent may use 95 %: 57.
const ORG_LIMIT = 120
const WORKERS = 3
// A quarter of each.
const PART = 13
const URGENT_PART = 14
const SECONDS = 200

describe.each(postgres)('three workers and an interactive caller on one $name', ({ open }) => {
  test('divide the rate limit of a connection into equal parts, and see no 429', {
    timeout: 120_000,
  }, async () => {
    const time = new VirtualTime()
    const calls: OrgCall[] = []
    const org = await startOrg({
      ...{ clock: time, keyType: 'EC', edition: 'unlimited' },
      onCall: (call) => calls.push(call),
    })
    onTestFinished(org.close)
    org.limits.overrides.set(LOG, ORG_LIMIT)
    // It is the calls that count.
    org.faults.on(`page-too-big=limit:130,path:${LOG}`)
    // Enough for each of them to use up the limit by itself.
    addEvents(org.org, { count: 15_000 })
    const kept = await open()
    onTestFinished(() => kept.close())
    const seal = await openTestSeal(kept.store)

    /** What one process has: a store of its own, and when it called. */
    const begin = async () => {
      const store = await openStore(kept.place)
      onTestFinished(() => store.close())
      const sentMs: number[] = []
      const worker = openWorker({
        ...{ store, seal, clock: time },
        through: (transport) => {
          const delayed = time.delay(100, transport)
          return (request) => {
            if (request.url.includes(LOG)) sentMs.push(time.now().getTime())
            return delayed(request)
          }
        },
      })
      worker.connections.follow()
      onTestFinished(() => worker.connections.close())
      return { worker, sentMs }
    }
    const caller = await begin()
    // Not the app: what it signs takes real time, in which this one would go on.
    const values = { orgUrl: org.url, apiToken: new Secret(org.adminToken) }
    await time.during(() => addConnection(caller.worker, org, 'acme', values))
    const workers = await Promise.all(Array.from({ length: WORKERS }, begin))
    const everybody = [caller, ...workers]
    const feeds = []
    for (const [number, { worker }] of workers.entries()) {
      const sinks = [await jsonlSink(inject('runFolder'), `shared-${number}`)]
      const settings = { since: time.now().toISOString() }
      const name = `log-${number}`
      feeds.push({ worker, feed: await addFeed(worker, { name, sinks, settings }) })
    }
    const { org: client } = await caller.worker.connections.open('acme')
    const stop = new AbortController()
    const { signal } = stop
    const reading = feeds.map(async ({ worker, feed }) => {
      while (!signal.aborted) await runFeed(worker, feed.id, { trigger: 'request', signal })
    })
    const asking = (async () => {
      const query = { limit: 1, sortOrder: 'DESCENDING' }
      while (!signal.aborted) await client.request({ path: LOG, query, signal })
    })()
    for (let second = 0; second < SECONDS; second++) {
      await time.sleep(1_000)
      await time.during(async () => {
        for (const { worker } of everybody) {
          await worker.connections.look()
          // A store takes real time: without that of the look, no run would get on in this one.
          await worker.store.db.selectFrom('feed_state').select('feed_id').execute()
        }
      })
    }
    stop.abort(new Error('The test is over.'))
    await Promise.allSettled([...reading, asking])

    expect(calls.filter(({ status }) => status === 429)).toEqual([])
    // In the first window they came to know of each other, and the last one is not over.
    const windows = windowsOf(calls.filter(({ path }) => path === LOG)).slice(1, -1)
    const parts = windows.map(({ endsMs }) =>
      everybody.map(
        ({ sentMs }) => sentMs.filter((at) => at >= endsMs - 60_000 && at < endsMs).length,
      ),
    )
    expect(parts.length).toBeGreaterThanOrEqual(2)
    for (const [urgent, ...others] of parts) {
      expect(urgent).toBe(URGENT_PART)
      for (const part of others) {
        expect(part).toBeGreaterThan(0)
        expect(part).toBeLessThanOrEqual(PART)
      }
    }
  })
})
