/** @module A collector and a cluster that fall ill: they are busy for some records, refuse some, and lose some. */

import {
  type ScriptedAnswer,
  type ScriptedRequest,
  startScriptedServer,
} from '../../../../test/scripted-server.ts'
import {
  elasticsearchReceiver,
  type RecordReceiver,
  receiverToken,
  splunkReceiver,
} from '../sinks/receivers.ts'
import { heldEvent } from './checker.ts'
import type { ProvenSink } from './held.ts'
import { everySecond } from './receiver.ts'

/** Opens a sink that is reached over a way of its own. */
type OpenOver = (
  to: string,
  make: (url: string, settings: object) => Promise<ProvenSink>,
) => Promise<ProvenSink>

/** A sink of Splunk's collector. */
export async function openCollectorSink(number: number, openOver: OpenOver): Promise<ProvenSink> {
  const { taken, script } = splunkReceiver()
  const server = await startScriptedServer(script)
  const name = `splunk-${number}`
  return openOver(server.orgUrl, async (url, settings) => ({
    name,
    mayRepeat: true,
    members: {
      name,
      kind: 'http',
      settings: { ...settings, url, format: 'splunk-hec' },
      secrets: { token: receiverToken },
    },
    read: async () => taken.map((line) => heldEvent(line.toString())),
    lose: async () => void taken.splice(0, taken.length, ...everySecond(taken)),
    close: server.close,
  }))
}

/** A sink of an Elasticsearch index. */
export async function openBulkSink(number: number, openOver: OpenOver): Promise<ProvenSink> {
  const { documents, script } = elasticsearchReceiver()
  let refusals: { readonly status: number; requests: number } = { status: 0, requests: 0 }
  const server = await startScriptedServer((request) => {
    if (refusals.requests === 0 || request.body.length === 0) return script(request)
    refusals.requests--
    return takeSome(script, request, refusals.status)
  })
  const name = `elasticsearch-${number}`
  return openOver(server.orgUrl, async (url, settings) => ({
    name,
    mayRepeat: false,
    members: {
      name,
      kind: 'http',
      settings: { ...settings, url, format: 'elasticsearch', index: 'okta' },
      secrets: { token: receiverToken },
    },
    read: async () => [...documents].map(([id, { source }]) => ({ id, text: source.toString() })),
    ail: ({ kind, connections, status }) => {
      const busy = status >= 500 ? 503 : 429
      refusals = { status: kind === 'refuses-some' ? 400 : busy, requests: connections }
    },
    heal: async () => {
      refusals = { status: 0, requests: 0 }
    },
    lose: async () => {
      for (const id of everySecond([...documents.keys()])) documents.delete(id)
    },
    close: server.close,
  }))
}

/** Takes two of three records of a bulk request, and answers each with an item. */
function takeSome(
  script: RecordReceiver['script'],
  request: ScriptedRequest,
  status: number,
): ScriptedAnswer {
  const lines = request.body.toString('latin1').split('\n').slice(0, -1)
  const pairs = lines.flatMap((line, index) =>
    index % 2 === 0 ? [`${line}\n${lines[index + 1]}\n`] : [],
  )
  const isRefused = (place: number) => place % 3 === 1
  const taken = pairs.filter((_, place) => !isRefused(place)).join('')
  const answer = script({ ...request, body: Buffer.from(taken, 'latin1') })
  const { items = [] } = answer.body as { readonly items?: readonly object[] }
  let next = 0
  const type = status === 400 ? 'document_parsing_exception' : 'es_rejected_execution_exception'
  const all = pairs.map((_, place) =>
    isRefused(place)
      ? { create: { status, error: { type } } }
      : (items[next++] ?? { create: { status: 201 } }),
  )
  return { body: { errors: all.length > 0, items: all } }
}
