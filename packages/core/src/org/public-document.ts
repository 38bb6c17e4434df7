/** @module Reads what is there for everybody, such as who an org is or a published key set: no credential is sent. */

import { decodeText } from '../base64url.ts'
import { isJsonObject, type JsonObject, parseJson } from '../json.ts'
import {
  type AnswerHeaders,
  abortable,
  readBody,
  type Transport,
  upstreamError,
} from '../transport.ts'

/** The answer to a request without a credential. */
export interface PublicDocument {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly bytes: number
  /** The body where it is a JSON object. */
  readonly json?: JsonObject
}

/** How a document is read. */
export interface DocumentOptions {
  readonly transport: Transport
  /** Default 10 s. */
  readonly timeoutMs?: number
  /** Default 64 KiB. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal | undefined
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 65_536
const MAX_DEPTH = 16

/**
 * Asks once for a document; no redirect is followed.
 *
 * @throws {UpstreamError} where no whole answer came, or a larger one.
 */
export async function readPublicDocument(
  url: string,
  options: DocumentOptions,
): Promise<PublicDocument> {
  const { transport, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, signal: ended } = options
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = ended ? AbortSignal.any([ended, timeout]) : timeout
  const { host } = new URL(url)
  const headers = { accept: 'application/json', 'user-agent': 'postern' }
  try {
    const response = await abortable(transport({ method: 'GET', url, headers, signal }), signal)
    const body = await readBody(response, { maxBytes, host, signal })
    const json = readJson(body)
    const answer = { status: response.status, headers: response.headers, bytes: body.length }
    return json === undefined ? answer : { ...answer, json }
  } catch (thrown) {
    ended?.throwIfAborted()
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
