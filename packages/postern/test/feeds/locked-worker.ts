/** @module Servers whose store is locked, alone and beside one that has the key: they leave what is due to who can do it, and begin with the key. */

import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { addEvents, startOrg } from '@postern/emulator'
import { inject } from 'vitest'
import type { StoreUnderTest } from '../../../../test/stores.ts'
import { testKeyLine } from '../../../../test/test-seal.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openService, type Service } from '../../src/service.ts'
import { openSeal } from '../../src/store/seal.ts'
import { judge } from './checker.ts'
import { jsonlSink } from './held.ts'
import { addConnection, addFeed, eventsOf, openWorker } from './scene.ts'

const RUN_WITHIN_MS = 60_000
// Twice as long as a queue is asked for.
const QUIET_MS = 1_200

/** Plays it once. @param how - what is wrong with the key of the locked one */
export async function playLockedWorker(open: StoreUnderTest['open'], how: 'lost' | 'wrong') {
  const running = await startOrg({ keyType: 'EC', edition: 'unlimited' })
  const kept = await open()
  const { dataDir, database } = kept.place
  const [right, own] = [path.join(dataDir, 'right'), path.join(dataDir, 'own')]
  const services: Service[] = []
  const wrongs: string[] = []
  const begin = async (keyFile: string, folder: string) => {
    const service = await openService({
      ...{ dataDir: folder, env: {}, dev: true, masterKey: `file:${keyFile}` },
      ...(database !== undefined && { database }),
    })
    services.push(service)
    await service.begin({ concurrency: 2 })
    return service
  }
  try {
    await makeMasterKeyFile(right)
    const seal = await openSeal(kept.store, { source: masterKeyFromFile(right) })
    const director = openWorker({ store: kept.store, seal })
    await addConnection(director, running)
    const sink = await jsonlSink(inject('runFolder'))
    const feed = await addFeed(director, { name: 'log', sinks: [sink] })
    await director.connections.close()
    // Every hour, and now.
    const becomeDue = () =>
      kept.store.db
        .updateTable('feed')
        .set({ cron: '0 * * * *', next_run_at: new Date(Date.now() - 1_000) })
        .execute()
    await becomeDue()
    if (database === undefined) await kept.store.close()
    if (how === 'wrong') await writeFile(own, testKeyLine(1), { mode: 0o600 })
    addEvents(running.org, { count: 30 })

    const locked = await begin(own, dataDir)
    if (locked.seal.state.status !== 'locked') wrongs.push('It is not locked.')
    const runs = async () => (await locked.feeds.runs('log', 100)).map(({ outcome }) => outcome)
    const expectRuns = async (what: string, count: number) => {
      const end = performance.now() + RUN_WITHIN_MS
      while ((await runs()).filter(Boolean).length < count && performance.now() < end)
        await wait(50)
      await wait(QUIET_MS)
      const seen = await runs()
      if (seen.length !== count || seen.some((outcome) => outcome !== 'ok'))
        wrongs.push(`${what}: ${JSON.stringify(seen)}`)
    }
    let count = 0
    await expectRuns('alone, without its key', count)
    if (database !== undefined) {
      const folder = await mkdtemp(path.join(inject('runFolder'), 'data-'))
      const other = await begin(right, folder)
      await expectRuns('beside one that has the key', ++count)
      await other.close()
      services.splice(services.indexOf(other), 1)
      await locked.schedules.unschedule(feed.id)
      await becomeDue()
      await locked.schedules.reconcile()
      await expectRuns('alone again', count)
    }
    addEvents(running.org, { count: 20 })
    const due = new Set(eventsOf(running).map(({ uuid }) => uuid))
    await rm(own, { force: true })
    await copyFile(right, own)
    await expectRuns('with its key', ++count)
    const { lost, ...verdict } = judge(eventsOf(running), await sink.read('log'))
    return { wrongs, verdict: { ...verdict, lost: lost.filter((uuid) => due.has(uuid)) } }
  } finally {
    for (const service of services) await service.close()
    await kept.close()
    await running.close()
  }
}
