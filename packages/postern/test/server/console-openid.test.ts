/** @module Signing in to the console as a person, through a provider that nobody here wrote. */

import { generateKey, Secret } from '@postern/core'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type ProvidedPeople, startOpenIdProvider } from '../../../../test/openid-provider.ts'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import type { TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import type { AccessRule } from '../../src/config/access-rules.ts'
import { type SignIn, signInDefaults } from '../../src/config/sign-in.ts'
import { createOutboundTransport } from '../../src/http/outbound.ts'
import { OpenId } from '../../src/server/console/openid.ts'
import { actorOf } from '../../src/server/console/person.ts'
import { ConsoleSessions } from '../../src/server/console/sessions.ts'
import { defaultLimits, type LimitsOptions } from '../../src/server/limits.ts'
import { CookieBrowser } from './openid-browser.ts'
import { openEmbedded, serveApp } from './served-app.ts'

const BEGIN = '/v1/console/openid/begin'
const CALLBACK = '/v1/console/openid/callback'
const read: AccessRule[] = [{ connections: ['*'], verbs: ['read'] }]
const approve: AccessRule[] = [{ connections: ['acme'], verbs: ['approve'] }]
const everybody: ProvidedPeople = {
  ada: {
    name: 'Ada Lovelace',
    email: 'ada@acme.example',
    email_verified: true,
    groups: ['Operators', 'constructor', '__proto__'],
  },
  eve: { name: '<img src=x onerror=alert(1)>', email: 'ada@acme.example', groups: ['Everyone'] },
}

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

/** A server whose people sign in at a provider. */
async function serve(
  asked: Partial<SignIn> & {
    readonly people?: SignIn['people']
    readonly jwks?: unknown[]
    readonly limits?: LimitsOptions
  } = {},
) {
  const { jwks, limits, ...more } = asked
  const served = await serveApp({
    store: opened.store,
    app: limits === undefined ? {} : { limits },
  })
  const provider = await startOpenIdProvider({
    redirectUri: served.url + CALLBACK,
    people: structuredClone(everybody),
    ...(jwks ? { jwks } : {}),
  })
  const signIn: SignIn = {
    ...signInDefaults,
    issuer: provider.issuer,
    clientId: provider.clientId,
    credential: { kind: 'client-secret', clientSecret: new Secret(provider.clientSecret) },
    groups: new Map([
      ['Operators', read],
      ['Approvers', approve],
    ]),
    people: new Map(),
    ...more,
  }
  const clock = new TestClock()
  const configure = (changed: Partial<SignIn> = {}) => {
    const transport = createOutboundTransport({ dev: true })
    const openId = new OpenId({
      signIn: { ...signIn, ...changed },
      publicUrl: served.url,
      transport,
      clock,
      dev: true,
    })
    const { services } = served
    const { store, accessKeys } = services
    const consoleSessions = new ConsoleSessions({ store, clock, accessKeys, openId })
    Object.assign(services, { openId, consoleSessions })
  }
  configure()
  const browser = new CookieBrowser()
  const signInWith = (to?: string) =>
    browser.go(`${served.url}${BEGIN}${to === undefined ? '' : `?${new URLSearchParams({ to })}`}`)
  const session = async () => {
    const headers = { 'sec-fetch-site': 'same-origin' }
    const answer = await browser.ask(`${served.url}/v1/console/session`, { headers })
    return { status: answer.status, ...(await answer.json()) }
  }
  const lastDeed = async () => {
    const { details, ...deed } = await opened.store.db
      .selectFrom('audit')
      .select(['actor', 'action', 'outcome', 'details'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    return { ...deed, details: JSON.parse(details ?? '{}') }
  }
  return { ...served, provider, clock, configure, browser, signInWith, session, lastDeed }
}

describe('a person', () => {
  test('signs in at the provider, and is named by it in the console and in the audit log', async () => {
    const { url, provider, browser, signInWith, session, lastDeed } = await serve()
    const arrived = await signInWith('/console/connections/acme?tab=doctor')
    expect([arrived.status, arrived.code]).toEqual([200, undefined])
    expect(arrived.url).toMatch(new RegExp(`^${url}${CALLBACK}\\?code=`))
    expect(arrived.text).toContain(
      '<meta http-equiv="refresh" content="0;url=/console/connections/acme?tab=doctor">',
    )
    const actor = actorOf(provider.issuer, 'ada')
    expect(actor).toMatch(/^person:[0-9a-f]{12}:ada$/)
    expect(await session()).toMatchObject({
      status: 200,
      ...{ name: 'Ada Lovelace', kind: 'person', actor, permissions: read },
    })
    expect(await lastDeed()).toEqual({
      actor,
      action: 'console-session.begin',
      outcome: 'ok',
      details: {
        name: 'Ada Lovelace',
        email: 'ada@acme.example',
        issuer: provider.issuer,
        groups: ['Operators'],
      },
    })
    const asked = new URL(browser.visited.find((at) => at.includes('/auth?')) ?? '')
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', client_id: 'postern' },
      ...{ redirect_uri: url + CALLBACK, scope: 'openid profile email groups' },
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(provider.seen[0]?.authorization).toMatch(/^Basic /)
    const kept = [...(browser.cookies.get(url)?.keys() ?? [])]
    expect(kept).toEqual([`postern-console-${new URL(url).port}`])
  })

  test('has the rules of every group of theirs, and their own', async () => {
    const people = new Map([['ada', [{ connections: ['acme'], verbs: ['keys' as const] }]]])
    const { provider, signInWith, session } = await serve({ people })
    provider.people['ada'] = { groups: ['Operators', 'Approvers', 'Operators', 7, null] }
    await signInWith()
    const keys = people.get('ada') ?? []
    expect((await session()).permissions).toEqual([...read, ...approve, ...keys])
  })

  test('who loses a group has its rules no more when they sign in again', async () => {
    const { provider, signInWith, session } = await serve()
    await signInWith()
    expect((await session()).permissions).toEqual(read)
    provider.people['ada'] = { groups: ['Approvers'] }
    await signInWith()
    expect((await session()).permissions).toEqual(approve)
    provider.people['ada'] = { groups: [] }
    expect((await signInWith()).code).toBe('sign_in_not_permitted')
  })

  test.each([
    ['none', undefined],
    ['an empty list', []],
    ['a group that nobody named', ['Everyone']],
    ['members that every object has', ['constructor', '__proto__', 'toString', 'hasOwnProperty']],
    ['no list of texts', [{ toString: 'Operators' }, 1, ['Operators']]],
    ['an object', { 0: 'Operators', length: 1 }],
    ['another case', ['operators']],
  ])('with groups that are %s does not get in, and that is written down', async (_what, groups) => {
    const { provider, browser, url, signInWith, session, lastDeed } = await serve()
    provider.people['ada'] = { name: 'Ada', groups }
    const arrived = await signInWith()
    expect([arrived.status, arrived.code]).toEqual([403, 'sign_in_not_permitted'])
    expect((await session()).code).toBe('console_session_missing')
    expect([...(browser.cookies.get(url) ?? [])]).toEqual([])
    expect(await lastDeed()).toMatchObject({
      actor: actorOf(provider.issuer, 'ada'),
      outcome: 'sign_in_not_permitted',
    })
  })

  test('is known by an e-mail address only where the provider has verified it', async () => {
    const people = new Map([['ada@acme.example', read]])
    const { provider, signInWith, session } = await serve({ groups: new Map(), people })
    provider.user = 'eve'
    for (const email_verified of [undefined, false, 'true']) {
      provider.people['eve'] = { email: 'ada@acme.example', email_verified }
      expect((await signInWith()).code).toBe('sign_in_not_permitted')
    }
    provider.people['eve'] = { email: 'Ada@acme.example', email_verified: true }
    expect((await signInWith()).status).toBe(200)
    expect((await session()).permissions).toEqual(read)
  })

  test('is nobody whose sub is the e-mail address of somebody else', async () => {
    const people = new Map([['ada@acme.example', read]])
    const { provider, signInWith } = await serve({ groups: new Map(), people })
    provider.user = 'ada@acme.example'
    provider.people['ada@acme.example'] = {}
    expect((await signInWith()).code).toBe('sign_in_not_permitted')
  })

  test('is nobody whose e-mail address only looks the same in lower case', async () => {
    // The Kelvin sign, whose lower case is the letter k.
    const people = new Map([['kay@acme.example', read]])
    const { provider, signInWith } = await serve({ groups: new Map(), people })
    provider.people['ada'] = { email: '\u212aay@acme.example', email_verified: true }
    expect((await signInWith()).code).toBe('sign_in_not_permitted')
    provider.people['ada'] = { email: 'KAY@ACME.example', email_verified: true }
    expect((await signInWith()).status).toBe(200)
  })

  test('whose name is markup is shown as text', async () => {
    const { provider, signInWith, session } = await serve()
    provider.user = 'eve'
    const refused = await signInWith()
    expect(refused.text).not.toContain('<img')
    provider.people['eve'] = { ...provider.people['eve'], groups: ['Operators'] }
    await signInWith()
    expect((await session()).name).toBe('<img src=x onerror=alert(1)>')
  })

  test('is signed out when what their groups may do is declared otherwise', async () => {
    const { configure, signInWith, session } = await serve()
    await signInWith()
    configure()
    expect((await session()).status).toBe(200)
    configure({ groups: new Map([['Operators', approve]]) })
    expect((await session()).code).toBe('console_session_invalid')
  })

  test('may not have the console at an address that is none of it', async () => {
    const { url, browser, signInWith } = await serve()
    for (const to of [
      'https://evil.example/console/',
      '//evil.example/console/',
      '/\\evil.example/console/',
      '/console/../v1/connections',
      '/console/%2e%2e/connect/',
      '/console/..\\..\\x',
      '/console//../../x',
      '/consolex/',
      '/connect/',
      'javascript:alert(1)',
      '/console/\u0001',
      '',
    ]) {
      const arrived = await signInWith(to)
      expect([to, arrived.status, arrived.code]).toEqual([to, 400, 'sign_in_return_invalid'])
    }
    // Nor by what it kept itself.
    await browser.go(`${url}${BEGIN}`, `${url}${CALLBACK}`)
    const back = browser.visited.at(-1) ?? ''
    const cookies = browser.cookies.get(url)
    const [[name, text] = ['', '']] = [...(cookies ?? [])]
    const kept = JSON.parse(Buffer.from(text, 'base64url').toString())
    const to = 'https://evil.example/'
    cookies?.set(name, Buffer.from(JSON.stringify({ ...kept, to })).toString('base64url'))
    const turned = await browser.go(back)
    expect(turned.code).toBe('sign_in_return_invalid')
  })
})

describe('what comes back from the provider', () => {
  test('signs in no browser but the one that went there', async () => {
    const { url, browser } = await serve()
    await browser.go(`${url}${BEGIN}`, `${url}${CALLBACK}`)
    const back = browser.visited.at(-1) ?? ''
    // Somebody has the browser of another one open it: that one would be signed in as somebody.
    const victim = new CookieBrowser()
    expect((await victim.go(back)).code).toBe('sign_in_state_invalid')
    await victim.go(`${url}${BEGIN}`, `${url}${CALLBACK}`)
    expect((await victim.go(back)).code).toBe('sign_in_state_invalid')
    expect([...(victim.cookies.get(url) ?? [])]).toEqual([])
  })

  test('is shown as text, whatever the provider, or whoever leads here, says', async () => {
    const { url, browser } = await serve()
    await browser.go(`${url}${BEGIN}`, `${url}${CALLBACK}`)
    const { searchParams } = new URL(browser.visited.at(-1) ?? '')
    const state = searchParams.get('state') ?? ''
    const iss = searchParams.get('iss') ?? ''
    const error_description = '<script>alert(1)</script>"\''
    const said = new URLSearchParams({ state, iss, error: 'access_denied', error_description })
    const { code, text } = await browser.go(`${url}${CALLBACK}?${said}`)
    expect(code).toBe('sign_in_provider_refused')
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;')
    expect(text).not.toContain('<script')
  })

  test('is good once', async () => {
    const { url, browser, signInWith } = await serve()
    await browser.go(`${url}${BEGIN}`, `${url}${CALLBACK}`)
    const back = browser.visited.at(-1) ?? ''
    const kept = new Map(browser.cookies.get(url))
    expect((await browser.go(back)).status).toBe(200)
    expect((await browser.go(back)).code).toBe('sign_in_state_invalid')
    const thief = new CookieBrowser()
    thief.cookies.set(url, kept)
    const again = await thief.go(back)
    expect([again.status, again.code]).toEqual([502, 'sign_in_provider_refused'])
    expect(again.text).toContain('invalid_grant')
    expect((await signInWith()).status).toBe(200)
  })

  test('is passed on as often as people sign in, and not as often as somebody makes it up', async () => {
    const limits = { ...defaultLimits, people: { burst: 3, perSecond: 0.25 } }
    const { url, provider, clock, browser, signInWith } = await serve({ limits })
    const made = { state: 's', nonce: 'n', verifier: 'v'.repeat(43), to: '/console/' }
    const text = JSON.stringify({ ...made, atMs: clock.now().getTime() })
    const name = `postern-console-${new URL(url).port}-sign-in`
    const statuses = []
    for (let tries = 0; tries < 6; tries++) {
      browser.cookies.set(url, new Map([[name, Buffer.from(text).toString('base64url')]]))
      const query = new URLSearchParams({ state: 's', code: 'c', iss: provider.issuer })
      statuses.push((await browser.go(`${url}${CALLBACK}?${query}`)).status)
    }
    expect(statuses).toEqual([502, 502, 502, 429, 429, 429])
    expect(provider.seen).toHaveLength(3)
    expect((await signInWith()).status).toBe(429)
  })

  test('is good for ten minutes', async () => {
    const { url, browser, clock } = await serve()
    await browser.go(`${url}${BEGIN}`, `${url}${CALLBACK}`)
    const back = browser.visited.at(-1) ?? ''
    clock.advance(600_000)
    expect((await browser.go(back)).code).toBe('sign_in_state_invalid')
  })

  test.each([
    ['another state', { state: 'x' }, 'sign_in_state_invalid'],
    ['no state', { state: null }, 'sign_in_state_invalid'],
    ['another issuer', { iss: 'https://evil.example' }, 'sign_in_token_invalid'],
    ['another code', { code: 'x' }, 'sign_in_provider_refused'],
    ['no code', { code: null }, 'sign_in_token_invalid'],
    ['a refusal', { code: null, error: 'access_denied' }, 'sign_in_provider_refused'],
  ])('with %s is refused', async (_what, changed, code) => {
    const { url, browser, session } = await serve()
    await browser.go(`${url}${BEGIN}`, `${url}${CALLBACK}`)
    const back = new URL(browser.visited.at(-1) ?? '')
    for (const [name, value] of Object.entries<string | null>(changed)) {
      if (value === null) back.searchParams.delete(name)
      else back.searchParams.set(name, value)
    }
    const arrived = await browser.go(back.href)
    expect(arrived.code).toBe(code)
    expect((await session()).status).toBe(401)
  })

  test.each([
    ['another nonce', { token: (claims: object) => ({ ...claims, nonce: 'x' }) }],
    ['no nonce', { token: ({ nonce: _, ...claims }: Record<string, unknown>) => claims }],
    ['another issuer', { token: (claims: object) => ({ ...claims, iss: 'https://evil.example' }) }],
    ['another audience', { token: (claims: object) => ({ ...claims, aud: 'other' }) }],
    ['no subject', { token: ({ sub: _, ...claims }: Record<string, unknown>) => claims }],
    [
      'a subject of control characters',
      { token: (claims: object) => ({ ...claims, sub: 'a\nb' }) },
    ],
    ['its time over', { token: (claims: object) => ({ ...claims, exp: 1_000 }) }],
    ['no end', { token: ({ exp: _, ...claims }: Record<string, unknown>) => claims }],
    ['no signature', { alg: 'none' as const }],
    ['a signature by the public key', { alg: 'HS256' as const }],
    ['a signature by another key', { foreignKey: true }],
  ])('with an ID token that has %s is refused', async (_what, faults) => {
    const { provider, signInWith, session } = await serve()
    Object.assign(provider.faults, faults)
    const arrived = await signInWith()
    expect([arrived.status, arrived.code]).toEqual([502, 'sign_in_token_invalid'])
    expect((await session()).code).toBe('console_session_missing')
  })

  test('is judged by the clock of this machine, which may be off by a minute and not by hours', async () => {
    const { clock, configure, signInWith } = await serve()
    clock.advance(30_000)
    configure()
    expect((await signInWith()).status).toBe(200)
    clock.advance(3 * 60 * 60_000)
    configure()
    const late = await signInWith()
    expect(late.code).toBe('sign_in_token_invalid')
    expect(late.text).toContain('Set the clock of this machine')
  })
})

describe('the provider', () => {
  test('is proven to by a private key, for its token endpoint alone, where there is one', async () => {
    const key = await generateKey()
    const { publicJwk, privateJwk } = key
    const { provider, signInWith } = await serve({
      jwks: [publicJwk],
      credential: { kind: 'key', key: new Secret(privateJwk.reveal()) },
    })
    expect((await signInWith()).status).toBe(200)
    const [{ authorization, assertion } = { authorization: 'none', assertion: '' }] = provider.seen
    expect(authorization).toBeUndefined()
    const { iss, sub, aud } = decodeJwt(String(assertion))
    expect([iss, sub, aud]).toEqual(['postern', 'postern', `${provider.issuer}/token`])
  })

  test('refuses a server that it does not know, or not by this secret', async () => {
    const { configure, signInWith, session } = await serve()
    const clientSecret = new Secret('TEST-WRONG')
    configure({ credential: { kind: 'client-secret', clientSecret } })
    const arrived = await signInWith()
    expect([arrived.status, arrived.code]).toEqual([502, 'sign_in_provider_refused'])
    expect(arrived.text).not.toContain('TEST-WRONG')
    // To nobody that it does not know does a provider send a browser back.
    configure({ clientId: 'other' })
    expect((await signInWith()).status).toBe(400)
    expect((await session()).status).toBe(401)
  })

  test('that does not answer is said not to, before and after a person went there', async () => {
    const { url, provider, configure, browser, signInWith } = await serve()
    await browser.go(`${url}${BEGIN}`, `${url}${CALLBACK}`)
    const back = browser.visited.at(-1) ?? ''
    await provider.close()
    const late = await browser.go(back)
    expect([late.status, late.code]).toEqual([502, 'sign_in_provider_unreachable'])
    configure()
    expect((await signInWith()).code).toBe('sign_in_provider_unreachable')
  })

  test.each([
    ['redirects', { status: 302, headers: { location: 'https://evil.example/' } }],
    ['answers an error', { status: 500, body: {} }],
    ['answers no JSON', { headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['calls itself otherwise', { body: { issuer: 'https://evil.example' } }],
    ['says nothing of itself', { body: {} }],
  ])('is none where what is there %s', async (_what, answer) => {
    const { configure, signInWith } = await serve()
    const { orgUrl: issuer, close } = await startScriptedServer(() => answer)
    onTestFinished(close)
    configure({ issuer })
    const arrived = await signInWith()
    expect([arrived.status, arrived.code]).toEqual([
      502,
      'status' in answer && answer.status === 302
        ? 'sign_in_provider_unreachable'
        : 'sign_in_provider_invalid',
    ])
  })

  test('is gone to through the guarded transport alone: nothing on this machine without --dev', async () => {
    const { provider } = await serve()
    const options = { transport: createOutboundTransport(), clock: new TestClock() }
    const signIn: SignIn = {
      ...signInDefaults,
      issuer: provider.issuer.replace('http:', 'https:'),
      clientId: 'postern',
      credential: { kind: 'client-secret', clientSecret: new Secret('TEST') },
      groups: new Map(),
      people: new Map(),
    }
    const openId = new OpenId({ ...options, signIn, publicUrl: 'https://a.example', dev: false })
    await expect(openId.begin()).rejects.toMatchObject({ code: 'sign_in_provider_unreachable' })
    expect(
      () =>
        new OpenId({
          ...options,
          signIn: { ...signIn, issuer: provider.issuer },
          publicUrl: 'https://a.example',
          dev: false,
        }),
    ).toThrow(expect.objectContaining({ code: 'outbound_url_scheme' }))
  })

  test('is none where none is declared', async () => {
    const { url, send } = await serveApp({ store: opened.store })
    expect((await send('GET', '/v1/console/sign-in', { key: null })).json).toEqual({
      accessKey: true,
      openid: null,
    })
    for (const path of [BEGIN, `${CALLBACK}?code=x&state=y`]) {
      const { status, code } = await new CookieBrowser().go(url + path)
      expect([status, code]).toEqual([404, 'sign_in_not_configured'])
    }
  })

  test('is named to the page, and gone to from the address that it sends browsers back to', async () => {
    const { url, provider, send } = await serve({ name: 'Acme' })
    expect((await send('GET', '/v1/console/sign-in', { key: null })).json).toEqual({
      accessKey: true,
      openid: { name: 'Acme' },
    })
    const elsewhere = url.replace('127.0.0.1', 'localhost')
    const browser = new CookieBrowser()
    await browser.go(`${elsewhere}${BEGIN}?to=/console/log`, `${provider.issuer}/auth`)
    expect(browser.visited[1]).toBe(`${url}${BEGIN}?to=%2Fconsole%2Flog`)
    expect(browser.visited[2]).toMatch(`${provider.issuer}/auth?`)
  })
})
