/** @module Receivers for tests: each takes records over HTTP in its format, as the real one documents it, and keeps what it took. */

import { readRecords } from '@postern/core'
import { Webhook } from 'standardwebhooks'
import type { ScriptedAnswer, ScriptedRequest } from '../../../../test/scripted-server.ts'

/** A receiver's answers, and the spooled lines that it took, in order. */
export interface RecordReceiver {
  readonly taken: Buffer[]
  readonly script: (request: ScriptedRequest) => ScriptedAnswer
}

/** The signing secret of every webhook here. */
export const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** The token of every collector and cluster here. */
export const receiverToken = 'TEST-TOKEN'

/** A webhook: verifies with the public library, and refuses what is no JSON. */
export function webhookReceiver(): RecordReceiver {
  const taken: Buffer[] = []
  return {
    taken,
    script: ({ body, headers }) => {
      if (!isJson(body)) return { status: 400 }
      const named = Object.entries(headers).map(([name, value]) => [name, String(value)])
      new Webhook(signingSecret).verify(body, Object.fromEntries(named))
      const start = body.indexOf('"records":[') + '"records":'.length
      const records = readRecords(Uint8Array.from(body.subarray(start, -1)))
      taken.push(...records.map((record) => Buffer.from(record)))
      return { status: 204 }
    },
  }
}

/** Splunk's collector. @see Splunk, "Troubleshoot HTTP Event Collector" - its answers */
export function splunkReceiver(): RecordReceiver {
  const taken: Buffer[] = []
  return {
    taken,
    script: ({ body, headers, path }) => {
      if (path !== '/services/collector/event') return { status: 404 }
      if (headers.authorization !== `Splunk ${receiverToken}`) {
        return { status: 403, body: { text: 'Invalid token', code: 4 } }
      }
      const lines = linesOf(body)
      if (lines.length === 0) return { status: 400, body: { text: 'No data', code: 5 } }
      const wrong = lines.findIndex((line) => !isJson(line))
      if (wrong >= 0) {
        const text = 'Invalid data format'
        return { status: 400, body: { text, code: 6, 'invalid-event-number': wrong } }
      }
      const start = (line: Buffer) => line.indexOf(',"event":') + ',"event":'.length
      taken.push(...lines.map((line) => line.subarray(start(line), -1)))
      return { body: { text: 'Success', code: 0 } }
    },
  }
}

/** An Elasticsearch index. @see Elasticsearch, "Bulk API" - an item for each operation; 409 for a conflict of versions */
export function elasticsearchReceiver(): RecordReceiver & {
  readonly documents: Map<string, { readonly version: number; readonly source: Buffer }>
} {
  const taken: Buffer[] = []
  const documents = new Map<string, { version: number; source: Buffer }>()
  const doOne = (line: Buffer, source: Buffer) => {
    const [[operation = '', { _id: id, version = 1, version_type: type }] = ['', { _id: '' }]] =
      Object.entries<{
        readonly _id: string
        readonly version?: number
        readonly version_type?: 'external' | 'external_gte'
      }>(JSON.parse(line.toString('utf8')))
    taken.push(operation === 'delete' ? deletion(id) : source)
    const before = documents.get(id)
    const isOlder = before !== undefined && before.version > version
    const isSame = before?.version === version && type !== 'external_gte'
    const conflict = operation === 'create' ? before !== undefined : isOlder || isSame
    if (operation !== 'delete' && !isJson(source)) {
      taken.pop()
      const error = { type: 'document_parsing_exception', reason: 'failed to parse' }
      return { [operation]: { status: 400, error } }
    }
    if (conflict) {
      const error = { type: 'version_conflict_engine_exception', reason: `[${id}]: conflict` }
      return { [operation]: { status: 409, error } }
    }
    documents.set(id, { version, source })
    return { [operation]: { status: before === undefined ? 201 : 200 } }
  }
  return {
    taken,
    documents,
    script: ({ body, headers, path }) => {
      if (!path.startsWith('/okta/_bulk?')) return { status: 404 }
      if (headers.authorization !== `ApiKey ${receiverToken}`) return { status: 401 }
      const lines = linesOf(body)
      if (lines.length === 0) return { status: 400, body: { error: { type: 'parse_exception' } } }
      const items: object[] = []
      for (let index = 0; index < lines.length; index++) {
        const line = lines[index] ?? Buffer.alloc(0)
        items.push(doOne(line, line.includes('{"delete":') ? line : (lines[++index] ?? line)))
      }
      const errors = items.some((item) => JSON.stringify(item).includes('"error"'))
      return { body: errors ? { errors, items } : { errors } }
    },
  }
}

function deletion(id: string): Buffer {
  const [kind = '', ...rest] = id.split(':')
  return Buffer.from(JSON.stringify({ op: 'delete', kind, id: rest.join(':') }))
}

function linesOf(body: Buffer): readonly Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf(0x0a, start)
    lines.push(body.subarray(start, end))
    start = end + 1
  }
  return lines
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}
