/** @module Batches for tests of sinks: recorded events, events and objects as somebody hostile would make them. */

import { recordings } from '../../../emulator/test/recording.ts'
import {
  batchId,
  type Change,
  changeRecord,
  eventRecord,
  type FeedRecord,
} from '../../src/sinks/record.ts'
import type { Sink, SinkBatch, Written } from '../../src/sinks/sink.ts'

const READ_AT = new Date('2026-03-01T12:00:00Z')

/** A batch of a feed of the System Log. */
export function batchOf(
  seq: number,
  records: readonly FeedRecord[],
  over: Partial<SinkBatch> = {},
): SinkBatch {
  const feed = over.feed ?? { id: 'feed-1', name: 'acme-log' }
  return {
    feed,
    connection: 'acme',
    org: 'acme.okta.com',
    input: 'system-log',
    seq,
    id: batchId(feed.id, seq, records),
    readAt: READ_AT,
    replay: false,
    records,
    ...over,
  }
}

/** An event of a JSON text. */
export function eventOf(text: string | Uint8Array): FeedRecord {
  const record = eventRecord(Buffer.from(text))
  if (record === undefined) throw new Error('The event of a test has no uuid.')
  return record
}

/** Events with ids of their own. */
export function eventsOf(...ids: readonly string[]): readonly FeedRecord[] {
  return ids.map((uuid) =>
    eventOf(
      JSON.stringify({
        uuid,
        published: '2026-03-01T11:59:00.000Z',
        eventType: 'user.session.start',
      }),
    ),
  )
}

/** A change of an object. */
export function changeOf(
  change: Pick<Change, 'op' | 'kind' | 'id'> & Partial<Change>,
  text?: string,
): FeedRecord {
  const full = { version: 1, hash: `hash of ${text ?? 'nothing'}`, observedAt: READ_AT, ...change }
  return changeRecord(full, text === undefined ? undefined : Buffer.from(text))
}

/** The events that were recorded in real orgs. */
export const recordedEvents: readonly FeedRecord[] = recordings
  .filter(({ name }) => name.startsWith('logs-'))
  .flatMap(({ response: { body } }) => (Array.isArray(body) ? body : []))
  .map((event) => eventOf(JSON.stringify(event)))

/** Events that are JSON, and made to break what reads them. */
export const hostileEvents: readonly FeedRecord[] = [
  '{"uuid":"nul","eventType":"a\\u0000b","displayMessage":"\\u0000"}',
  '{"uuid":"surrogate","eventType":"a","displayMessage":"\\ud800 alone","actor":{"id":"\\udfff"}}',
  '{"uuid":"proto","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  '{"uuid":"twice","eventType":"first","eventType":"second","uuid":"twice"}',
  '{ "uuid" : "spaces" , "n" : 1.0 , "m" : 1E400 , "k" : 12345678901234567890 , "s" : "\\/\\u0041" }',
  `{"uuid":"sql","eventType":"'); drop table okta.event; --","published":"yesterday'"}`,
  '{"uuid":"formula","displayMessage":"=HYPERLINK(\\"http://x\\")","eventType":"@SUM(1)"}',
  '{"uuid":"types","eventType":{"a":1},"published":[],"actor":"nobody","client":null,"target":"x","outcome":7}',
  '{"uuid":"markup","displayMessage":"<script>alert(1)</script>\\r\\n{\\"uuid\\":\\"forged\\"}"}',
  '{"uuid":"../../etc/passwd","published":"2026-02-30T25:00:00Z"}',
  `{"uuid":"deep","a":${'['.repeat(25)}${']'.repeat(25)}}`,
  '{"uuid":"ends","displayMessage":"\u2028\u2029\u0085\u{1f600}"}',
].map(eventOf)

/** Events that are no JSON, or no UTF-8: Okta sends none, and yet. */
export const malformedEvents: readonly FeedRecord[] = [
  eventOf('{"uuid":"number","n":01}'),
  eventOf(Buffer.from('{"uuid":"bytes","displayMessage":"\xff\xfe"}', 'latin1')),
]

/** Writes batches one after another, as a feed does; gives what the sink said last. */
export async function writeAll(
  sink: Sink,
  batches: readonly SinkBatch[],
  from: Pick<Written, 'position'> = {},
): Promise<Written> {
  let written: Written = from
  for (const batch of batches) {
    const { position } = written
    written = await sink.write(batch, { position: throughJson(position) })
  }
  return written
}

/** As the store gives it back. */
function throughJson(position: Written['position']): Written['position'] {
  return position === undefined ? undefined : JSON.parse(JSON.stringify(position))
}
