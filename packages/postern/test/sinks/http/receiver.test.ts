import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer } from '../../../../../test/scripted-server.ts'
import { http } from '../../../src/sinks/http.ts'
import { batchOf, eventsOf } from '../batches.ts'
import { openHttpSink } from '../http-sink.ts'
import { signingSecret } from '../receivers.ts'

const batch = batchOf(1, eventsOf('e1', 'e2'))

describe('an HTTP sink', () => {
  test.each<readonly [string, ScriptedAnswer, string, Readonly<Record<string, unknown>>]>([
    ['500', { status: 500 }, 'sink_unreachable', { status: 500 }],
    ['408', { status: 408 }, 'sink_unreachable', { status: 408 }],
    ['425', { status: 425 }, 'sink_unreachable', { status: 425 }],
    [
      'a 503 with a time',
      { status: 503, headers: { 'retry-after': '7' } },
      'sink_unreachable',
      { status: 503, retryAfterMs: 7_000 },
    ],
    [
      '429',
      { status: 429, headers: { 'retry-after': '120' } },
      'sink_rate_limited',
      { status: 429, retryAfterMs: 120_000 },
    ],
    [
      'a 429 with a date',
      {
        status: 429,
        headers: {
          date: 'Mon, 30 Nov 2026 04:00:00 GMT',
          'retry-after': 'Mon, 30 Nov 2026 04:00:30 GMT',
        },
      },
      'sink_rate_limited',
      { status: 429, retryAfterMs: 30_000 },
    ],
    [
      'a 429 without end',
      { status: 429, headers: { 'retry-after': '99999999' } },
      'sink_rate_limited',
      { status: 429, retryAfterMs: 3_600_000 },
    ],
    ['401', { status: 401 }, 'sink_unauthorized', { status: 401 }],
    ['403', { status: 403 }, 'sink_unauthorized', { status: 403 }],
    ['404', { status: 404 }, 'sink_rejected', { status: 404 }],
    [
      'a redirect',
      { status: 307, headers: { location: 'http://127.0.0.1/' } },
      'sink_unreachable',
      { reason: 'outbound_redirect_refused' },
    ],
    [
      'a cut before the answer',
      { cut: 'before' },
      'sink_unreachable',
      { reason: 'UND_ERR_SOCKET' },
    ],
    [
      'a cut in the answer',
      { cut: 'during', body: 'x'.repeat(50) },
      'sink_unreachable',
      { reason: 'UND_ERR_SOCKET' },
    ],
  ])('keeps a batch that is answered with %s, and says why', async (_, answer, code, details) => {
    const { sink } = await openHttpSink(() => answer)

    await expect(sink.write(batch, {})).rejects.toMatchObject({ code, details })
  })

  test('gives up a receiver that is too slow', async () => {
    const { sink } = await openHttpSink(() => ({ hang: true }), { timeoutMs: 100 })

    await expect(sink.write(batch, {})).rejects.toMatchObject({ code: 'sink_unreachable' })
  })

  test('stops with the reason of whoever stops it', async () => {
    const stopping = new AbortController()
    const { sink } = await openHttpSink(() => {
      stopping.abort(new Error('stopped'))
      return { hang: true }
    })

    await expect(sink.write(batch, { signal: stopping.signal })).rejects.toThrow('stopped')
  })

  test('goes on where it was once the receiver takes records again', async () => {
    const { sink, receiver } = await openHttpSink((_, number) => ({
      status: number === 0 ? 500 : 200,
    }))

    await expect(sink.write(batch, {})).rejects.toMatchObject({ code: 'sink_unreachable' })
    await expect(sink.write(batch, {})).resolves.toMatchObject({ rejected: [] })
    expect(receiver.requests[0]?.body).toEqual(receiver.requests[1]?.body)
  })

  test('says nothing of its secrets when it is refused', async () => {
    const secrets = { signingSecret, token: 'CANARY-TOKEN' }
    const { sink } = await openHttpSink(() => ({ status: 401, body: 'CANARY-TOKEN' }), {}, secrets)

    const refusal: unknown = await sink.write(batch, {}).catch((error: unknown) => error)

    expect(JSON.stringify(refusal)).toContain('sink_unauthorized')
    expect(JSON.stringify(refusal)).not.toContain('CANARY-TOKEN')
  })

  test.each([
    ['as a bearer token', {}, { token: 't1' }, { authorization: 'Bearer t1' }],
    [
      'in a header of its own',
      { tokenHeader: 'X-Api-Key' },
      { token: 't1' },
      { 'x-api-key': 't1' },
    ],
    [
      'in Authorization, alone',
      { tokenHeader: 'Authorization' },
      { token: 't1' },
      { authorization: 't1' },
    ],
    ['in a cookie', { tokenHeader: 'Cookie' }, { token: 's=t1' }, { cookie: 's=t1' }],
    [
      'as user name and password',
      { username: 'u' },
      { password: 'p' },
      { authorization: 'Basic dTpw' },
    ],
  ])(
    'proves itself %s, beside the headers of its settings',
    async (_, settings, secrets, headers) => {
      const all = { ...settings, headers: { 'X-Team': 'soc' } }
      const { sink, receiver } = await openHttpSink(() => ({}), all, { signingSecret, ...secrets })

      await sink.write(batch, {})

      expect(receiver.requests[0]?.headers).toMatchObject({ ...headers, 'x-team': 'soc' })
    },
  )

  test.each([['a user name alone', { username: 'u' }, 'sink_settings_invalid']])(
    'is not opened with %s',
    async (_, settings, code) => {
      await expect(openHttpSink(() => ({}), settings)).rejects.toMatchObject({ code })
    },
  )

  test.each([{}, { tokenHeader: 'authorization' }])(
    'is not opened with a user name beside a token that would go into the same header, %j',
    async (settings) => {
      const secrets = { signingSecret, token: 't1', password: 'p' }
      await expect(
        openHttpSink(() => ({}), { ...settings, username: 'u' }, secrets),
      ).rejects.toMatchObject({ code: 'sink_settings_invalid' })
    },
  )

  test('has a user name beside a token in a header of its own', async () => {
    const secrets = { signingSecret, token: 't1', password: 'p' }
    const settings = { username: 'u', tokenHeader: 'X-Api-Key' }
    const { sink, receiver } = await openHttpSink(() => ({}), settings, secrets)

    await sink.write(batch, {})

    const sent = receiver.requests[0]?.headers
    expect(sent).toMatchObject({ authorization: 'Basic dTpw', 'x-api-key': 't1' })
  })

  test('sends nothing into a private network', async () => {
    const { sink, receiver } = await openHttpSink(() => ({}), { url: 'https://10.0.0.1/in' })

    await expect(sink.write(batch, {})).rejects.toMatchObject({
      code: 'sink_unreachable',
      details: { reason: 'outbound_url_private' },
    })
    expect(receiver.requests).toEqual([])
  })

  test('is not ready where a trial is refused', async () => {
    const { context } = await openHttpSink(() => ({ status: 400 }))

    await expect(http.check(context)).rejects.toMatchObject({ code: 'sink_rejected' })
  })
})
