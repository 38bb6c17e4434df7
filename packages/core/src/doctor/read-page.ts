/** @module Reads one page and does not try again: what goes wrong with it is what a doctor is for. */

import { nextCursor } from '../org/cursor.ts'
import { PageError, readRecords } from '../org/page.ts'
import { requestUrl } from '../org/request.ts'
import type { Examination } from './examination.ts'
import type { ReadPage } from './reading.ts'

const OPEN_OBJECT = 0x7b
const BYTE_ORDER_MARK_BYTES = 3

/**
 * Asks once for a page, or for one object, which counts as a page with one record.
 *
 * @throws {ApiError | UpstreamError | PageError | TokenError}
 */
export async function readPage(
  examination: Examination,
  path: string,
  query: Readonly<Record<string, string | number>> = {},
): Promise<ReadPage> {
  const { signal, timeoutMs } = examination
  const client = examination.known('client')
  const { pathname, search } = requestUrl(client.url, path, query)
  const asked = pathname + search
  const answer = await client.request({ path: asked, signal, timeoutMs, maxAttempts: 1 })
  // Some paths give one object, which is there or is not.
  const isList = answer.body[firstByte(answer.body)] !== OPEN_OBJECT
  const records = isList ? readRecords(answer.body) : [answer.body]
  try {
    const cursor = nextCursor(client.url, asked, answer.headers.get('link') ?? '')
    return cursor === undefined ? { asked, records } : { asked, records, cursor }
  } catch (error) {
    if (error instanceof PageError) return { asked, records, linkError: error }
    throw error
  }
}

function firstByte(body: Uint8Array): number {
  return body[0] === 0xef ? BYTE_ORDER_MARK_BYTES : 0
}
