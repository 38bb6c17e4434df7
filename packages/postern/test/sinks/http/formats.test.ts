import { describe, expect, test } from 'vitest'
import { http } from '../../../src/sinks/http.ts'
import { batchOf, changeOf, eventOf, eventsOf, hostileEvents } from '../batches.ts'
import { openHttpSink } from '../http-sink.ts'
import { elasticsearchReceiver, receiverToken, splunkReceiver } from '../receivers.ts'

const token = { token: receiverToken }

describe('Splunk', () => {
  const splunk = { format: 'splunk-hec' } as const

  test('is sent events with their own time, their host and what they are told apart by', async () => {
    const { sink, receiver } = await openHttpSink(
      splunkReceiver().script,
      { ...splunk, index: 'okta', sourcetype: 'OktaIM2:log' },
      token,
    )
    const deletion = changeOf({ op: 'delete', kind: 'user', id: '00u1', version: 4 })

    await sink.write(batchOf(1, [...eventsOf('a'), deletion]), {})

    const [request] = receiver.requests
    const sent = request?.body
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const common = {
      host: 'acme.okta.com',
      source: 'postern:acme-log',
      sourcetype: 'OktaIM2:log',
      index: 'okta',
    }
    expect(sent).toEqual([
      {
        ...common,
        time: Date.parse('2026-03-01T11:59:00Z') / 1_000,
        fields: { uuid: 'a' },
        event: {
          uuid: 'a',
          published: '2026-03-01T11:59:00.000Z',
          eventType: 'user.session.start',
        },
      },
      {
        ...common,
        time: Date.parse('2026-03-01T12:00:00Z') / 1_000,
        fields: { id: '00u1', kind: 'user', op: 'delete', version: '4' },
        event: JSON.parse(Buffer.from(deletion.line).toString('utf8')),
      },
    ])
  })

  test.each([
    ['an index that is not allowed', 400, 7, 'sink_rejected'],
    ['a queue that is full', 503, 9, 'sink_unreachable'],
    ['a token that is wrong', 403, 4, 'sink_unauthorized'],
    ['a success that is none', 200, 8, 'sink_rejected'],
  ])('keeps its batch for %s', async (_, status, code, expected) => {
    const body = { text: 'Something', code }
    const { sink } = await openHttpSink(() => ({ status, body }), splunk, token)

    await expect(sink.write(batchOf(1, eventsOf('a', 'b')), {})).rejects.toMatchObject({
      code: expected,
    })
  })

  test('is ready where the collector knows the token and finds nothing to take', async () => {
    const right = await openHttpSink(splunkReceiver().script, splunk, token)
    const wrong = await openHttpSink(splunkReceiver().script, splunk, { token: 'other' })

    await expect(http.check(right.context)).resolves.toBeUndefined()
    await expect(http.check(wrong.context)).rejects.toMatchObject({ code: 'sink_unauthorized' })
  })

  test('is not opened without a token', async () => {
    await expect(openHttpSink(() => ({}), splunk, {})).rejects.toMatchObject({
      code: 'sink_settings_invalid',
    })
  })
})

describe('Elasticsearch', () => {
  const elasticsearch = { format: 'elasticsearch', index: 'okta' } as const

  test('holds each event once, and no object that is older than what it has', async () => {
    const { documents, script } = elasticsearchReceiver()
    const { sink, receiver } = await openHttpSink(
      script,
      { ...elasticsearch, pipeline: 'times' },
      token,
    )
    const seenAt = Date.parse('2026-03-01T12:00:00Z')
    const user = (version: number, atMs: number) => {
      const change = { kind: 'user', id: '00u1', version, observedAt: new Date(atMs) } as const
      return changeOf({ op: 'upsert', ...change }, `{"v":${version}}`)
    }
    const batch = batchOf(2, [...eventsOf('a', 'b'), user(2, seenAt)])

    await sink.write(batch, {})
    await sink.write(batch, {})
    await expect(sink.write(batchOf(1, [user(1, seenAt - 1)]), {})).resolves.toMatchObject({
      rejected: [],
    })

    expect([...documents].map(([id, { version }]) => `${id} ${version}`)).toEqual([
      'a 1',
      'b 1',
      `user:00u1 ${seenAt}`,
    ])
    expect(receiver.requests[0]?.headers['content-type']).toBe('application/x-ndjson')
    expect(receiver.requests[0]?.path).toBe(
      '/okta/_bulk?filter_path=errors%2Citems.*.status%2Citems.*.error.type%2Citems.*.error.reason&pipeline=times',
    )
  })

  test('takes what a feed sends that was added again, and counts its changes from 1', async () => {
    const { documents, script } = elasticsearchReceiver()
    const { sink } = await openHttpSink(script, elasticsearch, token)
    const seenAt = Date.parse('2026-03-01T12:00:00Z')
    const change = (op: 'upsert' | 'delete', version: number, afterMs: number) => {
      const observedAt = new Date(seenAt + afterMs)
      const of = { op, kind: 'user', id: '00u1', version, observedAt } as const
      return changeOf(of, op === 'delete' ? undefined : `{"at":${afterMs}}`)
    }
    const sourceOf = () => documents.get('user:00u1')?.source.toString('utf8')
    await sink.write(batchOf(1, [change('upsert', 7, 0)]), {})
    await sink.write(batchOf(1, [change('upsert', 1, 60_000)]), {})
    expect(sourceOf()).toContain('{"at":60000}')
    await sink.write(batchOf(2, [change('delete', 2, 120_000)]), {})
    expect(sourceOf()).toContain('{"delete":')
  })

  test('takes hostile records as documents and never as operations', async () => {
    const { documents, script } = elasticsearchReceiver()
    const { sink } = await openHttpSink(script, elasticsearch, token)

    await sink.write(batchOf(1, hostileEvents), {})

    expect([...documents.keys()]).toEqual(hostileEvents.map(({ id }) => id))
  })

  test('names a record that its mapping refuses, by type and field, without what it says', async () => {
    const error = {
      type: 'document_parsing_exception',
      reason:
        "[1:2] failed to parse field [actor.id] of type [date]. Preview of field's value: 'CANARY'",
    }
    const items = [{ create: { status: 201 } }, { create: { status: 400, error } }]
    const { sink } = await openHttpSink(
      () => ({ body: { errors: true, items } }),
      elasticsearch,
      token,
    )

    await expect(sink.write(batchOf(1, eventsOf('a', 'b')), {})).resolves.toMatchObject({
      rejected: [
        {
          index: 1,
          code: 'sink_record_refused',
          reason: '400 document_parsing_exception at actor.id',
        },
      ],
    })
  })

  test.each([1, 20])(
    'keeps its batch, and says why, where all %s records are refused',
    async (count) => {
      const reason = 'failed to parse field [@timestamp]'
      const error = { type: 'document_parsing_exception', reason }
      const items = Array.from({ length: count }, () => ({ create: { status: 400, error } }))
      const { sink } = await openHttpSink(
        () => ({ body: { errors: true, items } }),
        elasticsearch,
        token,
      )
      const ids = items.map((_, index) => `e${index}`)

      await expect(sink.write(batchOf(1, eventsOf(...ids)), {})).rejects.toMatchObject({
        code: 'sink_rejected',
        message: expect.stringContaining('400 document_parsing_exception at @timestamp'),
      })
    },
  )

  test.each([
    [429, 'es_rejected_execution_exception', 'sink_rate_limited'],
    [503, 'unavailable_shards_exception', 'sink_unreachable'],
    [403, 'security_exception', 'sink_unauthorized'],
    [403, 'cluster_block_exception', 'sink_rejected'],
    [404, 'index_not_found_exception', 'sink_rejected'],
  ])('keeps its batch where a record is answered with %s %s', async (status, type, code) => {
    const items = [{ create: { status: 201 } }, { create: { status, error: { type } } }]
    const { sink } = await openHttpSink(
      () => ({ body: { errors: true, items } }),
      elasticsearch,
      token,
    )

    await expect(sink.write(batchOf(1, eventsOf('a', 'b')), {})).rejects.toMatchObject({ code })
  })

  test.each([
    ['no JSON', 'OK'],
    ['another API', { took: 1 }],
    ['fewer items than records', { errors: true, items: [] }],
  ])('keeps its batch where what answers gives %s', async (_, body) => {
    const { sink } = await openHttpSink(() => ({ body }), elasticsearch, token)

    await expect(sink.write(batchOf(1, [eventOf('{"uuid":"a"}')]), {})).rejects.toMatchObject({
      code: 'sink_rejected',
    })
  })

  test('is not opened without an index, nor with one that is a pattern or a path', async () => {
    const { index: _, ...without } = elasticsearch
    await expect(openHttpSink(() => ({}), without, token)).rejects.toMatchObject({
      code: 'sink_settings_invalid',
    })
    for (const index of ['*', 'a/b', '../x', 'a,b', '_all', '']) {
      await expect(openHttpSink(() => ({}), { ...without, index }, token)).rejects.toThrow()
    }
  })
})
