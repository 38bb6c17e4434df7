/** @module The sinks that are kept: what a change leaves, and what it refuses. */

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { Sinks } from '../../src/feeds/sinks.ts'
import { listAudit } from '../../src/store/list-audit.ts'
import type { Seal } from '../../src/store/seal.ts'
import { findSink, readSinkSecrets } from '../../src/store/sinks.ts'
import { by, codeOf } from '../connections/kept.ts'
import { signingSecret } from './receiver.ts'
import { openWorker } from './scene.ts'
import { keepFeed } from './stored-feed.ts'

describe.each(stores)('a sink that is changed on $name', ({ open }) => {
  let opened: TestStore
  let seal: Seal
  let sinks: Sinks
  let number = 0

  beforeAll(async () => {
    opened = await open()
    seal = await openTestSeal(opened.store)
    sinks = new Sinks(openWorker({ store: opened.store, seal }))
  })
  afterAll(() => opened.close())

  /** A webhook with everything set, and its receiver, which can be told to refuse. */
  async function addHook() {
    let status = 200
    const receiver = await startScriptedServer(() => ({ status }))
    onTestFinished(receiver.close)
    const name = `hook-${++number}`
    await sinks.add(
      {
        name,
        kind: 'http',
        settings: { url: `${receiver.orgUrl}/in`, maxRecords: 10, headers: { 'X-Team': 'soc' } },
        secrets: { signingSecret, token: 'CANARY-OLD' },
      },
      by,
    )
    const refuse = () => {
      status = 401
    }
    return { name, receiver, refuse }
  }

  const secretsOf = async (name: string) => {
    const row = await findSink(opened.store, name)
    const secrets = await readSinkSecrets(opened.store, seal, row?.id ?? '')
    return Object.fromEntries(
      Object.entries(secrets).map(([label, text]) => [label, text.reveal()]),
    )
  }

  test('keeps what is left out, and takes the default again where it is told so', async () => {
    const { name } = await addHook()
    const change = { maxRecords: null, timeoutMs: 500 }
    const { settings, secrets } = await sinks.update(name, { settings: change }, by)
    const { url } = settings
    expect(settings).toEqual({ url, headers: { 'X-Team': 'soc' }, timeoutMs: 500 })
    expect(secrets).toEqual(['signingSecret', 'token'])
  })

  test('proves itself with its new secrets, and has no other any more', async () => {
    const { name, receiver } = await addHook()
    await sinks.update(name, { secrets: { token: 'CANARY-NEW' } }, by)
    expect(receiver.requests.at(-1)?.headers.authorization).toBe('Bearer CANARY-NEW')
    expect(await secretsOf(name)).toEqual({ signingSecret, token: 'CANARY-NEW' })
    await sinks.update(name, { secrets: { token: null } }, by)
    expect(receiver.requests.at(-1)?.headers.authorization).toBeUndefined()
    expect(await secretsOf(name)).toEqual({ signingSecret })
  })

  test('stays as it was where it could not be written to with the change, unless that is forced', async () => {
    const { name, refuse } = await addHook()
    const before = await sinks.get(name)
    refuse()
    const change = { settings: { maxRecords: 20 }, secrets: { token: 'CANARY-NEW' } }
    expect(await codeOf(sinks.update(name, change, by))).toBe('sink_unauthorized')
    expect(await sinks.get(name)).toEqual(before)
    expect(await secretsOf(name)).toEqual({ signingSecret, token: 'CANARY-OLD' })
    const forced = await sinks.update(name, change, by, { force: true })
    expect(forced.settings).toMatchObject({ maxRecords: 20 })
  })

  test('is refused by each name that its kind does not know', async () => {
    const { name } = await addHook()
    const change = { settings: { maxRecord: 1 }, secrets: { pasword: 'CANARY' } }
    const refusal: unknown = await sinks.update(name, change, by).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'sink_invalid' })
    expect(JSON.stringify(refusal)).toContain('settings.maxRecord')
    expect(JSON.stringify(refusal)).toContain('secrets.pasword')
    expect(JSON.stringify(refusal)).not.toContain('CANARY')
  })

  test('is not changed over what somebody else changed meanwhile', async () => {
    const { name } = await addHook()
    const worker = openWorker({ store: opened.store, seal })
    const slow = new Sinks({
      ...worker,
      outbound: async (request) => {
        await sinks.update(name, { settings: { maxRecords: 30 } }, by)
        return worker.outbound(request)
      },
    })
    const change = { settings: { timeoutMs: 1_000 }, secrets: { token: 'CANARY-NEW' } }
    expect(await codeOf(slow.update(name, change, by))).toBe('sink_changed')
    const { settings } = await sinks.get(name)
    expect(settings).toMatchObject({ maxRecords: 30 })
    expect(settings).not.toHaveProperty('timeoutMs')
    expect(await secretsOf(name)).toMatchObject({ token: 'CANARY-OLD' })
  })

  test('stays while feeds write to it; the first of them are named, and all counted', async () => {
    const { store } = opened
    const { name } = await addHook()
    const sink = await findSink(store, name)
    const options = { now: new Date(), sinkIds: [sink?.id ?? ''] }
    for (const nth of ['a', 'b', 'c', 'd', 'e']) {
      await keepFeed(store, { id: `${name}-${nth}`, name: `${name}-${nth}` }, options)
    }
    const first = ['a', 'b', 'c'].map((nth) => `${name}-${nth}`)
    await expect(sinks.remove(name, by)).rejects.toMatchObject({
      code: 'sink_in_use',
      message: `The sink ${name} stays: ${first.join(', ')} and 2 more write to it.`,
      details: { sink: name, feeds: first, count: 5 },
    })
  })

  test('is in the audit log with the names of what changed, and no value', async () => {
    const { name } = await addHook()
    const change = { settings: { timeoutMs: 700 }, secrets: { token: 'CANARY-NEW' } }
    await sinks.update(name, change, by)
    const entries = await listAudit(opened.store, { target: name, limit: 10 })
    expect(entries.map(({ action }) => action)).toEqual(['sink.update', 'sink.add'])
    expect(JSON.parse(entries[0]?.details ?? '')).toEqual({ fields: ['timeoutMs', 'token'] })
    expect(JSON.stringify(entries)).not.toContain('CANARY')
  })
})
