/** @module A database that is lost after it has committed, and before it could say so. */

import { Secret } from '@postern/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatabaseWay } from '../../../../test/database-way.ts'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { newDatabase, stores } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openStore } from '../../src/store/open.ts'
import { feedScenario } from './feed-scenario.ts'

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')

describe.each(postgres)('a sink whose confirmation has no answer on $name', () => {
  test('goes on behind the batch in the same run, and the spool is as empty as it is', async () => {
    const database = await newDatabase()
    onTestFinished(database.drop)
    const way = await openDatabaseWay(database.url)
    onTestFinished(() => way.close())
    const store = await openStore({ dataDir: '', database: new Secret(way.url) })
    onTestFinished(() => store.close())
    const clock = new TestClock(new Date('2026-03-30T12:00:00.000Z'))
    const small = { users: 3, groups: 1, apps: 1, edition: 'unlimited', keyType: 'EC' } as const
    const { app, running } = await emulatedOrg(
      { ...small, clock, traffic: { perSecond: 1 } },
      { clock },
    )
    clock.advance(3_600_000)
    // One batch at a time: a batch that counts as waiting though it does not keeps the next one out.
    const spoolLimit = { records: 1_000, bytes: 1024 ** 3 }
    const feed = await feedScenario(store, app, { context: { spoolLimit } })
    feed.sinks.onWrite = ({ seq }) => {
      if (seq !== 2) return
      void way.cutNext({ at: 'commit', point: 'after', within: 'update feed_sink' })
    }
    expect(await feed.run()).toMatchObject({ outcome: 'ok', report: { notes: [] } })
    expect(way.cuts).toBe(1)
    const events = running.org.ledger.read().filter(({ kind }) => kind === 'event')
    expect(feed.sinks.idsOf()).toHaveLength(events.length)
    expect(new Set(feed.sinks.idsOf()).size).toBe(events.length)
  })
})
