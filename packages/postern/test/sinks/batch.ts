/** @module Batches for tests of sinks, with what an org could say to do harm. */

import { batchId, changeRecord, eventRecord, type FeedRecord } from '../../src/sinks/record.ts'
import type { SinkBatch } from '../../src/sinks/sink.ts'

/** A batch of these records. */
export function batchOf(
  records: readonly FeedRecord[],
  change: Partial<SinkBatch> = {},
): SinkBatch {
  const feed = { id: 'feed-1', name: 'log' }
  const { seq = 1 } = change
  return {
    feed,
    connection: 'acme',
    org: 'acme.okta.com',
    input: 'system-log',
    seq,
    id: batchId(feed.id, seq),
    readAt: new Date('2026-11-30T04:00:00Z'),
    replay: false,
    records,
    ...change,
  }
}

/** An event with this uuid; `text` are further members, as JSON. */
export function event(uuid: string, text = ''): FeedRecord {
  const raw = `{"uuid":${JSON.stringify(uuid)},"published":"2026-11-30T03:59:58.123Z"${text}}`
  const record = eventRecord(Buffer.from(raw))
  if (record === undefined) throw new Error('This event has no uuid.')
  return record
}

/** Events `e1`, `e2` and so on. */
export function events(count: number): readonly FeedRecord[] {
  return Array.from({ length: count }, (_, index) => event(`e${index + 1}`))
}

/** A user as it is now, or no more. */
export function userChange(id: string, version: number, raw?: string): FeedRecord {
  const op = raw === undefined ? 'delete' : 'upsert'
  const observedAt = new Date('2026-11-30T04:00:00Z')
  const change = { op, kind: 'user', id, version, hash: `h${version}`, observedAt } as const
  return changeRecord(change, raw === undefined ? undefined : Buffer.from(raw))
}

/** Events whose members try what data can try (S28). */
export const hostileEvents: readonly FeedRecord[] = [
  event('h1', ',"displayMessage":"\\u0000 and \\ud800 alone"'),
  event('h2', ',"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}'),
  event('h3', `,"displayMessage":"'); drop table connection; -- $1 {{7*7}} \${jndi:x}"`),
  event('h4', ',"displayMessage":"{\\"delete\\":{\\"_id\\":\\"h1\\"}}\\n{}\\r\\nX-Injected: 1"'),
  event('h5', ',"a":1,"a":2,"number":1.00000000000000000000001e400,"b":-0'),
  event('../../etc/passwd', ',"displayMessage":"=HYPERLINK(1)"'),
  event('"}\n{"uuid":"forged"', ''),
  event(
    'h8',
    `,"displayMessage":${JSON.stringify(']},{"uuid":"forged"},"event":"\u2028\u202e😀')}`,
  ),
]
