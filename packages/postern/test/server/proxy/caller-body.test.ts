/** @module The body of a caller's request, while it is read. */

import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CallerBody, maxBodyBytes } from '../../../src/server/proxy/caller-body.ts'

const PIECE = Buffer.alloc(16_384, 'x')

test('a body is read no faster than the org takes it', async () => {
  let pieces = 0
  const source = Readable.from(
    (function* () {
      for (; pieces < maxBodyBytes / PIECE.byteLength; pieces++) yield PIECE
    })(),
    { objectMode: false },
  )
  const sent = CallerBody.of(messageOf(source))?.attempt().chunks[Symbol.asyncIterator]()
  let bytes = 0
  while (bytes < maxBodyBytes) {
    const before = await pauseOf(() => pieces)
    // What the stream itself reads ahead.
    expect(before * PIECE.byteLength - bytes).toBeLessThanOrEqual(10 * PIECE.byteLength)
    bytes += (await sent?.next())?.value.byteLength
  }
  expect((await sent?.next())?.done).toBe(true)
})

test('a body whose turn does not come is read all the same, and sent whole', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const message = messageOf(Readable.from(piecesOf(maxBodyBytes), { objectMode: false }))
  const body = CallerBody.of(message)
  onTestFinished(() => body?.discard())
  vi.advanceTimersByTime(10_000)
  await pauseOf(() => 0, 200)
  expect(message.readableEnded).toBe(true)
  const sent = body?.attempt().chunks ?? []
  let bytes = 0
  for await (const chunk of sent) bytes += chunk.byteLength
  expect(bytes).toBe(maxBodyBytes)
})

test('of all calls 64 bodies are read before their turn, and another one once one of them is over', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const come = () => {
    const message = messageOf(Readable.from([Buffer.alloc(maxBodyBytes)], { objectMode: false }))
    return { message, body: CallerBody.of(message) }
  }
  const isRead = async (calls: readonly ReturnType<typeof come>[]) => {
    vi.advanceTimersByTime(10_000)
    await pauseOf(() => 0, 20)
    return calls.map(({ message }) => message.readableEnded)
  }
  const calls = Array.from({ length: 66 }, come)
  const [first, ...others] = calls
  onTestFinished(async () => void (await Promise.all(others.map(({ body }) => body?.discard()))))
  expect(await isRead(calls)).toEqual(calls.map((_, nth) => nth < 64))
  await first?.body?.discard()
  const next = [come(), come()]
  others.push(...next)
  expect(await isRead(next)).toEqual([true, false])
})

test('a body that breaks off before its turn is not sent as a whole one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const broken = new Error('broken off')
  async function* breaking() {
    yield PIECE
    throw broken
  }
  const body = CallerBody.of(messageOf(Readable.from(breaking(), { objectMode: false })))
  onTestFinished(() => body?.discard())
  vi.advanceTimersByTime(10_000)
  await pauseOf(() => 0)
  const sent = body?.attempt().chunks[Symbol.asyncIterator]()
  expect((await sent?.next())?.value).toHaveLength(PIECE.byteLength)
  await expect(sent?.next()).rejects.toBe(broken)
})

function* piecesOf(bytes: number) {
  for (let at = 0; at < bytes; at += PIECE.byteLength) yield PIECE
}

function messageOf(source: Readable): IncomingMessage {
  const headers = { 'content-length': String(maxBodyBytes) }
  return Object.assign(source, { method: 'PUT', headers }) as unknown as IncomingMessage
}

test.each([
  ['GET', { 'content-length': '5' }, 'request_invalid'],
  ['HEAD', { 'transfer-encoding': 'chunked' }, 'request_invalid'],
  ['PUT', { 'content-length': String(maxBodyBytes + 1) }, 'request_too_large'],
])('the body of a %s is refused before it is read: %j', (method, headers, code) => {
  const request = { method, headers } as unknown as IncomingMessage
  expect(() => CallerBody.of(request)).toThrow(expect.objectContaining({ code }))
})

test.each([{}, { 'content-length': '0' }])('a request may have no body: %j', (headers) => {
  const request = { method: 'GET', headers } as unknown as IncomingMessage
  expect(CallerBody.of(request)).toBeUndefined()
})

/** What a number is when everything that could go on by itself has. */
async function pauseOf(read: () => number, turns = 5): Promise<number> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
  return read()
}
