/** @module A small JSON document that everybody may read, asked for without any credential. */

import { decodeText } from '../base64url.ts'
import { type JsonValue, parseJson } from '../json.ts'
import { abortable, readBody, type Transport, upstreamError } from '../transport.ts'

/** How a document is read. */
export interface DocumentOptions {
  readonly transport: Transport
  readonly signal?: AbortSignal | undefined
}

const MAX_BYTES = 65_536
const MAX_DEPTH = 8
const TIMEOUT_MS = 10_000

/**
 * Reads a document of at most 64 KiB within ten seconds; no redirect is followed.
 *
 * @returns its status, and its JSON where it is some.
 * @throws {UpstreamError} where no answer came, or a larger one.
 */
export async function readDocument(
  url: string,
  options: DocumentOptions,
): Promise<{ readonly status: number; readonly json: JsonValue | undefined }> {
  const { host } = new URL(url)
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  const headers = { accept: 'application/json', 'user-agent': 'postern' }
  try {
    const sent = options.transport({ method: 'GET', url, headers, signal })
    const response = await abortable(sent, signal)
    const body = await readBody(response, { maxBytes: MAX_BYTES, host, signal })
    return { status: response.status, json: jsonOf(body) }
  } catch (thrown) {
    options.signal?.throwIfAborted()
    throw upstreamError(timeout.aborted ? timeout.reason : thrown, host)
  }
}

function jsonOf(body: Uint8Array): JsonValue | undefined {
  try {
    const parsed = parseJson(decodeText(body), { maxDepth: MAX_DEPTH })
    return parsed.ok ? parsed.value : undefined
  } catch {
    // What is no UTF-8 is no JSON either.
    return undefined
  }
}
