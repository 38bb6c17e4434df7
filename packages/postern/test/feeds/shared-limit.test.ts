/** @module Several workers and somebody who waits for an answer, on one connection: together they stay below its rate limit. */

import { setTimeout } from 'node:timers/promises'
import type { Transport } from '@postern/core'
import { addEvents, startOrg } from '@postern/emulator'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { runFeed } from '../../src/feeds/run.ts'
import { openStore } from '../../src/store/open.ts'
import { jsonlSink } from './held.ts'
import { addConnection, addFeed, openWorker } from './scene.ts'

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')
const LOG = '/api/v1/logs'
// Half of it is one caller's, and 90 % of that are used: 54 in a window, of everybody together. Who begins in the middle of a
// window lives on the rest.
const ORG_LIMIT = 120
const ALLOWED = 54
const WORKERS = 3
const RUN_MS = 8_000

describe.each(postgres)('three workers and an interactive caller on one $name', ({ open }) => {
  test('all get on over one connection, and see no 429', { timeout: 90_000 }, async () => {
    const org = await startOrg({ keyType: 'EC', edition: 'unlimited' })
    onTestFinished(org.close)
    org.limits.overrides.set(LOG, ORG_LIMIT)
    // Enough for each of them to use up the limit by itself.
    addEvents(org.org, { count: 40_000 })
    const kept = await open()
    onTestFinished(() => kept.close())
    const seal = await openTestSeal(kept.store)

    /** What one process has: a store of its own, and the statuses that it saw. */
    const begin = async () => {
      const store = await openStore(kept.place)
      onTestFinished(() => store.close())
      const statuses: number[] = []
      const through =
        (transport: Transport): Transport =>
        async (request) => {
          const answer = await transport(request)
          if (request.url.includes(LOG)) statuses.push(answer.status)
          return answer
        }
      const worker = openWorker({ store, seal, through })
      worker.connections.follow()
      onTestFinished(() => worker.connections.close())
      return { worker, statuses }
    }
    const caller = await begin()
    await addConnection(caller.worker, org)
    caller.statuses.length = 0
    const workers = await Promise.all(Array.from({ length: WORKERS }, begin))
    const stop = new AbortController()
    const runs = workers.map(async ({ worker }, number) => {
      const sink = await jsonlSink(inject('runFolder'), `shared-${number}`)
      const { id } = await addFeed(worker, { name: `log-${number}`, sinks: [sink] })
      return runFeed(worker, id, { trigger: 'request', signal: stop.signal })
    })
    const asking = (async () => {
      const { org: client } = await caller.worker.connections.open('acme')
      const query = { limit: 1, sortOrder: 'DESCENDING' }
      while (!stop.signal.aborted) await client.request({ path: LOG, query, signal: stop.signal })
    })()
    await setTimeout(RUN_MS)
    stop.abort(new Error('The test is over.'))
    await Promise.allSettled([...runs, asking])

    const everybody = [caller, ...workers].map(({ statuses }) => statuses)
    expect(everybody.flat().filter((status) => status !== 200)).toEqual([])
    for (const statuses of everybody) expect(statuses.length).toBeGreaterThan(0)
    // A window may have ended meanwhile.
    expect(everybody.flat().length).toBeLessThanOrEqual(2 * ALLOWED)
  })
})
