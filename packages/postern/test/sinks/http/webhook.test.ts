import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import type { ScriptedRequest } from '../../../../../test/scripted-server.ts'
import { http } from '../../../src/sinks/http.ts'
import type { Written } from '../../../src/sinks/sink.ts'
import { batchOf, changeOf, eventOf, eventsOf, hostileEvents } from '../batches.ts'
import { openHttpSink } from '../http-sink.ts'
import { signingSecret } from '../receivers.ts'

const events = (count: number) =>
  eventsOf(...Array.from({ length: count }, (_, index) => `e${index + 1}`))

/** What the public library makes of a request; throws where it would refuse it. */
function verified(request: ScriptedRequest | undefined, secret = signingSecret): unknown {
  const headers = Object.entries(request?.headers ?? {}).map(([name, value]) => [
    name,
    String(value),
  ])
  return new Webhook(secret).verify(request?.body ?? Buffer.alloc(0), Object.fromEntries(headers))
}

describe('a webhook', () => {
  test('is sent a batch as one document that the public Standard Webhooks library verifies', async () => {
    const { sink, receiver } = await openHttpSink(() => ({}))
    const batch = batchOf(1, [
      eventOf('{"uuid":"e1","n":1.10}'),
      changeOf({ op: 'upsert', kind: 'user', id: '00u1', version: 3, hash: 'h3' }, '{"id":"00u1"}'),
    ])

    await expect(sink.write(batch, {})).resolves.toMatchObject({ rejected: [] })

    const [request] = receiver.requests
    expect(verified(request)).toEqual({
      type: 'feed.records',
      feed: 'acme-log',
      connection: 'acme',
      org: 'acme.okta.com',
      input: 'system-log',
      seq: 1,
      batchId: batch.id,
      readAt: '2026-03-01T12:00:00.000Z',
      replay: false,
      records: [
        { uuid: 'e1', n: 1.1 },
        {
          op: 'upsert',
          kind: 'user',
          id: '00u1',
          version: 3,
          hash: 'h3',
          observedAt: '2026-03-01T12:00:00.000Z',
          record: { id: '00u1' },
        },
      ],
    })
    expect(request?.body.toString('utf8')).toContain('"n":1.10}')
    expect(request?.headers).toMatchObject({
      'webhook-id': batch.id,
      'idempotency-key': batch.id,
      'content-type': 'application/json',
    })
  })

  test('gets every hostile record byte for byte, and none of them gets out of its place', async () => {
    const { sink, receiver } = await openHttpSink(() => ({}))

    await sink.write(batchOf(1, hostileEvents), {})

    const lines = hostileEvents.map(({ line }) => Buffer.from(line).toString('utf8'))
    const body = receiver.requests[0]?.body.toString('utf8') ?? ''
    expect(body.endsWith(`"records":[${lines.join(',')}]}`)).toBe(true)
    expect(verified(receiver.requests[0])).toHaveProperty('records.length', hostileEvents.length)
  })

  test('is signed with both keys while its key is rotated', async () => {
    const next = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    const secrets = { signingSecret: next, previousSigningSecret: signingSecret }
    const { sink, receiver } = await openHttpSink(() => ({}), {}, secrets)

    await sink.write(batchOf(1, events(1)), {})

    const [request] = receiver.requests
    expect(verified(request, next)).toEqual(verified(request, signingSecret))
    expect(() => verified(request, `whsec_${Buffer.alloc(32, 1).toString('base64')}`)).toThrow()
  })

  test('gets a large batch in parts whose ids and bytes are the same when they are sent again', async () => {
    const { sink, receiver } = await openHttpSink(
      (_, number) => ({ status: number === 2 ? 500 : 200 }),
      {
        maxRecords: 2,
      },
    )
    const batch = batchOf(1, events(5))

    await expect(sink.write(batch, {})).rejects.toMatchObject({ code: 'sink_unreachable' })
    await sink.write(batch, {})

    const sent = receiver.requests.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)
    expect(sent.slice(0, 3)).toEqual(sent.slice(3))
    expect(receiver.requests.slice(3).map(({ headers }) => headers['webhook-id'])).toEqual([
      `${batch.id}-0-1`,
      `${batch.id}-2-3`,
      `${batch.id}-4-4`,
    ])
    expect(verified(receiver.requests[5])).toMatchObject({
      part: { first: 4, last: 4, of: 5 },
      records: [{ uuid: 'e5' }],
    })
  })

  test('that finds requests too large gets smaller ones, down to the record that never fits', async () => {
    const { sink, receiver } = await openHttpSink(({ body }) => ({
      status: body.includes('"huge"') ? 413 : 200,
    }))
    const records = eventsOf('e1', 'e2', 'e3', 'huge', 'e5')

    await expect(sink.write(batchOf(1, records), {})).resolves.toMatchObject({
      rejected: [
        {
          index: 3,
          code: 'sink_record_too_large',
          reason: 'The receiver answered 413 to the record alone.',
        },
      ],
    })
    const taken = receiver.requests
      .map(verifiedUuids)
      .filter((uuids) => !uuids.includes('huge'))
      .flat()
    expect(taken).toEqual(['e1', 'e2', 'e3', 'e5'])
  })

  test.each([1, 3, 1_000])(
    'that never took a record and refuses all %s it is sent loses none to the dead letters',
    async (count) => {
      const { sink } = await openHttpSink(() => ({ status: 400 }))

      await expect(sink.write(batchOf(1, events(count)), {})).rejects.toMatchObject({
        code: 'sink_rejected',
      })
    },
  )

  test('that took records is refused itself at the tenth it refuses with none taken between, however few come at a time', async () => {
    const { context } = await openHttpSink(({ body }) => ({
      status: body.includes('"bad"') ? 400 : 200,
    }))
    let position: Written['position']
    let seq = 0
    // Each by a process of its own.
    const write = async (...ids: readonly string[]) => {
      const sink = await http.open(context)
      const batch = batchOf(++seq, eventsOf(...ids))
      const written = await sink.write(batch, { position })
      position = JSON.parse(JSON.stringify(written.position))
      return written.rejected?.length
    }

    expect(await write('e1')).toBe(0)
    for (let times = 0; times < 8; times++) expect(await write('bad')).toBe(1)
    expect(await write('bad', 'e2')).toBe(1)
    for (let times = 0; times < 3; times++) expect(await write('bad', 'bad', 'bad')).toBe(3)
    await expect(write('bad')).rejects.toMatchObject({ code: 'sink_rejected' })
    await expect(write('bad')).rejects.toMatchObject({ code: 'sink_rejected' })
    expect(await write('e3')).toBe(0)
    expect(await write('bad')).toBe(1)
  })

  test('that took the first part of a batch and refuses what follows loses none of it to the dead letters', async () => {
    const { sink } = await openHttpSink((_, number) => ({ status: number === 1 ? 200 : 400 }), {
      maxRecords: 250,
    })

    await expect(sink.write(batchOf(1, events(1_000)), {})).rejects.toMatchObject({
      code: 'sink_rejected',
    })
  })

  test('that refuses the first nine it is sent and takes the tenth is believed of the nine', async () => {
    const { sink } = await openHttpSink(({ body }) => ({
      status: body.includes('"bad"') ? 400 : 200,
    }))
    const records = eventsOf(...Array.from({ length: 9 }, () => 'bad'), 'e10')

    const { rejected } = await sink.write(batchOf(1, records), {})
    expect(rejected?.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('that refuses a dead letter again is not refused itself', async () => {
    const { sink } = await openHttpSink(() => ({ status: 400 }))

    await expect(sink.write(batchOf(1, events(1)), { isBeside: true })).resolves.toMatchObject({
      rejected: [{ index: 0 }],
    })
  })

  test('is tried with a signed document without records', async () => {
    const { context, receiver } = await openHttpSink(() => ({ status: 204 }))

    await http.check(context)

    expect(verified(receiver.requests[0])).toEqual({ type: 'sink.check', records: [] })
  })

  test.each([
    ['no secret', {}],
    ['one without its prefix', { signingSecret: Buffer.alloc(32).toString('base64') }],
    ['one that is too short', { signingSecret: `whsec_${Buffer.alloc(8).toString('base64')}` }],
    ['one that is not Base64', { signingSecret: `whsec_${'!'.repeat(44)}` }],
  ])('is not opened with %s', async (_, secrets) => {
    await expect(openHttpSink(() => ({}), {}, secrets)).rejects.toMatchObject({
      code: 'sink_settings_invalid',
    })
  })
})

function verifiedUuids(request: ScriptedRequest): readonly string[] {
  const { records } = verified(request) as { readonly records: readonly { uuid: string }[] }
  return records.map(({ uuid }) => uuid)
}
