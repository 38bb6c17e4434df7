/** @module A record on its way to sinks: one line that is frozen when it is read, and what it says about itself. */

import { createHash } from 'node:crypto'
import { memberReader } from '@postern/core'

/** What a record is of. */
export type RecordKind =
  | 'event'
  | 'user'
  | 'group'
  | 'group-member'
  | 'app'
  | 'app-user'
  | 'app-group'

/** What happened. An event is never changed; of an object it is said that it is so now, or is no more. */
export type RecordOp = 'event' | 'upsert' | 'delete'

/** One record. */
export interface FeedRecord {
  readonly op: RecordOp
  readonly kind: RecordKind
  /** The same whenever the same thing is meant: the uuid of an event, the id of an object, `00g…/00u…` of a member. */
  readonly id: string
  /** Of an object: counts its changes, from 1. */
  readonly version?: number
  /** Of an object: of what it says. */
  readonly hash?: string
  /** Of an object: when it was seen so, by the org's clock; later than any change of it before. */
  readonly observedAt?: Date
  /** Okta's own bytes, unchanged; a member or assignment is wrapped with its parent's id. Absent for `delete`. */
  readonly raw?: Uint8Array
  /**
   * What is spooled, and what an append-only sink writes: JSON in one line, without its end. An event as it is; of an object
   * `{"op":…,"kind":…,"id":…,"version":…,"hash":…,"observedAt":…,"record":…}`, where `record` is `raw`.
   */
  readonly line: Uint8Array
}

/** What a change of an object says, beside its bytes. */
export interface Change {
  readonly op: 'upsert' | 'delete'
  readonly kind: Exclude<RecordKind, 'event'>
  readonly id: string
  readonly version: number
  readonly hash: string
  readonly observedAt: Date
}

const RECORD = Buffer.from(',"record":')
const CLOSE = Buffer.from('}')

const uuidOf = memberReader('uuid')

/** The record of an event; undefined where it has no uuid. */
export function eventRecord(raw: Uint8Array): FeedRecord | undefined {
  const id = uuidOf(raw)
  return id === undefined ? undefined : { op: 'event', kind: 'event', id, raw, line: raw }
}

/** The record of a change. @param raw - the object; absent where it is gone. */
export function changeRecord(change: Change, raw?: Uint8Array): FeedRecord {
  const { op, kind, id, version, hash, observedAt } = change
  const head = JSON.stringify({ op, kind, id, version, hash, observedAt })
  const line =
    raw === undefined
      ? Buffer.from(head)
      : Buffer.concat([Buffer.from(head.slice(0, -1)), RECORD, raw, CLOSE])
  return { ...change, ...(raw === undefined ? {} : { raw }), line }
}

/** Reads a spooled line again. @throws a plain error for one that was not written by the functions above. */
export function readLine(line: Uint8Array, what: 'event' | 'change'): FeedRecord {
  if (what === 'event') return requireRecord(eventRecord(line))
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  const at = bytes.indexOf(RECORD)
  const raw = at < 0 ? undefined : line.subarray(at + RECORD.length, line.length - 1)
  const head = at < 0 ? bytes.toString('utf8') : `${bytes.toString('utf8', 0, at)}}`
  const change: Omit<Change, 'observedAt'> & { readonly observedAt: string } = JSON.parse(head)
  const observedAt = new Date(change.observedAt)
  return { ...change, observedAt, ...(raw === undefined ? {} : { raw }), line }
}

function requireRecord(record: FeedRecord | undefined): FeedRecord {
  if (record === undefined) throw new Error('A spooled event has no uuid.')
  return record
}

/**
 * The id of a batch: the same whenever it is written again. A number alone would come again with other records once Postern's
 * own database was brought back from a backup, and whoever keeps ids would leave them out.
 */
export function batchId(feedId: string, seq: number, records: readonly FeedRecord[]): string {
  return createHash('sha256')
    .update(`${feedId}|${seq}|${hashLines(records)}`)
    .digest('hex')
}

/** SHA-256 of the lines of records, each with its end, hexadecimal. */
export function hashLines(records: readonly FeedRecord[]): string {
  const hash = createHash('sha256')
  for (const { line } of records) hash.update(line).update('\n')
  return hash.digest('hex')
}
