/** @module A master key that another process changed while a feed was run, and that the one that runs it does not have yet. */

import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import type { Transport } from '@postern/core'
import { addEvents, startOrg } from '@postern/emulator'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { runFeed } from '../../src/feeds/run.ts'
import { rotateMasterKey } from '../../src/store/rotate-master-key.ts'
import { openSeal } from '../../src/store/seal.ts'
import { by } from '../connections/kept.ts'
import { flawless, judge } from './checker.ts'
import { jsonlSink, webhookSink } from './held.ts'
import { startReceiver } from './receiver.ts'
import { addConnection, addFeed, eventsOf, openWorker } from './scene.ts'

const failedLocked = { outcome: 'failed', report: { error: { code: 'seal_locked' } } }

describe.each(stores)('a feed on $name', ({ open }) => {
  test('whose credential is of a version of the master key that is gone fails, and waits for its schedule', async () => {
    const running = await startOrg({ keyType: 'EC' })
    onTestFinished(running.close)
    const kept = await open()
    onTestFinished(() => kept.close())
    const { store, place } = kept
    const keyFile = path.join(place.dataDir, 'key')
    const source = masterKeyFromFile(keyFile)
    await makeMasterKeyFile(keyFile)
    const seal = await openSeal(store, { source })
    const director = openWorker({ store, seal })
    await addConnection(director, running)
    const feed = await addFeed(director, {
      name: 'log',
      sinks: [await jsonlSink(inject('runFolder'))],
    })
    await director.connections.close()
    const stop = new AbortController()
    const rotating = rotateMasterKey(store, seal, by, {
      onStep: ({ step }) => step === 'version-kept' && stop.abort(),
      signal: stop.signal,
    })
    await expect(rotating).rejects.toThrow('aborted')
    await source.remove?.([1])

    const worker = openWorker({ store, seal: await openSeal(store, { source }) })
    onTestFinished(() => worker.connections.close())
    expect(worker.seal.state).toEqual({ status: 'unlocked', version: 2 })
    const failed = await runFeed(worker, feed.id, { trigger: 'schedule' })
    expect(failed).toMatchObject({ ...failedLocked, retryAt: undefined })
  })

  test('whose secrets are locked in the middle of a run loses nothing, and goes on with the key', async () => {
    const running = await startOrg({ keyType: 'EC', edition: 'unlimited' })
    onTestFinished(running.close)
    const kept = await open()
    onTestFinished(() => kept.close())
    const receiver = await startReceiver()
    onTestFinished(() => receiver.close())
    const { store, place } = kept
    const [newest, own] = ['newest', 'own'].map((name) => path.join(place.dataDir, name))
    if (newest === undefined || own === undefined) throw new Error('There are two files.')
    await makeMasterKeyFile(newest)
    await copyFile(newest, own)
    const elsewhere = await openSeal(store, { source: masterKeyFromFile(newest) })
    let isDue = false
    const through =
      (transport: Transport): Transport =>
      async (request) => {
        const answer = await transport(request)
        if (isDue && request.url.includes('/api/v1/logs')) {
          isDue = false
          await rotateMasterKey(store, elsewhere, by)
        }
        return answer
      }
    const openSealed = async () => openSeal(store, { source: masterKeyFromFile(own) })
    const seal = await openSealed()
    const first = openWorker({ store, seal, through })
    onTestFinished(() => first.connections.close())
    await addConnection(first, running)
    const sinks = [await jsonlSink(inject('runFolder')), webhookSink(receiver)]
    const feed = await addFeed(first, { name: 'log', sinks })
    addEvents(running.org, { count: 1_100 })
    const verdicts = () =>
      Promise.all(sinks.map(async (sink) => judge(eventsOf(running), await sink.read('log'))))

    isDue = true
    const partial = await runFeed(first, feed.id, { trigger: 'request' })
    expect(partial).toMatchObject({ outcome: 'partial', report: { confirmed: { hook: 0 } } })
    expect(partial?.report.notes).toEqual([expect.stringContaining('(seal_locked)')])
    expect((await verdicts())[0]).toEqual(flawless)

    const second = openWorker({ store, seal: await openSealed() })
    onTestFinished(() => second.connections.close())
    const locked = await runFeed(second, feed.id, { trigger: 'request' })
    expect(locked).toMatchObject({ ...failedLocked, retryAt: expect.any(Date) })

    await copyFile(newest, own)
    const third = openWorker({ store, seal: await openSealed() })
    onTestFinished(() => third.connections.close())
    const due = eventsOf(running).length
    expect(await runFeed(third, feed.id, { trigger: 'request' })).toMatchObject({ outcome: 'ok' })
    for (const { lost, ...verdict } of await verdicts()) {
      expect({ ...verdict, lost: lost.length <= eventsOf(running).length - due }).toEqual({
        ...flawless,
        lost: true,
      })
    }
  })
})
