/** @module Records as rows: what is known of each, and the record itself as it is. */

import { isUtf8 } from 'node:buffer'
import type { FeedRecord } from '../record.ts'
import type { RejectedRecord, SinkBatch } from '../sink.ts'
import { isStorable } from './columns.ts'
import { type SinkTable, tables } from './tables.ts'

/** A row to be, or the key of one that is no more. */
export interface Row {
  /** Its record's place in the batch. */
  readonly index: number
  /** Columns by name. */
  readonly values: Readonly<Record<string, unknown>>
  /** The record as Okta sent it; absent where it is gone. */
  readonly json?: string
}

/** The rows of one table. Of several changes of an object only the last is in it: a row is not written twice. */
export interface TableRows {
  readonly table: SinkTable
  readonly upserts: readonly Row[]
  readonly deletes: readonly Row[]
}

/** What a batch comes to. */
export interface BatchRows {
  readonly tables: readonly TableRows[]
  readonly rejected: readonly RejectedRecord[]
}

/** Makes the rows of a batch. A record that no `json` column takes is rejected; everything else has a row. */
export function toRows(batch: SinkBatch): BatchRows {
  const rejected: RejectedRecord[] = []
  const byTable = new Map<SinkTable, Map<string, Row>>()
  for (const [index, record] of batch.records.entries()) {
    const row = toRow(batch, record, index)
    if (row === undefined) {
      rejected.push({
        index,
        code: 'sink_record_refused',
        reason: 'It is no JSON in UTF-8, or its id has a character that PostgreSQL does not store.',
      })
      continue
    }
    const table = tables[record.kind]
    const rows = byTable.get(table) ?? new Map<string, Row>()
    byTable.set(table, rows)
    // Of an event that is in the batch twice, the first one stays, as it does when it comes again later.
    if (record.op !== 'event' || !rows.has(record.id)) rows.set(record.id, row)
  }
  return { tables: [...byTable].map(([table, rows]) => split(table, [...rows.values()])), rejected }
}

function split(table: SinkTable, rows: readonly Row[]): TableRows {
  return {
    table,
    upserts: rows.filter(({ json }) => json !== undefined),
    deletes: rows.filter(({ json }) => json === undefined),
  }
}

function toRow(batch: SinkBatch, record: FeedRecord, index: number): Row | undefined {
  if (!isStorable(record.id)) return undefined
  const table = tables[record.kind]
  const id = splitId(table, record.id)
  if (record.raw === undefined) return { index, values: id }
  const parsed = parse(record.raw)
  if (parsed === undefined) return undefined
  const columns = table.columns.map(({ name, read }) => [name, read(parsed.value)] as const)
  return {
    index,
    json: parsed.text,
    values: { ...id, ...Object.fromEntries(columns), ...alongside(batch, record, index) },
  }
}

function splitId({ id: [first, own] }: SinkTable, id: string): Record<string, string> {
  if (own === undefined) return { [first]: id }
  const slash = id.indexOf('/')
  return slash < 0
    ? { [first]: id, [own]: '' }
    : { [first]: id.slice(0, slash), [own]: id.slice(slash + 1) }
}

/** What a row says beside the record. */
function alongside(batch: SinkBatch, record: FeedRecord, index: number): Record<string, unknown> {
  if (record.op === 'event') {
    return {
      first_seen_at: batch.readAt,
      replay: batch.replay,
      batch_seq: batch.seq,
      batch_index: index,
    }
  }
  const { version = 1, hash = '', observedAt = batch.readAt } = record
  return { version, hash, observed_at: observedAt }
}

function parse(raw: Uint8Array): { readonly text: string; readonly value: unknown } | undefined {
  if (!isUtf8(raw)) return undefined
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8')
  try {
    return { text, value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
