/** @module Records to Elasticsearch or OpenSearch: the bulk API. */

import { showHostile } from '@postern/core'
import type { FeedRecord } from '../record.ts'
import type { RejectedRecord } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import type {
  BatchPart,
  HttpAnswer,
  HttpFormat,
  HttpFormatContext,
  OpenHttpFormat,
} from './format.ts'
import { jsonOf, membersOf } from './json-answer.ts'

const NEWLINE = Buffer.from('\n')

// Whatever else an item has: a thousand of them are answered in a few kilobytes.
const WANTED = 'errors,items.*.status,items.*.error.type,items.*.error.reason'

/**
 * Events are created under their uuid: one that is there already is not written again. Objects are indexed or deleted under
 * their kind and id with the time at which they were seen so as the version: a late writer cannot undo what is newer, and a feed
 * that begins anew, or another one of the same org, is no late writer.
 *
 * @see Elasticsearch, "Bulk API" - NDJSON, and an item for each operation
 * @see Elasticsearch, "Index API", "External versioning"
 */
export const elasticsearch: HttpFormat = {
  maxBytes: 5_000_000,
  tokenScheme: 'ApiKey',
  open: (context) => openElasticsearch(context),
}

function openElasticsearch({ settings }: HttpFormatContext): OpenHttpFormat {
  const { index, pipeline } = settings
  if (index === undefined) {
    throw new SinkError('sink_settings_invalid', 'Elasticsearch needs an index, and none is set.', {
      remedy: 'Set index to the name of an index or a data stream.',
    })
  }
  const url = new URL(`/${index}/_bulk`, settings.url)
  url.searchParams.set('filter_path', WANTED)
  if (pipeline !== undefined) url.searchParams.set('pipeline', pipeline)
  const send = (body: Buffer<ArrayBuffer>) => ({
    url: url.href,
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  })
  return {
    encode,
    request: ({ pieces }) => send(Buffer.concat(pieces)),
    refusedIn,
    isAboutRecords: () => true,
    checkRequest: () => send(Buffer.alloc(0)),
    // An empty body is refused once whoever sends it is known.
    isReady: (answer) => jsonOf(answer) !== undefined,
  }
}

function encode(record: FeedRecord): Buffer {
  const { op, kind, id, observedAt, line } = record
  const target = { _id: op === 'event' ? id : `${kind}:${id}` }
  const versioned = { ...target, version: observedAt?.getTime(), version_type: 'external_gte' }
  switch (op) {
    case 'event':
      return Buffer.concat([action({ create: target }), line, NEWLINE])
    case 'upsert':
      return Buffer.concat([action({ index: versioned }), line, NEWLINE])
    case 'delete':
      return action({ delete: versioned })
  }
}

function action(operation: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(`${JSON.stringify(operation)}\n`)
}

function refusedIn(answer: HttpAnswer, { first, pieces }: BatchPart): readonly RejectedRecord[] {
  const members = jsonOf(answer)
  const errors = members?.['errors']
  if (errors === false) return []
  const items = members?.['items']
  if (errors !== true || !Array.isArray(items) || items.length !== pieces.length) {
    throw new SinkError('sink_rejected', 'What answered is not the bulk API of Elasticsearch.', {
      remedy: 'Check the URL: it is that of the server, without a path.',
    })
  }
  return items.flatMap((item: unknown, index) => judge(item, first + index))
}

/** What became of one record. An item has one member, named by its operation. */
function judge(item: unknown, index: number): readonly RejectedRecord[] {
  const [[operation, outcome] = ['', undefined]] = Object.entries(membersOf(item) ?? {})
  const { status, error } = membersOf(outcome) ?? {}
  if (typeof status !== 'number')
    return [{ index, code: 'sink_record_refused', reason: 'no status' }]
  // 409: the event is there already, or a newer version of the object is. 404: what is deleted is not there.
  if (status < 300 || status === 409 || (status === 404 && operation === 'delete')) return []
  const said = explain(error)
  if (status === 400 || status === 413) {
    return [{ index, code: 'sink_record_refused', reason: `${status} ${said}` }]
  }
  throw failedItem(status, said)
}

/** The item's failure is not the record's: the whole part is sent again. */
function failedItem(status: number, said: string): SinkError {
  const observed = `Elasticsearch answered ${status} for a record: ${said}.`
  if (status === 401 || (status === 403 && said.startsWith('security_exception'))) {
    return new SinkError('sink_unauthorized', observed, {
      remedy:
        'Give the API key the privilege create_doc, or index and delete for objects, on the index.',
      details: { status },
    })
  }
  if (status === 429) {
    return new SinkError('sink_rate_limited', observed, {
      remedy: 'Nothing needs to be done: the batch is sent again. Lower maxBytes where it goes on.',
      details: { status },
    })
  }
  if (status >= 500) {
    return new SinkError('sink_unreachable', observed, {
      remedy: 'Check the health of the cluster: GET _cluster/health.',
      details: { status },
    })
  }
  return new SinkError('sink_rejected', observed, {
    remedy: 'Check that the index exists, or may be created, and is not read-only.',
    details: { status },
  })
}

/** The type of an error, and the field it is about. The rest of its reason can hold what the record says. */
function explain(error: unknown): string {
  const { type, reason } = membersOf(error) ?? {}
  const field =
    typeof reason === 'string' ? /field \[([\w.@-]{1,100})\]/.exec(reason)?.[1] : undefined
  const name = showHostile(typeof type === 'string' ? type : 'unknown', { maxCharacters: 80 })
  return field === undefined ? name : `${name} at ${field}`
}
