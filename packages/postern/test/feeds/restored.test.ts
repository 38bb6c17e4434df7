/** @module A store that was brought back from a backup: its feeds go on from there, and receivers that match on ids have everything. */

import { createReadStream, createWriteStream } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { stores } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { testKeySource } from '../../../../test/test-seal.ts'
import { writeBackup } from '../../src/store/backup.ts'
import { restoreBackup } from '../../src/store/restore.ts'
import { openSeal } from '../../src/store/seal.ts'
import { by } from '../connections/kept.ts'
import { webhookSink } from './held.ts'
import { startReceiver } from './receiver.ts'
import { addConnection, addFeed, eventsOf, openWorker, runToEnd } from './scene.ts'

const MINUTE_MS = 60_000

describe.each(stores)('a feed of a restored store on $name', ({ name, open }) => {
  test('leaves nothing out at a webhook that keeps the ids of what it has taken', async () => {
    const clock = new TestClock(new Date('2026-03-30T12:00:00.000Z'))
    const small = { users: 3, groups: 1, apps: 1, edition: 'unlimited', keyType: 'EC' } as const
    const { running } = await emulatedOrg({ ...small, clock, traffic: { perSecond: 1 } })
    const receiver = await startReceiver()
    onTestFinished(receiver.close)
    receiver.dropsKnown = true
    const source = testKeySource()
    const openKept = async () => {
      const kept = await open()
      onTestFinished(kept.close)
      return kept.store
    }
    const sealed = async (store: Awaited<ReturnType<typeof openKept>>) => ({
      ...{ store, clock },
      seal: await openSeal(store, { source }),
    })
    const before = await sealed(await openKept())
    const worker = openWorker(before)
    await addConnection(worker, running)
    const feed = await addFeed(worker, { name: 'log', sinks: [webhookSink(receiver)] })
    await worker.connections.close()
    const file = path.join(inject('runFolder'), `restored-${name}.backup`)

    clock.advance(MINUTE_MS)
    await runToEnd(before, feed)
    await writeBackup(before.store, createWriteStream(file), { by })
    clock.advance(MINUTE_MS)
    await runToEnd(before, feed)
    const store = await openKept()
    await restoreBackup(store, () => createReadStream(file), { by })
    clock.advance(MINUTE_MS)
    await runToEnd(await sealed(store), feed)

    const held = new Set(receiver.held('log').map(({ id }) => id))
    const events = eventsOf(running).map(({ uuid }) => uuid)
    expect(events.filter((uuid) => !held.has(uuid))).toEqual([])
  })
})
