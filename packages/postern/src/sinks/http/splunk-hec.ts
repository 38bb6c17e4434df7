/** @module Records to Splunk's HTTP Event Collector: JSON events one after another. */

import { memberReader, showHostile } from '@postern/core'
import type { FeedRecord } from '../record.ts'
import type { SinkBatch } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import type { HttpAnswer, HttpFormat, HttpFormatContext, OpenHttpFormat } from './format.ts'
import { jsonOf } from './json-answer.ts'
import type { HttpSettings } from './settings.ts'

const SUCCESS = 0
const NO_DATA = 5

// "Invalid data format", "Event field is required", "Event field cannot be blank", "Error in handling indexed fields". Every
// other 400 is about the index, the channel or the token, and dead letters would not help.
const ABOUT_RECORDS: ReadonlySet<number> = new Set([6, 12, 13, 15])

const END = Buffer.from('}\n')

const publishedOf = memberReader('published')

/**
 * Events `{ time, host, source, sourcetype, index?, fields, event }`, where `event` is the spooled line as it is and `fields`
 * has its id: the collector knows no duplicates, so whoever searches tells them by it.
 *
 * @see Splunk, "Format events for HTTP Event Collector"
 * @see Splunk, "Troubleshoot HTTP Event Collector" - the codes of its answers
 */
export const splunkHec: HttpFormat = {
  maxBytes: 1_000_000,
  tokenScheme: 'Splunk',
  open: (context) => openSplunk(context),
}

function openSplunk({ settings, secrets }: HttpFormatContext): OpenHttpFormat {
  if (secrets['token'] === undefined) {
    throw new SinkError('sink_settings_invalid', 'The collector takes nothing without a token.', {
      remedy:
        'Enter the token of Settings > Data inputs > HTTP Event Collector as the secret token.',
    })
  }
  const url = new URL('/services/collector/event', settings.url).href
  const send = (body: Buffer<ArrayBuffer>) => ({
    url,
    headers: { 'content-type': 'application/json' },
    body,
  })
  return {
    encode: (record, batch) => encode(record, batch, settings),
    request: ({ pieces }) => send(Buffer.concat(pieces)),
    refusedIn: (answer) => {
      requireSuccess(answer)
      return []
    },
    isAboutRecords: (answer) => ABOUT_RECORDS.has(codeOf(answer) ?? -1),
    checkRequest: () => send(Buffer.alloc(0)),
    // A token that may write is told that there is nothing to write.
    isReady: (answer) => codeOf(answer) === NO_DATA || codeOf(answer) === SUCCESS,
  }
}

function encode(
  record: FeedRecord,
  batch: SinkBatch,
  { index, sourcetype = `okta:${batch.input}` }: HttpSettings,
): Buffer {
  const head = JSON.stringify({
    time: timeOf(record, batch),
    host: batch.org,
    source: `postern:${batch.feed.name}`,
    sourcetype,
    ...(index === undefined ? {} : { index }),
    fields: fieldsOf(record),
  })
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"event":`), record.line, END])
}

/** Seconds since the epoch, with milliseconds behind the point. */
function timeOf(record: FeedRecord, { readAt }: SinkBatch): number {
  const published = record.op === 'event' ? Date.parse(publishedOf(record.line) ?? '') : Number.NaN
  const timeMs = Number.isNaN(published) ? (record.observedAt ?? readAt).getTime() : published
  return timeMs / 1_000
}

/** Indexed fields: texts only. */
function fieldsOf({ op, kind, id, version }: FeedRecord): Record<string, string> {
  return op === 'event' ? { uuid: id } : { id, kind, op, version: String(version) }
}

function requireSuccess(answer: HttpAnswer): void {
  const code = codeOf(answer)
  if (code === SUCCESS) return
  throw new SinkError(
    'sink_rejected',
    code === undefined
      ? 'What answered is not a collector: it gave no code.'
      : `The collector answered ${answer.status} with code ${code}: ${textOf(answer)}.`,
    {
      remedy: 'Check the URL: it leads to the HTTP Event Collector, whose port is 8088 by default.',
    },
  )
}

function codeOf(answer: HttpAnswer): number | undefined {
  const code = jsonOf(answer)?.['code']
  return typeof code === 'number' ? code : undefined
}

function textOf(answer: HttpAnswer): string {
  const text = jsonOf(answer)?.['text']
  return showHostile(typeof text === 'string' ? text : '', { maxCharacters: 100 })
}
