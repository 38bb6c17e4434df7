/** @module The key set behind a client's `jwks_uri`, fetched and kept for a while. */

import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { isLoopback } from '../http/loopback.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { Org } from '../state/org.ts'
import { oauthError } from './oauth-error.ts'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 65_536

/** How a key set is wanted. */
export interface FetchKeySetOptions {
  /** Passes over what is kept. */
  readonly anew: boolean
}

/**
 * The keys behind a `jwks_uri`. Okta asks the internet and takes HTTPS alone; the emulator asks this machine alone.
 *
 * @throws {OauthRefusal} where the set cannot be had within 5 s and 64 KiB, has no key, or keys that share a kid.
 */
export async function readKeySet(
  org: Org,
  url: string,
  options: FetchKeySetOptions,
): Promise<readonly JsonObject[]> {
  const nowMs = org.time.nowMs()
  const maxAgeMs = options.anew ? 0 : org.assumptions.jwksUriCacheSeconds * 1_000
  const kept = org.authorization.keySet(url, maxAgeMs, nowMs)
  if (kept !== undefined) return kept.keys
  // Whoever comes while the set is on its way waits for the same answer.
  const { fetching } = org.authorization
  const underWay = fetching.get(url) ?? fetchKeySet(org, url).finally(() => fetching.delete(url))
  fetching.set(url, underWay)
  return underWay
}

async function fetchKeySet(org: Org, url: string): Promise<readonly JsonObject[]> {
  const fetchedMs = org.time.nowMs()
  const keys = parseKeys(await fetchText(url))
  org.authorization.keepKeySet(url, { keys, fetchedMs })
  return keys
}

function parseKeys(text: string | undefined): readonly JsonObject[] {
  const set = text === undefined ? undefined : parseObject(text)
  const keys: unknown = set?.['keys']
  if (!Array.isArray(keys)) throw oauthError('jwks_uri_unreachable')
  if (keys.length === 0) throw oauthError('jwks_uri_empty')
  if (!keys.every(isJsonObject)) throw oauthError('jwks_invalid')
  const kids = new Set(keys.map(({ kid }) => kid))
  if (keys.length > 1 && (kids.size < keys.length || kids.has(undefined))) {
    throw oauthError('jwks_uri_kid_not_unique')
  }
  return keys
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The body of a 200 answer; undefined where there is none to be had. */
async function fetchText(url: string): Promise<string | undefined> {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname } = new URL(url)
  const get = { 'http:': getHttp, 'https:': getHttps }[protocol]
  if (get === undefined || !isLoopback(hostname)) return undefined
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const asked = get(url, { signal, headers: { accept: 'application/json' } }, (answer) => {
      readBody(answer).then(resolve, () => resolve(undefined))
    })
    asked.on('error', () => resolve(undefined))
  })
}

async function readBody(answer: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return answer.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : undefined
}
