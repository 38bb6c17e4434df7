/** @module Answers that are moved on: to their end or not at all, and at the pace of whoever takes them. */

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { setImmediate as turnsOver } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Stop } from '../../src/http/stop.ts'
import { openStream, type StreamOptions } from '../../src/http/stream.ts'

const MIB = 2 ** 20

/** A client of a server whose answers the test writes. */
async function streamFrom(
  answer: (outgoing: ServerResponse, url: string) => void,
  options: StreamOptions = {},
) {
  let connections = 0
  const server = createServer((incoming, outgoing) => answer(outgoing, incoming.url ?? ''))
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const stream = openStream({ mayBeLoopback: () => true, ...options })
  const get = (path = '/', stop?: Stop) =>
    stream({ url: `http://127.0.0.1:${port}${path}`, method: 'GET', headers: {}, stop })
  return { get, connections: () => connections }
}

/** Takes what it is given, or nothing from the first piece on. */
function taker(isStalled = false) {
  const chunks: Buffer[] = []
  const writable = new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      if (!isStalled) done()
    },
  })
  return { writable, text: () => Buffer.concat(chunks).toString('latin1') }
}

const patient = { stallMs: 60_000 }

describe('an answer that is moved on', () => {
  test.each([0, 1, 16_384, 16_385, 400_000])('has every byte of %i as it was', async (bytes) => {
    const body = Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 7) % 256))
    const { get } = await streamFrom((outgoing) => outgoing.end(body))
    const { writable, text } = taker()
    await (await get()).pipeTo(writable, patient)
    expect(text()).toBe(body.toString('latin1'))
  })

  test('comes whole, with what was looked at before', async () => {
    const { get } = await streamFrom((outgoing) => {
      outgoing.write('ab')
      setImmediate(() => outgoing.end('cd'))
    })
    const answer = await get()
    expect(Buffer.from(await answer.peek(3)).toString()).toBe('abc')
    const { writable, text } = taker()
    await answer.pipeTo(writable, patient)
    expect([text(), writable.writableEnded]).toEqual(['abcd', true])
  })

  test('is given up where whoever takes it takes nothing any more', async () => {
    const closed = Promise.withResolvers<void>()
    const { get } = await streamFrom((outgoing) => {
      outgoing.once('close', closed.resolve)
      outgoing.write(Buffer.alloc(MIB))
    })
    const { writable } = taker(true)
    const moved = (await get()).pipeTo(writable, { stallMs: 10 })
    await expect(moved).rejects.toMatchObject({ name: 'AbortError' })
    expect(writable.writableEnded).toBe(false)
    await closed.promise
  })

  test('is given up where whoever takes it is closed', async () => {
    const { get } = await streamFrom((outgoing) => outgoing.write('ab'))
    const { writable } = taker()
    const moved = (await get()).pipeTo(writable, patient)
    writable.destroy()
    await expect(moved).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('that breaks off does not end what takes it, whether it is taken before or after', async () => {
    const { get } = await streamFrom((outgoing) => {
      outgoing.write('ab')
      setImmediate(() => outgoing.destroy())
    })
    for (const waits of [false, true]) {
      const answer = await get()
      if (waits) await answer.peek(10).catch(() => undefined)
      const { writable } = taker()
      await expect(answer.pipeTo(writable, patient)).rejects.toMatchObject({
        name: 'ConnectionFailure',
      })
      expect(writable.writableEnded).toBe(false)
    }
  })

  test('ends when it is stopped, before its head and after', async () => {
    const { get } = await streamFrom((outgoing, url) => {
      if (url === '/begun') outgoing.write('ab')
    })
    const before = new Stop()
    const none = get('/', before)
    before.stop(new Error('enough'))
    await expect(none).rejects.toThrow('enough')
    await expect(get('/', before)).rejects.toThrow('enough')
    const after = new Stop()
    const moved = (await get('/begun', after)).pipeTo(taker().writable, patient)
    after.stop(new Error('enough'))
    await expect(moved).rejects.toThrow('enough')
  })
})

describe('an answer that nobody takes', () => {
  test('leaves its connection to the next request while it is small', async () => {
    const { get, connections } = await streamFrom((outgoing) => outgoing.end('x'.repeat(10_000)))
    for (let number = 0; number < 3; number++) {
      const answer = await get()
      answer.drop()
      await expect(answer.peek(1)).resolves.toHaveLength(0)
      // The client frees a connection in the next turn of the event loop.
      await turnsOver()
    }
    expect(connections()).toBe(1)
  })

  test('ends its connection where it goes on', async () => {
    const closed = Promise.withResolvers<void>()
    const { get } = await streamFrom((outgoing) => {
      outgoing.once('close', closed.resolve)
      const more = () => {
        while (outgoing.write(Buffer.alloc(65_536)));
        outgoing.once('drain', more)
      }
      more()
    })
    ;(await get()).drop()
    await closed.promise
  })
})

test('a request that gets no connection ends as one that was not sent, and is not sent later', async () => {
  const releases: (() => void)[] = []
  const urls: string[] = []
  const { get } = await streamFrom(
    (outgoing, url) => {
      urls.push(url)
      releases.push(() => outgoing.end())
    },
    { maxConnections: 1 },
  )
  const first = get('/first')
  while (releases.length === 0) await turnsOver()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const waiting = get('/waiting')
  vi.advanceTimersByTime(15_000)
  await expect(waiting).rejects.toMatchObject({
    code: 'upstream_unavailable',
    details: { outcome: 'unsent' },
  })
  releases[0]?.()
  await (await first).pipeTo(taker().writable, patient)
  const next = get('/next')
  while (releases.length < 2) await turnsOver()
  releases[1]?.()
  expect((await next).status).toBe(200)
  expect(urls).toEqual(['/first', '/next'])
})
