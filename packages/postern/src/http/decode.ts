/** @module Undoes the content encoding of a body, within a limit: a few kilobytes can unpack to gigabytes. */

import { pipeline, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { badAnswer, tooLargeAnswer } from './connection-failure.ts'

/** The encodings that {@link decodeBody} undoes, as a request announces them. */
export const acceptedEncodings = 'gzip, br, deflate'

/** The body of an answer, and what is needed to read it. */
export interface EncodedBody {
  readonly body: AsyncIterableIterator<Uint8Array>
  /** The value of `content-encoding`. */
  readonly encoding: string
  readonly maxBytes: number
  /** Whom an error names. */
  readonly host: string
}

/**
 * The bytes of a body with its encoding undone.
 *
 * Rejects with `upstream_response_too_large` as soon as there are more than `maxBytes` of them, and with
 * `upstream_bad_response` where they are not what the encoding says: cut short, damaged, or encoded in another way.
 */
export function decodeBody(encoded: EncodedBody): AsyncIterableIterator<Uint8Array> {
  const pieces = limited(encoded)
  return {
    next: () => pieces.next(),
    // Told to return before its first step, a generator would end without a word to the connection.
    return: async () => {
      await encoded.body.return?.()
      return pieces.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function* limited(encoded: EncodedBody): AsyncGenerator<Uint8Array> {
  const { body, encoding, maxBytes, host } = encoded
  const decoder = decoderFor(encoding)
  if (decoder === undefined) {
    await body.return?.()
    throw badAnswer(host, 'has a content encoding that was not asked for')
  }
  let length = 0
  for await (const chunk of decoder === 'none' ? body : decoded(body, decoder, host)) {
    length += chunk.byteLength
    if (length > maxBytes) throw tooLargeAnswer(host, maxBytes)
    yield chunk
  }
}

/** One encoding; a stack of them is sent by nobody but to hide something. */
function decoderFor(encoding: string): Transform | 'none' | undefined {
  switch (encoding.trim().toLowerCase()) {
    case 'identity':
      return 'none'
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      return undefined
  }
}

async function* decoded(
  body: AsyncIterableIterator<Uint8Array>,
  decoder: Transform,
  host: string,
): AsyncGenerator<Uint8Array> {
  const first = await body.next()
  // An empty body is sent with the header of the encoding and without a byte of it.
  if (first.done) return
  let failure: unknown
  const source = (async function* () {
    try {
      yield first.value
      yield* body
    } catch (error) {
      failure = error
      throw error
    }
  })()
  // The reader below hears of each failure; the callback is for those that nobody reads to.
  pipeline(source, decoder, () => undefined)
  try {
    yield* decoder
  } catch {
    throw failure ?? badAnswer(host, 'is not what its content encoding says')
  }
}
