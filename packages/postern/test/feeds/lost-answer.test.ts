/** @module A database that is lost after it has committed, and before it could say so. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Secret } from '@postern/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { newDatabase, stores } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openStore } from '../../src/store/open.ts'
import { feedScenario } from './feed-scenario.ts'

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')

/** A way to a database which cuts a connection when the database has answered the commit of what that statement is part of. */
async function openCutter(url: string, statement: string) {
  const { hostname, port } = new URL(url)
  const waiting: string[] = []
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    let [isPart, isCommitting] = [false, false]
    client.on('data', (sent: Buffer) => {
      isPart ||= waiting.length > 0 && sent.includes(statement)
      isCommitting = isPart && sent.includes('commit\0')
      if (isCommitting) waiting.pop()
      upstream.write(sent)
    })
    upstream.on('data', (answer: Buffer) => {
      if (!isCommitting) return void client.write(answer)
      cuts++
      client.destroy()
      upstream.destroy()
    })
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] satisfies [Socket, Socket][]) {
      one.on('error', () => undefined).on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    /** Cuts the next commit of it. */
    cutNext: () => void waiting.push(statement),
    get cuts() {
      return cuts
    },
  }
}

describe.each(postgres)('a sink whose confirmation has no answer on $name', () => {
  test('goes on behind the batch in the same run, and the spool is as empty as it is', async () => {
    const database = await newDatabase()
    onTestFinished(database.drop)
    const cutter = await openCutter(database.url, 'update "feed_sink"')
    const store = await openStore({ dataDir: '', database: new Secret(cutter.url) })
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
      if (seq === 2) cutter.cutNext()
    }
    expect(await feed.run()).toMatchObject({ outcome: 'ok', report: { notes: [] } })
    expect(cutter.cuts).toBe(1)
    const events = running.org.ledger.read().filter(({ kind }) => kind === 'event')
    expect(feed.sinks.idsOf()).toHaveLength(events.length)
    expect(new Set(feed.sinks.idsOf()).size).toBe(events.length)
  })
})
