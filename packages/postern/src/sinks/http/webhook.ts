/** @module Records to a webhook: one JSON document, signed as Standard Webhooks says. */

import { createHmac } from 'node:crypto'
import type { Clock, Secret } from '@postern/core'
import type { SinkBatch } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import type { BatchPart, HttpFormat, HttpFormatContext, OpenHttpFormat } from './format.ts'

const COMMA = Buffer.from(',')
const END = Buffer.from(']}')

/**
 * A document `{ type: 'feed.records', feed, connection, org, input, seq, batchId, part?, readAt, replay, records }`, where
 * `records` are the spooled lines as they are. `part` says which of the batch they are, where they are not all.
 *
 * @see Standard Webhooks, "Signature scheme" - `v1,` and the HMAC-SHA256 of `id.timestamp.body`; several, with a space between,
 * while a key is rotated
 */
export const webhook: HttpFormat = {
  maxBytes: 1_000_000,
  tokenScheme: 'Bearer',
  open: (context) => openWebhook(context),
}

function openWebhook({ settings: { url }, secrets, clock }: HttpFormatContext): OpenHttpFormat {
  const keys = [
    requireKey('signingSecret', secrets['signingSecret']),
    ...(secrets['previousSigningSecret'] === undefined
      ? []
      : [requireKey('previousSigningSecret', secrets['previousSigningSecret'])]),
  ]
  const send = (id: string, body: Buffer<ArrayBuffer>) => ({
    url,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': id,
      ...signedHeaders({ id, body, keys, clock }),
    },
    body,
  })
  return {
    encode: ({ line }) => line,
    request: (part) => send(partId(part), bodyOf(part)),
    refusedIn: () => [],
    isAboutRecords: () => true,
    checkRequest: () =>
      send(`check-${clock.now().getTime()}`, Buffer.from('{"type":"sink.check","records":[]}')),
    isReady: ({ status }) => status < 300,
  }
}

/** The key of a signing secret: what the Base64 behind `whsec_` says. */
function requireKey(name: string, secret: Secret | undefined): Buffer {
  const text = secret?.reveal().trim() ?? ''
  const encoded = text.startsWith('whsec_') ? text.slice('whsec_'.length) : ''
  const key = Buffer.from(encoded, 'base64')
  // Base64 that Node read differently than it was written has characters that are not of it.
  const isExact = key.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '')
  if (isExact && key.length >= 24 && key.length <= 64) return key
  throw new SinkError(
    'sink_settings_invalid',
    secret === undefined
      ? `A webhook is signed, and ${name} is not there.`
      : `${name} is not whsec_ and the Base64 of 24 to 64 bytes.`,
    { remedy: 'Make one: echo "whsec_$(openssl rand -base64 32)", and give it to both sides.' },
  )
}

interface ToSign {
  readonly id: string
  readonly body: Uint8Array
  readonly keys: readonly Buffer[]
  readonly clock: Clock
}

function signedHeaders({ id, body, keys, clock }: ToSign): Record<string, string> {
  const timestamp = String(Math.floor(clock.now().getTime() / 1_000))
  const signatures = keys.map((key) => {
    const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body)
    return `v1,${hmac.digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}

/** The batch's id, with the records' places where it does not go out whole: the same whenever it is sent again. */
function partId(part: BatchPart): string {
  const places = placesOf(part)
  return places === undefined ? part.batch.id : `${part.batch.id}-${places.first}-${places.last}`
}

function placesOf({
  batch,
  first,
  pieces,
}: BatchPart): { first: number; last: number } | undefined {
  if (pieces.length === batch.records.length) return undefined
  return { first, last: first + pieces.length - 1 }
}

function bodyOf(part: BatchPart): Buffer<ArrayBuffer> {
  const records = part.pieces.flatMap((piece, index) => (index === 0 ? [piece] : [COMMA, piece]))
  return Buffer.concat([headOf(part.batch, part), ...records, END])
}

/** The document's beginning, up to its first record. */
function headOf(batch: SinkBatch, part: BatchPart): Buffer {
  const places = placesOf(part)
  const head = JSON.stringify({
    type: 'feed.records',
    feed: batch.feed.name,
    connection: batch.connection,
    org: batch.org,
    input: batch.input,
    seq: batch.seq,
    batchId: batch.id,
    ...(places === undefined ? {} : { part: { ...places, of: batch.records.length } }),
    readAt: batch.readAt,
    replay: batch.replay,
  })
  return Buffer.from(`${head.slice(0, -1)},"records":[`)
}
