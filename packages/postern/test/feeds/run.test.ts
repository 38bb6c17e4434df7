/** @module One run of a feed: whose it is, when it ends, and what it tells. */

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { runFeed } from '../../src/feeds/run.ts'
import { listRuns } from '../../src/store/runs.ts'
import { feedScenario } from './feed-scenario.ts'
import { steppedStore } from './steps.ts'

const small = { users: 3, groups: 1, apps: 1, edition: 'unlimited', keyType: 'EC' } as const

describe.each(stores)('a run of a feed on $name', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
  })
  afterAll(() => kept.close())

  test('is nobody’s whose lease was taken before the feed was', async () => {
    const { app } = await emulatedOrg(small)
    const { context, feedId } = await feedScenario(kept.store, app)
    const store = steppedStore(kept.store, async (step) => {
      if (step !== 'before-transaction') return
      await kept.store.db
        .updateTable('lease')
        .set({ holder: 'somebody else', until: sql<Date>`now() + interval '30 seconds'` })
        .where('name', '=', `feed:${feedId}`)
        .execute()
    })
    const run = runFeed({ ...context, store }, feedId, { trigger: 'schedule' })
    expect([await run, await listRuns(kept.store, feedId, 10)]).toEqual([undefined, []])
  })
})
