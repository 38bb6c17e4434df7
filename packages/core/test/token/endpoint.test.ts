import type { Cure, TokenError, TokenStep } from '@postern/core'
import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer, ScriptedRequest } from '../../../../test/scripted-server.ts'
import { tokenAnswer } from '../../../../test/scripted-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { tokenScenario } from '../../../../test/token-source.ts'

const MINUTE = 60_000

function refusal(error: string, error_description: string, headers = {}): ScriptedAnswer {
  const status = error === 'invalid_client' ? 401 : 400
  return { status, body: { error, error_description }, headers }
}

const dpopMissing = refusal('invalid_dpop_proof', 'The DPoP proof JWT header is missing.')
const nonceAsked = (nonce?: string) =>
  refusal(
    'use_dpop_nonce',
    'Authorization server requires nonce in DPoP proof.',
    nonce === undefined ? {} : { 'dpop-nonce': nonce },
  )
const dpopToken = tokenAnswer({ token_type: 'DPoP' })

function jtisOf(requests: readonly ScriptedRequest[], part: 'assertion' | 'proof'): unknown[] {
  return requests.map((request) => request[part]?.claims['jti'])
}

function curesOf(steps: readonly TokenStep[]): (Cure | undefined)[] {
  return steps.flatMap((step) => (step.step === 'refused' ? [step.cure] : []))
}

/** Answers as Okta does to an app that requires DPoP. */
function oktaWithDpop({ proof }: ScriptedRequest): ScriptedAnswer {
  if (proof === undefined) return dpopMissing
  return proof.claims['nonce'] === 'nonce-1'
    ? { ...dpopToken, headers: { 'dpop-nonce': 'nonce-1' } }
    : nonceAsked('nonce-1')
}

describe('DPoP', () => {
  test('is switched on when the app requires it, and then remembered (mission 2.8)', async () => {
    const { source, server, steps, clock } = await tokenScenario(oktaWithDpop)
    expect(await source.token()).toMatchObject({ type: 'DPoP' })
    expect(curesOf(steps)).toEqual(['switch-dpop-on', 'use-nonce'])
    expect(server.requests.length).toBe(3)
    clock.advance(61 * MINUTE)
    expect(await source.token()).toMatchObject({ type: 'DPoP' })
    // One round trip now: the proof and the nonce are known.
    expect(server.requests.length).toBe(4)
  })

  test('every attempt has an assertion and a proof of its own', async () => {
    const { source, server } = await tokenScenario(oktaWithDpop)
    await source.token()
    const [first, ...withProof] = server.requests
    expect(first?.proof).toBeUndefined()
    expect(new Set(jtisOf(server.requests, 'assertion')).size).toBe(3)
    expect(new Set(jtisOf(withProof, 'proof')).size).toBe(2)
  })

  test('an app known to require it gets a proof with the first request', async () => {
    const { source, server } = await tokenScenario(oktaWithDpop, { dpopRequired: true })
    await source.token()
    expect(server.requests.map(({ proof }) => proof?.claims['nonce'])).toEqual([
      undefined,
      'nonce-1',
    ])
  })

  test('a nonce that was changed meanwhile costs one more attempt', async () => {
    let nonce = 'nonce-1'
    const { source, server, clock } = await tokenScenario(
      ({ proof }) => (proof?.claims['nonce'] === nonce ? dpopToken : nonceAsked(nonce)),
      { dpopRequired: true },
    )
    await source.token()
    nonce = 'nonce-2'
    clock.advance(61 * MINUTE)
    await source.token()
    expect(server.requests.map(({ proof }) => proof?.claims['nonce'])).toEqual([
      undefined,
      'nonce-1',
      'nonce-1',
      'nonce-2',
    ])
  })

  test('switched off by choice, a requirement is an error with its remedy', async () => {
    const { source, server } = await tokenScenario(oktaWithDpop, { dpopRequired: false })
    await expect(source.token()).rejects.toMatchObject({
      code: 'dpop_required',
      remedy: expect.stringContaining('Turn DPoP on'),
    })
    expect(server.requests.length).toBe(1)
  })

  test('a nonce asked for again after one was sent is a loop and ends', async () => {
    let number = 0
    const { source, server } = await tokenScenario(() => nonceAsked(`nonce-${++number}`), {
      dpopRequired: true,
    })
    const refused = await source.token().catch((thrown: unknown) => thrown)
    expect(refused).toMatchObject({ code: 'dpop_nonce_loop' })
    expect((refused as TokenError).cause).toMatchObject({ code: 'dpop_nonce_required' })
    expect(server.requests.length).toBe(2)
  })

  test('the same nonce asked for again is not sent again', async () => {
    let accepted = 'nonce-1'
    const { source, server, clock } = await tokenScenario(
      ({ proof }) => (proof?.claims['nonce'] === accepted ? dpopToken : nonceAsked('nonce-1')),
      { dpopRequired: true },
    )
    await source.token()
    accepted = 'a nonce that is never given'
    clock.advance(61 * MINUTE)
    await expect(source.token()).rejects.toMatchObject({ code: 'dpop_nonce_loop' })
    expect(server.requests.length).toBe(3)
  })

  test('a nonce asked for without giving one is not asked after', async () => {
    const { source, server } = await tokenScenario(() => nonceAsked(), { dpopRequired: true })
    await expect(source.token()).rejects.toMatchObject({ code: 'dpop_nonce_required' })
    expect(server.requests.length).toBe(1)
  })

  test('a Bearer token is not taken for a bound one, nor a bound one for a Bearer token', async () => {
    const bearer = await tokenScenario(() => tokenAnswer(), { dpopRequired: true })
    await expect(bearer.source.token()).rejects.toMatchObject({ code: 'token_type_mismatch' })
    expect(bearer.server.requests.length).toBe(1)
    const bound = await tokenScenario(() => dpopToken)
    await expect(bound.source.token()).rejects.toMatchObject({ code: 'token_type_mismatch' })
  })

  test('a proof stripped on its way is told from an app that merely requires one', async () => {
    const { source, server } = await tokenScenario(() => dpopMissing, { dpopRequired: true })
    await expect(source.token()).rejects.toMatchObject({ code: 'dpop_required' })
    expect(server.requests.length).toBe(1)
  })
})

/** Judges times as Okta does, by its own clock, and sends it as `Date`. */
function oktaAt(orgNow: () => Date) {
  return ({ assertion, proof }: ScriptedRequest): ScriptedAnswer => {
    const now = Math.floor(orgNow().getTime() / 1_000)
    const headers = { date: orgNow().toUTCString() }
    const { iat, exp } = (assertion?.claims ?? {}) as { iat: number; exp: number }
    const invalid = (text: string) => refusal('invalid_client', text, headers)
    if (exp <= now) return invalid('The client_assertion token is expired.')
    if (exp > now + 3600) {
      return invalid('The client_assertion token has an expiration too far into the future.')
    }
    if (iat > now) {
      return invalid('The client_assertion token must be issued before the current time.')
    }
    const proofIat = proof?.claims['iat'] as number | undefined
    if (proofIat !== undefined && (proofIat > now || proofIat < now - 300)) {
      return refusal('invalid_dpop_proof', 'The DPoP proof JWT is issued in the future.', headers)
    }
    return { ...(proof ? dpopToken : tokenAnswer()), headers }
  }
}

describe('clocks', () => {
  test.each([-600, -120, 120, 600, 19_800])(
    'a machine whose clock is off by %i s recovers from the Date header, once and for good',
    async (offSeconds) => {
      const clock = new TestClock(new Date('2026-01-15T12:00:00.500Z'))
      const orgNow = () => new Date(clock.now().getTime() - offSeconds * 1_000)
      const { source, server } = await tokenScenario(oktaAt(orgNow), {}, { clock })
      await source.token()
      const first = server.requests.length
      expect(first).toBeLessThanOrEqual(2)
      clock.advance(61 * MINUTE)
      await source.token()
      expect(server.requests.length).toBe(first + 1)
      expect(new Set(jtisOf(server.requests, 'assertion')).size).toBe(first + 1)
      // `Date` has whole seconds.
      const errorMs = source.endpoint.orgClock.offsetMs + offSeconds * 1_000
      expect(Math.abs(errorMs)).toBeLessThan(1_000)
    },
  )

  test('DPoP proofs use the org’s time as well', async () => {
    const clock = new TestClock(new Date('2026-01-15T12:00:00Z'))
    const orgNow = () => new Date(clock.now().getTime() - 200_000)
    const { source, server } = await tokenScenario(
      oktaAt(orgNow),
      { dpopRequired: true, assertion: { lifetimeSeconds: 240 } },
      { clock },
    )
    await source.token()
    expect(server.requests.length).toBe(2)
  })

  test('a difference that no correction cures is named with its size', async () => {
    const clock = new TestClock(new Date('2026-01-15T12:00:00Z'))
    const date = new Date('2026-01-15T12:10:00Z').toUTCString()
    const { source, server } = await tokenScenario(
      () => refusal('invalid_client', 'The client_assertion token is expired.', { date }),
      {},
      { clock },
    )
    await expect(source.token()).rejects.toMatchObject({
      code: 'clock_skew',
      message: expect.stringContaining("clock is 600 s behind the org's"),
      details: { detail: '600 s', offsetSeconds: 600 },
      remedy: expect.stringContaining('NTP'),
    })
    expect(server.requests.length).toBe(2)
  })

  test('an expiry too far ahead shortens the next assertion, even without a Date header', async () => {
    const { source, server, clock } = await tokenScenario(
      ({ assertion }) => {
        const { iat, exp } = (assertion?.claims ?? {}) as { iat: number; exp: number }
        return exp - iat > 3_000
          ? refusal(
              'invalid_client',
              'The client_assertion token has an expiration too far into the future.',
            )
          : tokenAnswer()
      },
      { assertion: { lifetimeSeconds: 3600 } },
    )
    await source.token()
    expect(server.requests.length).toBe(2)
    clock.advance(61 * MINUTE)
    await source.token()
    expect(server.requests.length).toBe(3)
  })
})

describe('a failed attempt', () => {
  test.each<[string, ScriptedAnswer]>([
    ['a 500', { status: 500, body: {} }],
    ['a 500 in Okta’s own shape', { status: 500, body: { errorCode: 'E0000009' } }],
    ['a 503 with HTML', { status: 503, body: '<html>maintenance</html>' }],
    ['a connection cut before the answer', { cut: 'before' }],
    ['a connection cut in the answer', { ...tokenAnswer(), cut: 'during' }],
    [
      'a 429',
      {
        status: 429,
        body: {
          errorCode: 'E0000047',
          errorSummary: 'API call exceeded rate limit due to too many requests.',
        },
      },
    ],
    ['a temporarily_unavailable', refusal('temporarily_unavailable', 'overloaded')],
  ])('%s is tried again with a new assertion', async (_what, failure) => {
    let number = 0
    const { source, server, clock } = await tokenScenario(() =>
      number++ < 2 ? failure : tokenAnswer(),
    )
    await expect(source.token()).resolves.toMatchObject({ type: 'Bearer' })
    expect(server.requests.length).toBe(3)
    expect(new Set(jtisOf(server.requests, 'assertion')).size).toBe(3)
    expect(clock.waits.length).toBe(2)
  })

  test.each<[string, ScriptedAnswer, string]>([
    ['a 500', { status: 500, body: {} }, 'upstream_unavailable'],
    ['a cut connection', { cut: 'before' }, 'upstream_connection_lost'],
    ['a 429', { status: 429, body: {} }, 'rate_limited'],
  ])('%s that stays ends after four attempts', async (_what, failure, code) => {
    const { source, server } = await tokenScenario(() => failure)
    await expect(source.token()).rejects.toMatchObject({ code })
    expect(server.requests.length).toBe(4)
  })

  test('a 429 waits for the reset that Okta names, in Okta’s time', async () => {
    const clock = new TestClock(new Date('2026-01-15T12:00:00Z'))
    const orgSeconds = Date.parse('2026-01-15T12:10:00Z') / 1_000
    let number = 0
    const { source } = await tokenScenario(
      () =>
        number++ === 0
          ? {
              status: 429,
              body: { errorCode: 'E0000047' },
              headers: {
                date: new Date(orgSeconds * 1_000).toUTCString(),
                'x-rate-limit-reset': String(orgSeconds + 37),
              },
            }
          : tokenAnswer(),
      {},
      { clock },
    )
    await source.token()
    expect(clock.waits).toEqual([37_500])
  })

  test('a reset that is too far away is not waited for', async () => {
    const { source, server, clock } = await tokenScenario(() => ({
      status: 429,
      body: {},
      headers: { 'retry-after': '3600' },
    }))
    await expect(source.token()).rejects.toMatchObject({ code: 'rate_limited' })
    expect([server.requests.length, clock.waits]).toEqual([1, []])
  })

  test('an answer that never comes ends with upstream_timeout', async () => {
    const { source, server } = await tokenScenario(() => ({ hang: true }), {}, { timeoutMs: 50 })
    await expect(source.token()).rejects.toMatchObject({ code: 'upstream_timeout' })
    expect(server.requests.length).toBe(4)
  })

  test.each<[string, ScriptedAnswer, string]>([
    ['an unknown org’s page', { status: 404, body: '<!doctype html>' }, 'upstream_bad_response'],
    ['a sign-in page', { status: 200, body: '<!doctype html>' }, 'token_response_invalid'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://evil.example/' } },
      'upstream_redirect_refused',
    ],
    [
      'an answer without end',
      { status: 200, body: 'x'.repeat(70_000) },
      'upstream_response_too_large',
    ],
    ['JSON that is no OAuth answer', { status: 400, body: ['x'] }, 'upstream_bad_response'],
    ['a 204', { status: 204 }, 'upstream_bad_response'],
    [
      'a token without a type',
      { body: { access_token: 'a', expires_in: 1 } },
      'token_response_invalid',
    ],
    ['a type nobody knows', tokenAnswer({ token_type: 'mac' }), 'token_response_invalid'],
    ['an empty token', tokenAnswer({ access_token: '' }), 'token_response_invalid'],
    [
      'a token that is no header',
      tokenAnswer({ access_token: 'x'.repeat(16_385) }),
      'token_response_invalid',
    ],
    ['a token that is no text', tokenAnswer({ access_token: 7 }), 'token_response_invalid'],
    ['a life of nothing', tokenAnswer({ expires_in: 0 }), 'token_response_invalid'],
    ['a negative life', tokenAnswer({ expires_in: -1 }), 'token_response_invalid'],
    ['a life in words', tokenAnswer({ expires_in: '1h' }), 'token_response_invalid'],
    ['a scope that is no scope', tokenAnswer({ scope: 'a"b' }), 'token_response_invalid'],
  ])('%s is refused and not asked for again', async (_what, answer, code) => {
    const { source, server } = await tokenScenario(() => answer)
    await expect(source.token()).rejects.toMatchObject({ code })
    expect(server.requests.length).toBe(1)
  })

  test('nothing listening ends with upstream_connection_lost and names the reason', async () => {
    const { source, server } = await tokenScenario(() => tokenAnswer())
    await server.close()
    await expect(source.token()).rejects.toMatchObject({
      code: 'upstream_connection_lost',
      details: { reason: 'ECONNREFUSED' },
    })
  })
})
