/** @module The body of a caller's request, while it is read. */

import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
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
  const headers = { 'content-length': String(maxBodyBytes) }
  const message = Object.assign(source, { method: 'PUT', headers }) as unknown as IncomingMessage
  const sent = CallerBody.of(message)?.attempt().chunks[Symbol.asyncIterator]()
  let bytes = 0
  while (bytes < maxBodyBytes) {
    const before = await pauseOf(() => pieces)
    // What the stream itself reads ahead.
    expect(before * PIECE.byteLength - bytes).toBeLessThanOrEqual(10 * PIECE.byteLength)
    bytes += (await sent?.next())?.value.byteLength
  }
  expect((await sent?.next())?.done).toBe(true)
})

/** What a number is when everything that could go on by itself has. */
async function pauseOf(read: () => number): Promise<number> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  return read()
}
