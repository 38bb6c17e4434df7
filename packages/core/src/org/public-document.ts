/** @module Reads what an org shows to everybody: no credential is sent. */

import { decodeText } from '../base64url.ts'
import { isJsonObject, type JsonObject, parseJson } from '../json.ts'
import { type AnswerHeaders, abortable, readBody, upstreamError } from '../transport.ts'
import type { Examination } from './examination.ts'

/** The answer to a request without a credential. */
export interface PublicDocument {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly bytes: number
  /** The body where it is a JSON object. */
  readonly json?: JsonObject
}

const MAX_BYTES = 256 * 1024
const MAX_DEPTH = 16

/**
 * Asks once for a document.
 *
 * @throws {UpstreamError} where no whole answer came.
 */
export async function readPublicDocument(
  examination: Examination,
  url: string,
  timeoutMs = examination.timeoutMs,
): Promise<PublicDocument> {
  const { exchanges, signal: ended } = examination
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([ended, timeout])
  const { host } = new URL(url)
  const headers = { accept: 'application/json', 'user-agent': 'postern' }
  try {
    const sent = exchanges.transport({ method: 'GET', url, headers, signal })
    const response = await abortable(sent, signal)
    const body = await readBody(response, { maxBytes: MAX_BYTES, host, signal })
    const json = readJson(body)
    const answer = { status: response.status, headers: response.headers, bytes: body.length }
    return json === undefined ? answer : { ...answer, json }
  } catch (thrown) {
    ended.throwIfAborted()
    throw upstreamError(timeout.aborted ? timeout.reason : thrown, host)
  }
}

function readJson(body: Uint8Array): JsonObject | undefined {
  try {
    const parsed = parseJson(decodeText(body), { maxDepth: MAX_DEPTH })
    return parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined
  } catch {
    // What is not UTF-8 is no JSON.
    return undefined
  }
}
