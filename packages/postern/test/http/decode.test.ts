import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { AnswerHeaders } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf } from '../../../../test/bad-inputs/load.mjs'
import { createTransport } from '../../src/http/transport.ts'
import { codeOf, readAll, startWireServer, whole } from './wire.ts'

const text = JSON.stringify(Array.from({ length: 5_000 }, (_, id) => ({ id, name: 'Zoë' })))

/** The answer, read whole, of a server whose body has this encoding; or the code of the error. */
async function read(encoding: string, body: Buffer, maxBodyBytes?: number): Promise<unknown> {
  const server = await startWireServer(whole('200 OK', { 'content-encoding': encoding }, body))
  const transport = createTransport({ loopbackOrigins: new Set([server.origin]), maxBodyBytes })
  return codeOf(readAll(transport, { url: server.origin }))
}

describe('the content encoding of a body', () => {
  test.each([
    ['gzip', gzipSync(text)],
    ['X-GZIP', gzipSync(text)],
    ['gzip', Buffer.concat([gzipSync(text.slice(0, 99)), gzipSync(text.slice(99))])],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
  ])('%s is undone, and the headers that speak of it are gone', async (encoding, body) => {
    const answer = await read(encoding, body)
    expect(answer).toMatchObject({ status: 200, text })
    const { headers } = answer as { readonly headers: AnswerHeaders }
    expect([...headers]).toEqual([])
  })

  test('is asked for', async () => {
    const server = await startWireServer(whole('200 OK', {}))
    const transport = createTransport({ loopbackOrigins: new Set([server.origin]) })
    await readAll(transport, { url: server.origin })
    expect(server.received[0]).toContain('accept-encoding: gzip, br, deflate\r\n')
  })

  test('of an empty body is nothing to undo', async () => {
    expect(await read('gzip', Buffer.alloc(0))).toMatchObject({ status: 200, text: '' })
  })

  test.each([
    ['that is another one', 'gzip', Buffer.from(text)],
    ['that was not asked for', 'zstd', Buffer.from(text)],
    ['with another one around it', 'gzip, gzip', gzipSync(gzipSync(text))],
    [
      'with a wrong checksum',
      'gzip',
      Buffer.concat([gzipSync(text).subarray(0, -8), Buffer.alloc(8)]),
    ],
  ])('%s ends in upstream_bad_response', async (_, encoding, body) => {
    expect(await read(encoding, body)).toBe('upstream_bad_response')
  })

  test.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
  ])('%s that is cut short anywhere ends in upstream_bad_response', async (encoding, body) => {
    const lengths = fc.integer({ min: 1, max: body.length - 1 })
    await fc.assert(
      fc.asyncProperty(lengths, async (length) => {
        expect(await read(encoding, body.subarray(0, length))).toBe('upstream_bad_response')
      }),
      { numRuns: 15 },
    )
  })

  test('that is cut by a lost connection is a lost connection', async () => {
    const body = gzipSync(text)
    const server = await startWireServer((socket) =>
      socket.end(
        Buffer.concat([
          Buffer.from(
            `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
          ),
          body.subarray(0, 500),
        ]),
      ),
    )
    const transport = createTransport({ loopbackOrigins: new Set([server.origin]) })
    expect(await codeOf(readAll(transport, { url: server.origin }))).toBe('UND_ERR_SOCKET')
  })

  test('a gzip bomb is refused at the limit, and no more of it is held than that', async () => {
    const bomb = bytesOf({ gen: { op: 'gzipZeros', bytes: 2 ** 30 } })
    const before = process.memoryUsage().arrayBuffers
    expect(await read('gzip', bomb, 50_000_000)).toBe('upstream_response_too_large')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(120_000_000)
  })
})
