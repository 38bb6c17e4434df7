import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { Secret } from '@postern/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startScriptedServer } from '../../../../../test/scripted-server.ts'
import { TestClock } from '../../../../../test/test-clock.ts'
import { createOutboundTransport } from '../../../src/http/outbound.ts'
import { openBucket } from '../../../src/sinks/object-storage/bucket.ts'
import { manifestName } from '../../../src/sinks/object-storage/manifest.ts'
import { objectStorageSettings } from '../../../src/sinks/object-storage/settings.ts'
import { objectStorage } from '../../../src/sinks/object-storage.ts'
import type { SinkBatch } from '../../../src/sinks/sink.ts'
import type { Store } from '../../../src/store/store.ts'
import { batchOf, eventsOf } from '../batches.ts'
import { accessKey, bucket, startStorage, type TestStorage } from '../storage.ts'

const folder = 'okta/acme.okta.com/acme-log/system-log/dt=2026-03-01'

/** What the sink is opened with, for a storage at this URL. */
function contextOf(endpoint: string, secrets: Readonly<Record<string, string>> = accessKey) {
  return {
    settings: objectStorageSettings.parse({
      bucket,
      region: 'us-east-1',
      endpoint,
      pathStyle: true,
    }),
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, text]) => [name, new Secret(text)]),
    ),
    sink: { id: 'sink-1', name: 'lake' },
    // This kind keeps nothing.
    store: undefined as unknown as Store,
    transport: createOutboundTransport({ dev: true }),
    clock: new TestClock(),
    dev: true,
  }
}

async function write(endpoint: string, ...batches: readonly SinkBatch[]): Promise<void> {
  const sink = await objectStorage.open(contextOf(endpoint))
  for (const batch of batches) await sink.write(batch, {})
  await sink.close()
}

describe('object storage', () => {
  let storage: TestStorage

  beforeEach(async () => {
    storage = await startStorage()
  })

  afterEach(async () => {
    await storage.close()
  })

  test('has an object for each batch, and a list from which a reader knows what is whole', async () => {
    const batch = batchOf(7, eventsOf('a', 'b'))
    await write(storage.url, batch)

    const objects = await storage.read()
    const key = `${folder}/000000000007-${batch.id.slice(0, 12)}.jsonl.gz`
    expect([...objects.keys()]).toEqual([key, `${folder}/_manifest-000000000001.json`])
    const lines = gunzipSync(objects.get(key) ?? '')
    expect(lines.toString('utf8')).toBe(
      batch.records.map(({ line }) => `${Buffer.from(line)}\n`).join(''),
    )
    const manifest = JSON.parse(
      objects.get(`${folder}/_manifest-000000000001.json`)?.toString('utf8') ?? '',
    )
    expect(manifest).toEqual({
      org: 'acme.okta.com',
      feed: 'acme-log',
      input: 'system-log',
      date: '2026-03-01',
      objects: [
        {
          key,
          seq: 7,
          records: 2,
          bytes: lines.length,
          sha256: createHash('sha256').update(lines).digest('hex'),
        },
      ],
    })
  })

  test('is the same to the byte when batches are written again, late and out of order', async () => {
    const batches = [1, 2, 3, 101].map((seq) => batchOf(seq, eventsOf(`a${seq}`)))
    await write(storage.url, ...batches)
    const before = await storage.read()

    await write(storage.url, ...batches.toReversed())
    await write(storage.url, ...batches.slice(0, 1))

    expect(await storage.read()).toEqual(before)
    const lists = [...before.keys()].filter((key) => key.includes('_manifest'))
    expect(lists).toEqual([1, 101].map((seq) => `${folder}/${manifestName(seq)}`))
    // Neither the time nor the machine is in it.
    const [first] = before.values()
    expect(first?.subarray(0, 10).toString('hex')).toMatch(/^1f8b080000000000..ff$/)
  })

  test('names in its list an object whose writer ended before the list was written', async () => {
    const [one, two] = [1, 2].map((seq) => batchOf(seq, eventsOf(`a${seq}`)))
    if (one === undefined || two === undefined) throw new Error('There are two batches.')
    const stopping = new AbortController()
    const context = contextOf(storage.url)
    const sink = await objectStorage.open({
      ...context,
      transport: async (request) => {
        if (request.url.includes('_manifest')) stopping.abort()
        return context.transport(request)
      },
    })
    await expect(sink.write(one, { signal: stopping.signal })).rejects.toThrow()
    expect([...(await storage.read()).keys()]).toHaveLength(1)

    await write(storage.url, one, two)

    const list = (await storage.read()).get(`${folder}/${manifestName(1)}`)?.toString('utf8') ?? ''
    expect(JSON.parse(list)).toHaveProperty('objects.length', 2)
  })

  test('is refused with what to do where the bucket is not there', async () => {
    const context = contextOf(storage.url)
    const elsewhere = { ...context, settings: { ...context.settings, bucket: 'nowhere' } }

    await expect(objectStorage.check(elsewhere)).rejects.toMatchObject({
      code: 'sink_rejected',
      details: { status: 404, name: 'NoSuchBucket' },
    })
  })

  test('is refused without a word of its key where that is another one', async () => {
    const context = contextOf(storage.url, {
      accessKeyId: 'CANARY-ID',
      secretAccessKey: 'CANARY-SECRET',
    })

    const refusal: unknown = await objectStorage.check(context).catch((error: unknown) => error)

    expect(refusal).toMatchObject({ code: 'sink_unauthorized', details: { status: 403 } })
    expect(JSON.stringify(refusal)).not.toMatch(/CANARY/)
  })
})

describe('the way to object storage', () => {
  test('a list that somebody else was faster to write is read again and joined', async () => {
    const other = { key: 'x', seq: 1, records: 1, bytes: 1, sha256: 'x' }
    const lists: string[] = []
    const conditions: unknown[] = []
    const server = await startScriptedServer(({ method, path, headers, body }) => {
      if (!path.includes('_manifest')) return {}
      if (method === 'GET') {
        return lists.length === 0
          ? { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }
          : { headers: { etag: '"theirs"' }, body: JSON.stringify({ objects: [other] }) }
      }
      lists.push(body.toString('utf8'))
      conditions.push(headers['if-none-match'] ?? headers['if-match'])
      return lists.length === 1
        ? { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' }
        : {}
    })

    await write(server.orgUrl, batchOf(1, eventsOf('a')))
    await server.close()

    expect(conditions).toEqual(['*', '"theirs"'])
    expect(JSON.parse(lists[1] ?? '')).toHaveProperty('objects.length', 2)
  })

  test.each([
    [503, 'SlowDown', 'sink_rate_limited'],
    [500, 'InternalError', 'sink_unreachable'],
    [400, 'ExpiredToken', 'sink_unauthorized'],
    [400, 'InvalidRequest', 'sink_rejected'],
  ])('an answer %s with %s is %s', async (status, name, code) => {
    const server = await startScriptedServer(() => ({
      status,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0"?><Error><Code>${name}</Code><Message>no</Message></Error>`,
    }))

    await expect(write(server.orgUrl, batchOf(1, eventsOf('a')))).rejects.toMatchObject({ code })
    await server.close()
  })

  test.each([
    ['is cut', { cut: 'before' }],
    ['never comes', { hang: true }],
    ['is a redirect', { status: 307, headers: { location: 'http://127.0.0.1:9/' } }],
  ] as const)('an answer that %s leaves the batch to be written again', async (_, answer) => {
    const server = await startScriptedServer(() => answer)
    const context = contextOf(server.orgUrl)
    const sink = await objectStorage.open({
      ...context,
      settings: { ...context.settings, timeoutMs: 200 },
    })

    await expect(sink.write(batchOf(1, eventsOf('a')), {})).rejects.toMatchObject({
      code: 'sink_unreachable',
    })
    await server.close()
  })

  test('the storage is not looked for in a private network', async () => {
    await expect(write('https://10.0.0.1/', batchOf(1, eventsOf('a')))).rejects.toMatchObject({
      code: 'sink_unreachable',
      details: { reason: 'outbound_url_private' },
    })
  })

  test('half an access key is refused', async () => {
    const context = contextOf('https://s3.acme.example', { accessKeyId: 'A' })

    await expect(objectStorage.open(context)).rejects.toMatchObject({
      code: 'sink_settings_invalid',
    })
  })

  test('a client that is not installed is named with the command that installs it', async () => {
    const absent = () => Promise.reject(new Error('ERR_MODULE_NOT_FOUND'))

    await expect(openBucket(contextOf('https://s3.acme.example'), absent)).rejects.toMatchObject({
      code: 'sink_client_missing',
      remedy: 'Install it beside Postern: npm install @aws-sdk/client-s3',
    })
  })
})
