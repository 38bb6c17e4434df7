/** @module The table of batches that were read and not yet confirmed by every sink. */

import { promisify } from 'node:util'
import { gunzip, gzip, gzipSync } from 'node:zlib'
import { toJsonLines } from '@postern/core'
import type { Store } from './store.ts'

/** Lines as they are spooled. */
export interface PackedLines {
  readonly records: number
  /** Of the lines. */
  readonly bytes: number
  /** gzip. */
  readonly body: Uint8Array
}

/** A batch of the spool. */
export interface SpooledBatch {
  readonly lines: readonly Uint8Array[]
  readonly readAt: Date
  readonly replay: boolean
}

/** A batch that is to be spooled. */
export interface NewBatch {
  /** One more than that of the batch before it. */
  readonly seq: number
  readonly packed: PackedLines
  readonly readAt: Date
  readonly replay: boolean
}

/** What a spool holds. */
export interface SpoolSize {
  readonly records: number
  readonly bytes: number
}

const LINE_FEED = 0x0a

// Events repeat themselves: the fastest level makes a tenth of them, and higher ones little less for much more time.
const LEVEL = { level: 1 }
const zip = promisify(gzip)
const unzip = promisify(gunzip)

/** Packs lines beside what else this process does. */
export async function packLines(lines: readonly Uint8Array[]): Promise<PackedLines> {
  const text = toJsonLines(lines)
  return { records: lines.length, bytes: text.length, body: await zip(text, LEVEL) }
}

/** Packs lines at once, for who may not wait: in a transaction. */
export function packLinesAtOnce(lines: readonly Uint8Array[]): PackedLines {
  const text = toJsonLines(lines)
  return { records: lines.length, bytes: text.length, body: gzipSync(text, LEVEL) }
}

/** A batch by its number; undefined where every sink has confirmed it. */
export async function readSpooled(
  store: Store,
  feedId: string,
  seq: number,
): Promise<SpooledBatch | undefined> {
  const row = await store.db
    .selectFrom('spool')
    .select(['body', 'read_at', 'replay'])
    .where('feed_id', '=', feedId)
    .where('seq', '=', seq)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { lines: linesOf(await unzip(row.body)), readAt: row.read_at, replay: row.replay }
}

/** The numbers of the batches behind one, in order. */
export async function listSpooled(
  store: Store,
  feedId: string,
  behindSeq: number,
): Promise<readonly number[]> {
  const rows = await store.db
    .selectFrom('spool')
    .select('seq')
    .where('feed_id', '=', feedId)
    .where('seq', '>', behindSeq)
    .orderBy('seq')
    .execute()
  return rows.map(({ seq }) => seq)
}

/** The lines of a text in which each has its end. They share its buffer. */
function linesOf(text: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(LINE_FEED, start)
    lines.push(text.subarray(start, end))
    start = end + 1
  }
  return lines
}
