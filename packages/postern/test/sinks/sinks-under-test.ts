/** @module Every kind of sink, each with a real other side. The next one is one entry: `describe.each(sinksUnderTest)`. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { memberReader, Secret } from '@postern/core'
import { sql } from 'kysely'
import { afterAll, inject } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { createOutboundTransport } from '../../src/http/outbound.ts'
import type { RecordKind } from '../../src/sinks/record.ts'
import type { SinkKind } from '../../src/sinks/sink.ts'
import { StreamSink } from '../../src/sinks/stdout.ts'
import { type Destination, destinationOf, type Held } from './destination.ts'
import { startPostgres } from './postgres-destination.ts'
import {
  elasticsearchReceiver,
  type RecordReceiver,
  receiverToken,
  signingSecret,
  splunkReceiver,
  webhookReceiver,
} from './receivers.ts'
import { accessKey, bucket, startStorage } from './storage.ts'

/** A kind of sink, and how a destination for it is made. */
export interface SinkUnderTest {
  readonly name: string
  readonly guarantee: SinkKind['guarantee']
  start(): Promise<Destination>
}

/** Every kind there is. */
export const sinksUnderTest: readonly SinkUnderTest[] = [
  { name: 'jsonl', guarantee: 'effectively-once', start: startFolder },
  { name: 'stdout', guarantee: 'at-least-once', start: startStream },
  { name: 'store', guarantee: 'effectively-once', start: startStore },
  { name: 'postgres', guarantee: 'effectively-once', start: startPostgres },
  { name: 'object-storage', guarantee: 'effectively-once', start: startBucket },
  {
    name: 'http as a webhook',
    guarantee: 'at-least-once',
    start: () => startReceiver(webhookReceiver(), 'webhook'),
  },
  {
    name: 'http to Splunk',
    guarantee: 'at-least-once',
    start: () => startReceiver(splunkReceiver(), 'splunk-hec'),
  },
  {
    name: 'http to Elasticsearch',
    guarantee: 'at-least-once',
    start: () => startReceiver(elasticsearchReceiver(), 'elasticsearch'),
  },
]

async function startFolder(): Promise<Destination> {
  const root = await mkdtemp(path.join(inject('runFolder'), 'jsonl-'))
  const folder = path.join(root, 'lines')
  const destination = destinationOf('jsonl', { settings: { path: folder } })
  const readAll = async () => {
    const found = await readdir(root, { recursive: true, withFileTypes: true })
    const files = found
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
    return Promise.all(
      files.toSorted().map(async (file) => ({ file, bytes: await readFile(file) })),
    )
  }
  return {
    ...destination,
    read: async () => heldOf(Buffer.concat((await readAll()).map(({ bytes }) => bytes))),
    dump: async () => {
      const names = await readdir(root, { recursive: true })
      const files = await readAll()
      return [...names.toSorted(), ...files.map(({ bytes }) => bytes.toString('hex'))].join('\n')
    },
    break: async () => {
      await rm(folder, { recursive: true, force: true })
      await writeFile(folder, 'a file in the place of the folder')
    },
    close: () => rm(root, { recursive: true, force: true }),
  }
}

async function startStream(): Promise<Destination> {
  const stream = new PassThrough()
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  return {
    open: async () => new StreamSink(stream),
    check: async () => new StreamSink(stream).requireOpen(),
    read: async () => heldOf(Buffer.concat(pieces)),
    dump: async () => Buffer.concat(pieces).toString('hex'),
    break: async () => void stream.destroy(),
    close: async () => void stream.destroy(),
  }
}

// One for the file: the sink's tables are emptied, and nothing else of it is used.
let kept: TestStore | undefined

afterAll(async () => {
  await kept?.close()
})

async function startStore(): Promise<Destination> {
  kept ??= await stores[0]?.open()
  if (kept === undefined) throw new Error('There is no kind of store.')
  const { store, dump } = kept
  await sql`truncate records.event, records.object, feed`.execute(store.db)
  // The sink looks up whose feed it is.
  for (const id of ['feed-0', 'feed-1', 'feed-2', 'feed-3', 'feed-4', 'feed-5', 'feed-6']) {
    await sql`insert into feed (id, name, connection_id, input, settings, timezone, missed, revision, created_at,
      updated_at) values (${id}, ${id}, 'connection-1', 'system-log', '{}', 'UTC', 'run', 1, now(), now())`.execute(
      store.db,
    )
  }
  let isBroken = false
  const rows = async (table: string, columns: string) => {
    const { rows: found } = await sql<Held & { readonly raw: string }>`
      select ${sql.raw(columns)}, raw::text as raw from ${sql.table(table)} order by ctid`.execute(
      store.db,
    )
    return found.map((row) => ({ ...row, raw: Buffer.from(row.raw).toString('latin1') }))
  }
  return {
    ...destinationOf('store', { settings: {}, store }),
    read: async () => [
      ...(await rows('records.event', "'event' as kind, uuid as id")),
      ...(await rows('records.object', 'kind, id')),
    ],
    dump,
    break: async () => {
      await sql`alter schema records rename to gone`.execute(store.db)
      isBroken = true
    },
    close: async () => {
      if (isBroken) await sql`alter schema gone rename to records`.execute(store.db)
    },
  }
}

async function startBucket(): Promise<Destination> {
  const storage = await startStorage()
  const settings = { bucket, region: 'us-east-1', endpoint: storage.url, pathStyle: true }
  const secrets = {
    accessKeyId: new Secret(accessKey.accessKeyId),
    secretAccessKey: new Secret(accessKey.secretAccessKey),
  }
  const transport = createOutboundTransport({ dev: true })
  return {
    ...destinationOf('object-storage', { settings, secrets, transport }),
    read: async () => {
      const objects = [...(await storage.read())].filter(([key]) => key.endsWith('.jsonl.gz'))
      return heldOf(Buffer.concat(objects.map(([, bytes]) => gunzipSync(bytes))))
    },
    dump: async () =>
      [...(await storage.read())]
        .map(([key, bytes]) => `${key} ${bytes.toString('hex')}`)
        .join('\n'),
    break: storage.close,
    close: storage.close,
  }
}

async function startReceiver(
  { taken, script }: RecordReceiver,
  format: string,
): Promise<Destination> {
  let isBroken = false
  const server = await startScriptedServer((request) =>
    isBroken ? { status: 503 } : script(request),
  )
  const settings = {
    url: server.orgUrl,
    format,
    ...(format === 'elasticsearch' ? { index: 'okta' } : {}),
  }
  const secrets: Readonly<Record<string, Secret>> =
    format === 'webhook'
      ? { signingSecret: new Secret(signingSecret) }
      : { token: new Secret(receiverToken) }
  const transport = createOutboundTransport({ dev: true })
  return {
    ...destinationOf('http', { settings, secrets, transport }),
    read: async () => heldOf(Buffer.concat(taken.flatMap((line) => [line, Buffer.from('\n')]))),
    dump: async () => Buffer.concat(taken).toString('hex'),
    break: async () => {
      isBroken = true
    },
    close: server.close,
  }
}

const uuidOf = memberReader('uuid')
const opOf = memberReader('op')
const kindOf = memberReader('kind')
const idOf = memberReader('id')

/** Reads JSON lines back: events, and changes of objects. */
function heldOf(lines: Buffer): readonly Held[] {
  const held: Held[] = []
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(0x0a, start)
    if (end < 0) throw new Error('The last line has no end.')
    held.push(heldOfLine(lines.subarray(start, end)))
    start = end + 1
  }
  return held
}

function heldOfLine(line: Buffer): Held {
  const op = opOf(line)
  if (op !== 'upsert' && op !== 'delete') {
    return { kind: 'event', id: uuidOf(line) ?? '', raw: line.toString('latin1') }
  }
  const kind = kindOf(line) as RecordKind
  const id = idOf(line) ?? ''
  if (op === 'delete') return { kind, id }
  const at = line.indexOf(',"record":') + ',"record":'.length
  return { kind, id, raw: line.toString('latin1', at, line.length - 1) }
}
