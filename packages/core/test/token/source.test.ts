import {
  fetchTransport,
  type OrgUrl,
  type Token,
  TokenSource,
  type TokenStep,
  type Transport,
} from '@postern/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tokenAnswer } from '../../../../test/scripted-server.ts'
import { tokenScenario } from '../../../../test/token-source.ts'

const MINUTE = 60_000
const down = { status: 503, body: {} }

function tokenText(token: Token): string {
  return token.accessToken.reveal()
}

describe('TokenSource', () => {
  test('100 parallel first calls make one token request', async () => {
    const { source, server } = await tokenScenario(() => tokenAnswer())
    const tokens = await Promise.all(Array.from({ length: 100 }, () => source.token()))
    expect(server.requests.length).toBe(1)
    expect(new Set(tokens.map(tokenText)).size).toBe(1)
  })

  test('has the token at hand that it keeps, and none before it got one', async () => {
    const { source, server } = await tokenScenario(() => tokenAnswer())
    expect(source.kept()).toBeUndefined()
    const token = await source.token()
    expect(source.kept()).toBe(token)
    expect(source.kept(['okta.groups.read'])).toBeUndefined()
    expect(server.requests.length).toBe(1)
  })

  test('100 parallel first calls share one refusal', async () => {
    const body = { error: 'invalid_client', error_description: 'The client JWKSet is invalid.' }
    const { source, server } = await tokenScenario(() => ({ status: 401, body }))
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => source.token()))
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true)
    expect(server.requests.length).toBe(1)
  })

  test('asks for few sets of scopes at a time, and for its own while they wait', async () => {
    const released = Promise.withResolvers<void>()
    let underWay = 0
    let most = 0
    const transport: Transport = async (request) => {
      if (String(request.body).includes('okta.users.read')) return fetchTransport(request)
      underWay++
      most = Math.max(most, underWay)
      await released.promise
      return fetchTransport(request).finally(() => underWay--)
    }
    const { source, server } = await tokenScenario(() => tokenAnswer(), {}, { transport })
    const sets = Array.from({ length: 10 }, (_, at) => [`okta.some${at}.read`])
    const tokens = sets.map((scopes) => source.token({ scopes }))
    const gone = new AbortController()
    const left = source.token({ scopes: ['okta.gone.read'], signal: gone.signal })
    gone.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    await source.token()
    expect(server.requests.length).toBe(1)
    released.resolve()
    await Promise.all(tokens)
    expect(most).toBe(4)
    expect(server.requests.length).toBe(11)
  })

  test('sends what Okta asks for and nothing else', async () => {
    const { source, server } = await tokenScenario(() => tokenAnswer())
    await source.token()
    const [request] = server.requests
    expect(request).toMatchObject({ method: 'POST', path: '/oauth2/v1/token' })
    expect(request?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': expect.stringContaining('application/x-www-form-urlencoded'),
    })
    expect(request?.headers['dpop']).toBeUndefined()
    expect(request?.headers['authorization']).toBeUndefined()
    expect(request?.form).toEqual({
      grant_type: 'client_credentials',
      scope: 'okta.users.read',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: expect.any(String),
    })
    expect(request?.assertion?.claims).toMatchObject({
      aud: `${server.orgUrl}/oauth2/v1/token`,
      iss: '0oaTEST0000000000Tst',
    })
  })

  test('the choices of a generic JWT connector reach the request (mission 4.6 to 4.14)', async () => {
    const { source, server } = await tokenScenario(() => tokenAnswer({ scope: 'custom' }), {
      authorizationServerId: 'aus123',
      scopes: ['custom'],
      assertionParameter: 'my_assertion',
      headers: { Accept: 'application/json', 'X-Tenant': 'acme' },
      assertion: {
        lifetimeSeconds: 3600,
        issuer: 'i',
        subject: 's',
        audience: 'issuer',
        additionalClaims: { tenant: 'acme' },
      },
    })
    await source.token()
    const [request] = server.requests
    expect(request?.path).toBe('/oauth2/aus123/v1/token')
    expect(request?.headers).toMatchObject({ accept: 'application/json', 'x-tenant': 'acme' })
    const claims = JSON.parse(
      Buffer.from(request?.form['my_assertion']?.split('.')[1] ?? '', 'base64url').toString(),
    )
    expect(claims).toMatchObject({
      iss: 'i',
      sub: 's',
      aud: `${server.orgUrl}/oauth2/aus123`,
      tenant: 'acme',
    })
  })

  test('no scope is refused before any network call (mission 0.12)', async () => {
    await expect(tokenScenario(() => tokenAnswer(), { scopes: [] })).rejects.toMatchObject({
      code: 'scope_empty',
    })
    const { source, server } = await tokenScenario(() => tokenAnswer())
    await expect(source.token({ scopes: [] })).rejects.toMatchObject({ code: 'scope_empty' })
    expect(server.requests.length).toBe(0)
  })

  test('each set of scopes has a token of its own, whatever the order', async () => {
    const { source, server } = await tokenScenario(({ form }) =>
      tokenAnswer({ scope: form['scope'] }),
    )
    const first = await source.token({ scopes: ['okta.users.read', 'okta.groups.read'] })
    const same = await source.token({ scopes: ['okta.groups.read', 'okta.users.read'] })
    const other = await source.token({ scopes: ['okta.groups.read'] })
    expect(same).toBe(first)
    expect(other).not.toBe(first)
    expect(server.requests.length).toBe(2)
  })

  test('a token is renewed before it ends, with no failed and no waiting call across three expiries', async () => {
    const { source, server, clock, steps } = await tokenScenario(() => tokenAnswer())
    const granted = () => steps.filter(({ step }) => step === 'granted').length
    const start = clock.now().getTime()
    const handedOut = new Set([await source.token()])
    let renewedAt = start
    while (clock.now().getTime() - start < 4 * 60 * MINUTE) {
      const renewals = granted()
      // Handed out at once, whether or not a renewal begins: before anything outside could answer.
      const token = await Promise.race([source.token(), nextTurn()])
      if (token === undefined) throw new Error('a call waited for a renewal')
      expect(token.expiresAt.getTime()).toBeGreaterThan(clock.now().getTime())
      handedOut.add(token)
      if (clock.now().getTime() - renewedAt >= 45 * MINUTE) {
        await expect.poll(granted).toBe(renewals + 1)
        renewedAt = clock.now().getTime()
      }
      clock.advance(30_000)
    }
    // Renewed at three quarters of every hour, and not more often.
    expect(handedOut.size).toBe(6)
    expect(server.requests.length).toBe(6)
  })

  test('a token endpoint that is down for ten minutes fails no call while the token lives', async () => {
    let isDown = false
    const { source, server, clock, steps } = await tokenScenario(() =>
      isDown ? down : tokenAnswer(),
    )
    const failures = () => steps.filter(({ step }) => step === 'renewal-failed')
    const first = await source.token()
    clock.advance(45 * MINUTE)
    isDown = true
    const downUntil = clock.monotonicMs() + 10 * MINUTE
    let renewalDueMs = clock.monotonicMs()
    while (clock.monotonicMs() < downUntil) {
      const failed = failures().length
      const isDue = clock.monotonicMs() >= renewalDueMs
      expect(await source.token()).toBe(first)
      if (isDue) {
        await expect.poll(() => failures().length, { timeout: 5_000 }).toBe(failed + 1)
        const last = failures().at(-1)
        renewalDueMs =
          clock.monotonicMs() + (last?.step === 'renewal-failed' ? last.retryAfterMs : 0)
      }
      clock.advance(5_000)
    }
    // No storm: pauses grow to a minute, so ten minutes see about fifteen renewals of four attempts.
    expect(failures().length).toBeGreaterThan(5)
    expect(failures().length).toBeLessThan(25)
    expect(server.requests.length).toBe(1 + 4 * failures().length)
    isDown = false
    await expect
      .poll(async () => {
        clock.advance(30_000)
        return (await source.token()) !== first
      })
      .toBe(true)
  })

  test('a token that ended while the endpoint is down gives the reason, and the next call tries again', async () => {
    let isDown = false
    const { source, clock } = await tokenScenario(() => (isDown ? down : tokenAnswer()))
    await source.token()
    clock.advance(61 * MINUTE)
    isDown = true
    await expect(source.token()).rejects.toMatchObject({ code: 'upstream_unavailable' })
    isDown = false
    await expect(source.token()).resolves.toMatchObject({ type: 'Bearer' })
  })

  test.each([-10, 10])(
    'a clock that is set by %i minutes hands out no dead token',
    async (minutes) => {
      const { source, server, clock } = await tokenScenario(() => tokenAnswer())
      const first = await source.token()
      clock.set(new Date(clock.now().getTime() + minutes * MINUTE))
      clock.advance(61 * MINUTE)
      expect(await source.token()).not.toBe(first)
      expect(server.requests.length).toBe(2)
    },
  )

  test('a machine that slept, whose clock alone knows it, hands out no dead token', async () => {
    const { source, clock } = await tokenScenario(() => tokenAnswer())
    const first = await source.token()
    // Suspended: the wall clock goes on, the monotonic one stands still.
    clock.set(new Date(clock.now().getTime() + 61 * MINUTE))
    expect(await source.token()).not.toBe(first)
  })

  test('a token is not handed out in its last seconds', async () => {
    const { source, clock } = await tokenScenario(() => tokenAnswer())
    const first = await source.token()
    clock.advance(60 * MINUTE - 5_000)
    expect(await source.token()).not.toBe(first)
  })

  test('a caller in a loop hears of a refusal from here, a little longer each time', async () => {
    const body = { error: 'invalid_client', error_description: 'The client JWKSet is invalid.' }
    const { source, server, clock } = await tokenScenario(() => ({ status: 401, body }))
    for (let second = 0; second < 120; second++) {
      await expect(source.token()).rejects.toMatchObject({ code: 'auth_invalid_client' })
      clock.advance(1_000)
    }
    // At 0, 1, 3, 7, 15, 31, 61 and 91 s.
    expect(server.requests.length).toBe(8)
  })

  test('an observer that fails fails nothing else', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    let isDown = false
    const seen: string[] = []
    const onStep = ({ step }: TokenStep) => {
      seen.push(step)
      throw new Error('observer')
    }
    const { source, clock } = await tokenScenario(
      () => (isDown ? down : tokenAnswer()),
      {},
      { onStep },
    )
    const first = await source.token()
    isDown = true
    clock.advance(46 * MINUTE)
    expect(await source.token()).toBe(first)
    await expect.poll(() => seen.includes('renewal-failed'), { timeout: 5_000 }).toBe(true)
    await nextTurn()
    expect(unhandled).toEqual([])
  })

  test('a failure that nobody waits for any more ends no process', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const { source, server } = await tokenScenario(() => ({ hang: true }))
    const controller = new AbortController()
    const aborted = source.token({ signal: controller.signal })
    await expect.poll(() => server.requests.length).toBe(1)
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    for (let turn = 0; turn < 10; turn++) await nextTurn()
    expect(unhandled).toEqual([])
  })

  test('a transport that does not look at the signal is not waited for longer', async () => {
    const { source } = await tokenScenario(
      () => tokenAnswer(),
      {},
      {
        transport: () => new Promise(() => undefined),
        timeoutMs: 20,
      },
    )
    await expect(source.token()).rejects.toMatchObject({ code: 'upstream_timeout' })
    const stream = () => new ReadableStream({ pull: () => new Promise(() => undefined) })
    const stuck = await tokenScenario(
      () => tokenAnswer(),
      {},
      {
        transport: async () => ({ status: 200, headers: new Headers(), body: stream() }),
        timeoutMs: 20,
      },
    )
    await expect(stuck.source.token()).rejects.toMatchObject({ code: 'upstream_timeout' })
  })

  test.each([
    'http://evil.example',
    'https://acme.okta.com@evil.example',
    'https://acme.okta.com/x',
    'nonsense',
  ])('the org %s, which parseOrgUrl cannot have given, is refused', async (org) => {
    const { source } = await tokenScenario(() => tokenAnswer())
    const { credential } = source
    expect(() => new TokenSource({ org: org as OrgUrl, credential })).toThrow(
      expect.objectContaining({ code: 'org_url_malformed' }),
    )
  })

  test('whoever aborts stops waiting; the others still get the token', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { source, server } = await tokenScenario(
      () => tokenAnswer(),
      {},
      {
        transport: async (request) => {
          await held
          const { fetchTransport } = await import('@postern/core')
          return fetchTransport(request)
        },
      },
    )
    const controller = new AbortController()
    const aborted = source.token({ signal: controller.signal })
    const patient = source.token()
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    release()
    await expect(patient).resolves.toMatchObject({ type: 'Bearer' })
    expect(server.requests.length).toBe(1)
  })

  test('a request that nobody waits for any more is aborted, and the next caller starts a new one', async () => {
    let number = 0
    const { source, server } = await tokenScenario(() =>
      number++ === 0 ? { hang: true } : tokenAnswer(),
    )
    const controller = new AbortController()
    const aborted = source.token({ signal: controller.signal })
    await expect.poll(() => server.requests.length).toBe(1)
    controller.abort(new Error('enough'))
    const next = source.token()
    await expect(aborted).rejects.toThrow('enough')
    await expect(next).resolves.toMatchObject({ type: 'Bearer' })
  })

  test('a kept token is given without a look at the signal', async () => {
    const { source } = await tokenScenario(() => tokenAnswer())
    const token = await source.token()
    let reads = 0
    const options = {
      get signal() {
        reads++
        return AbortSignal.abort()
      },
    }
    expect([await source.token(options), reads]).toEqual([token, 0])
  })

  test('an aborted signal makes no request', async () => {
    const { source, server } = await tokenScenario(() => tokenAnswer())
    await expect(source.token({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
    expect(server.requests.length).toBe(0)
  })

  test('credentials no org could accept are refused at once', async () => {
    const cases = [
      [{ clientId: '' }, 'credential_client_id'],
      [{ clientId: 'a\r\nb' }, 'credential_client_id'],
      [{ headers: { Authorization: 'Basic x' } }, 'credential_header'],
      [{ headers: { DPoP: 'x' } }, 'credential_header'],
      [{ headers: { 'content-type': 'application/json' } }, 'credential_header'],
      [{ headers: { 'x-a': 'b\r\nx-evil: 1' } }, 'credential_header'],
      [{ headers: { 'transfer-encoding': 'chunked' } }, 'credential_header'],
      [{ assertionParameter: 'scope' }, 'credential_assertion_parameter'],
      [{ assertionParameter: 'a b' }, 'credential_assertion_parameter'],
      [{ assertionParameter: 'client_id' }, 'credential_assertion_parameter'],
      [{ assertion: { lifetimeSeconds: 4000 } }, 'assertion_lifetime'],
      [{ authorizationServerId: 'a/b' }, 'token_url_not_org'],
      [{ scopes: 'okta.users.read' as never }, 'scope_empty'],
    ] as const
    for (const [choices, code] of cases) {
      await expect(tokenScenario(() => tokenAnswer(), choices)).rejects.toMatchObject({ code })
    }
  })
})

describe('renewAfterRefusal', () => {
  test('an API’s 401 renews the token once, for everybody who was refused', async () => {
    const { source, server } = await tokenScenario(() => tokenAnswer())
    const refused = await source.token()
    const answer = { status: 401 }
    const renewed = await Promise.all(
      Array.from({ length: 10 }, () => source.renewAfterRefusal(refused, answer)),
    )
    expect(new Set(renewed).size).toBe(1)
    expect(renewed[0]).not.toBe(refused)
    expect(await source.renewAfterRefusal(refused, answer)).toBe(renewed[0])
    expect(server.requests.length).toBe(2)
  })

  test('a renewed token that is refused as well is not renewed again', async () => {
    const { source, server, clock } = await tokenScenario(() => tokenAnswer())
    const refused = await source.token()
    const renewed = await source.renewAfterRefusal(refused, { status: 401 })
    expect(await source.renewAfterRefusal(renewed as Token, { status: 401 })).toBeUndefined()
    expect(server.requests.length).toBe(2)
    clock.advance(2 * MINUTE)
    expect(await source.renewAfterRefusal(renewed as Token, { status: 401 })).toBeDefined()
  })

  test.each([{ status: 401, oktaCode: 'E0000015' }, { status: 403 }, { status: 400 }])(
    '%j is no reason to renew',
    async (answer) => {
      const { source, server } = await tokenScenario(() => tokenAnswer())
      const token = await source.token()
      expect(await source.renewAfterRefusal(token, answer)).toBeUndefined()
      expect(server.requests.length).toBe(1)
    },
  )
})

test('a source made without a transport, clock or random number uses the runtime’s own', async () => {
  const { source } = await tokenScenario(() => tokenAnswer())
  const { org, credential } = source
  await expect(new TokenSource({ org, credential }).token()).resolves.toMatchObject({
    type: 'Bearer',
    expiresInSeconds: 3600,
  })
})

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)))
}
