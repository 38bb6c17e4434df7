import { appendFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { jsonl } from '../../src/sinks/jsonl.ts'
import type { Sink } from '../../src/sinks/sink.ts'
import { flawless } from './checker.ts'
import { jsonlSink } from './held.ts'
import { play, type Stage } from './play.ts'
import { startReceiver, type WebhookReceiver } from './receiver.ts'
import type { Round, Schedule } from './schedules.ts'
import { watchSinks } from './steps.ts'

const { open: openJsonl } = jsonl
let kept: TestStore
let stage: Stage
let receiver: WebhookReceiver
beforeAll(async () => {
  const [embedded] = stores
  if (embedded === undefined) throw new Error('There is no store.')
  kept = await embedded.open()
  receiver = await startReceiver()
  stage = {
    store: kept.store,
    seal: await openTestSeal(kept.store),
    receiver,
    openSinks: async (number) => [await jsonlSink(inject('runFolder'), `files-${number}`)],
  }
})
afterAll(async () => {
  await receiver.close()
  await kept.close()
})

const round: Round = {
  happenings: [{ count: 20, agoMs: 0, lateMs: 0 }],
  disturbances: [],
  reactions: [],
  skewMs: 0,
  advanceMs: 0,
}
const dying: Schedule = {
  spoolRecords: undefined,
  rounds: [{ ...round, fate: { kind: 'dies', step: 'after-sink', nth: 1 } }, round],
}

/** Puts a step of the files in the place of the one that there is, for one test. */
async function breakWrite(broken: (sink: Sink, path: string) => Sink['write']): Promise<void> {
  Object.assign(jsonl, {
    open: async (context: Parameters<typeof openJsonl>[0]) => {
      const sink = await openJsonl(context)
      return { write: broken(sink, context.settings.path), close: () => sink.close() }
    },
  })
  await watchSinks()
  onTestFinished(() => void Object.assign(jsonl, { open: openJsonl }))
}

test('Files as they are pass the proof', async () => {
  await breakWrite((sink) => (batch, options) => sink.write(batch, options))
  expect(Object.values(await play(stage, dying))).toEqual([flawless])
})

test('The proof notices a sink that confirms what it has not written', async () => {
  await breakWrite((sink) => async (batch, options) => {
    if (batch.seq === 2) return { position: options.position }
    return sink.write(batch, options)
  })
  await expect(play(stage, dying)).rejects.toThrow('lost (L3)')
})

test('The proof notices a sink that writes a batch again behind itself', async () => {
  await breakWrite((_sink, folder) => async (batch) => {
    const file = path.join(folder, batch.feed.name, 'all.jsonl')
    await mkdir(path.dirname(file), { recursive: true })
    await appendFile(file, batch.records.map(({ line }) => `${Buffer.from(line)}\n`).join(''))
    return {}
  })
  await expect(play(stage, dying)).rejects.toThrow('twice (L2)')
})

test('The proof notices a sink that writes a record anew in other bytes', async () => {
  await breakWrite((sink) => (batch, options) => {
    const records = batch.records.map((record) => ({
      ...record,
      line: Buffer.from(JSON.stringify(JSON.parse(Buffer.from(record.line).toString()))),
    }))
    return sink.write({ ...batch, records }, options)
  })
  const [verdict] = Object.values(await play(stage, dying))
  expect(verdict?.changed.length).toBeGreaterThan(0)
})

test('The proof notices a feed whose cursor goes before its records', async () => {
  const { transaction } = kept.store
  // A spool that forgets: its batch is gone, and the cursor behind it stays.
  kept.store.transaction = async (work) => {
    const result = await transaction.call(kept.store, work)
    await kept.store.db.deleteFrom('spool').where('seq', '=', 2).execute()
    await kept.store.db.updateTable('feed_sink').set({ seq: 2 }).where('seq', '=', 1).execute()
    return result as Awaited<ReturnType<typeof work>>
  }
  onTestFinished(() => void Object.assign(kept.store, { transaction }))
  await breakWrite((sink) => (batch, options) => sink.write(batch, options))
  await expect(play(stage, dying)).rejects.toThrow('lost (L3)')
})
