import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import {
  type Authorizer,
  createAuthorizer,
  parseOrgUrl,
  Secret,
  type ServiceAppCredential,
} from '@postern/core'
import { EmbeddedJWK, jwtVerify } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Script, startScriptedServer, tokenAnswer } from '../../../../test/scripted-server.ts'
import { testSigner } from '../../../../test/test-signer.ts'

const key = await testSigner()
const apiToken = '00TESTTESTTESTTESTTESTTESTTESTTESTTESTTEST'
const noHeaders = new Headers()

async function serviceApp(script: Script, choices: Partial<ServiceAppCredential> = {}) {
  const server = await startScriptedServer(script)
  onTestFinished(server.close)
  const { org } = parseOrgUrl(server.orgUrl, { dev: true })
  const credential = {
    kind: 'service-app',
    clientId: '0oaTEST0000000000Tst',
    key,
    scopes: ['okta.users.read'],
    ...choices,
  } as const
  return { authorizer: createAuthorizer({ org, credential }), server, org }
}

function bound({ proof }: { proof: unknown }) {
  return tokenAnswer({ token_type: proof ? 'DPoP' : 'Bearer', access_token: 'TEST.BOUND.TOKEN' })
}

describe('a service app', () => {
  test('authorises with Bearer', async () => {
    const { authorizer, org } = await serviceApp(() => tokenAnswer({ access_token: 'TEST.A.T' }))
    const { headers } = await authorizer.authorize({ method: 'GET', url: `${org}/api/v1/users` })
    expect(headers.reveal()).toEqual({ authorization: 'Bearer TEST.A.T' })
  })

  test('authorises a bound token with a proof for this very request', async () => {
    const { authorizer, org } = await serviceApp(bound, { dpopRequired: true })
    const request = { method: 'GET', url: `${org}/api/v1/users/a%40b.example?limit=1` }
    const first = (await authorizer.authorize(request)).headers.reveal()
    const again = (await authorizer.authorize(request)).headers.reveal()
    expect(first['authorization']).toBe('DPoP TEST.BOUND.TOKEN')
    const { payload } = await jwtVerify(first['dpop'] ?? '', EmbeddedJWK, { typ: 'dpop+jwt' })
    expect(payload).toMatchObject({
      htm: 'GET',
      htu: `${org}/api/v1/users/a@b.example`,
      ath: createHash('sha256').update('TEST.BOUND.TOKEN').digest('base64url'),
    })
    // Okta's APIs ask for no nonce, so the token endpoint's is not sent to them.
    expect(payload['nonce']).toBeUndefined()
    expect(again['dpop']).not.toBe(first['dpop'])
  })

  test('tries again once after a 401, and not after E0000015', async () => {
    const { authorizer, org, server } = await serviceApp(() => tokenAnswer())
    const request = { method: 'GET', url: `${org}/api/v1/users` }
    const used = await authorizer.authorize(request)
    const refused = { status: 401, headers: noHeaders }
    const unlicensed = { ...refused, oktaCode: 'E0000015' }
    expect(await authorizer.shouldRetry({ ...request }, used, unlicensed)).toBe(false)
    expect(await authorizer.shouldRetry(request, used, refused)).toBe(true)
    const renewed = await authorizer.authorize(request)
    expect(renewed.headers.reveal()).not.toEqual(used.headers.reveal())
    expect(await authorizer.shouldRetry(request, renewed, refused)).toBe(false)
    expect(server.requests.length).toBe(2)
  })

  const nonceChallenge = (nonce: string, status = 401) => ({
    status,
    headers: new Headers({
      'dpop-nonce': nonce,
      'www-authenticate': 'DPoP error="use_dpop_nonce", error_description="a nonce is required"',
    }),
  })

  test.each([400, 401])(
    'answers a nonce challenge (%i) of an API, should one come',
    async (status) => {
      const { authorizer, org, server } = await serviceApp(bound, { dpopRequired: true })
      const request = { method: 'GET', url: `${org}/api/v1/users` }
      const used = await authorizer.authorize(request)
      expect(await authorizer.shouldRetry(request, used, nonceChallenge('api-nonce', status))).toBe(
        true,
      )
      const again = (await authorizer.authorize(request)).headers.reveal()
      const { payload } = await jwtVerify(again['dpop'] ?? '', EmbeddedJWK)
      expect(payload['nonce']).toBe('api-nonce')
      expect(server.requests.length).toBe(1)
    },
  )

  test('requests that were challenged together all try again, and no token is renewed', async () => {
    const { authorizer, org, server } = await serviceApp(bound, { dpopRequired: true })
    const requests = Array.from({ length: 5 }, () => ({
      method: 'GET',
      url: `${org}/api/v1/users`,
    }))
    const used = await Promise.all(requests.map((request) => authorizer.authorize(request)))
    for (const [index, request] of requests.entries()) {
      const attempt = used[index]
      if (attempt === undefined) throw new Error('no attempt')
      expect(await authorizer.shouldRetry(request, attempt, nonceChallenge('n1'))).toBe(true)
    }
    expect(server.requests.length).toBe(1)
  })

  test('a server that asks for another nonce each time ends the loop', async () => {
    const { authorizer, org } = await serviceApp(bound, { dpopRequired: true })
    const request = { method: 'GET', url: `${org}/api/v1/users` }
    let attempts = 0
    do {
      const used = await authorizer.authorize(request)
      attempts++
      if (!(await authorizer.shouldRetry(request, used, nonceChallenge(`n${attempts}`)))) break
    } while (attempts < 50)
    expect(attempts).toBe(2)
  })

  test('a proof refused for its time is made anew in the time the answer shows, once', async () => {
    const { authorizer, org } = await serviceApp(bound, { dpopRequired: true })
    const request = { method: 'GET', url: `${org}/api/v1/users` }
    const late = (minutes: number) => ({
      status: 400,
      headers: new Headers({
        date: new Date(Date.now() + minutes * 60_000).toUTCString(),
        'www-authenticate': 'DPoP error="invalid_dpop_proof", error_description="too old"',
      }),
    })
    const used = await authorizer.authorize(request)
    expect(await authorizer.shouldRetry(request, used, late(10))).toBe(true)
    const again = await authorizer.authorize(request)
    expect(await authorizer.shouldRetry(request, again, late(10))).toBe(false)
    expect(await authorizer.shouldRetry(request, again, late(20))).toBe(false)
  })

  test('learns the org’s time from API answers', async () => {
    const { authorizer, org } = await serviceApp(() => tokenAnswer())
    const request = { method: 'GET', url: `${org}/api/v1/users` }
    const used = await authorizer.authorize(request)
    const date = new Date(Date.now() + 600_000)
    const headers = new Headers({ date: date.toUTCString() })
    await authorizer.shouldRetry(request, used, { status: 200, headers })
    expect(Math.abs(authorizer.now().getTime() - date.getTime())).toBeLessThan(5_000)
  })
})

describe('an API token', () => {
  const { org } = parseOrgUrl('https://acme.okta.com')
  const credential = { kind: 'api-token', apiToken: new Secret(apiToken) } as const

  test('authorises with SSWS and never tries again (mission 3.2)', async () => {
    const authorizer = createAuthorizer({ org, credential })
    const request = { method: 'GET', url: `${org}/api/v1/users` }
    const used = await authorizer.authorize(request)
    expect(used.headers.reveal()).toEqual({ authorization: `SSWS ${apiToken}` })
    const refused = { status: 401, headers: noHeaders, oktaCode: 'E0000011' }
    expect(await authorizer.shouldRetry(request, used, refused)).toBe(false)
  })

  test.each(['', 'SSWS 00abc', 'has spaces in it and is long enough', `${apiToken}\r\nx: y`])(
    'the text %j is refused as one',
    (text) => {
      const wrong = { kind: 'api-token', apiToken: new Secret(text) } as const
      expect(() => createAuthorizer({ org, credential: wrong })).toThrow(
        expect.objectContaining({ code: 'credential_api_token' }),
      )
    },
  )
})

describe.each<[string, () => Promise<{ authorizer: Authorizer; org: string }>]>([
  ['a service app', () => serviceApp(bound, { dpopRequired: true })],
  [
    'an API token',
    async () => {
      const { org } = parseOrgUrl('https://acme.okta.com')
      const credential = { kind: 'api-token', apiToken: new Secret(apiToken) } as const
      return { authorizer: createAuthorizer({ org, credential }), org }
    },
  ],
])('%s keeps the Authorizer contract', (_kind, open) => {
  test.each([
    'https://evil.example/api/v1/users',
    'https://acme.okta.com.evil.example/',
    'http://acme.okta.com/api/v1/users',
    'https://acme.okta.com:8443/',
    '/api/v1/users',
    'javascript:alert(1)',
    '',
  ])('no header is made for %j', async (url) => {
    const { authorizer } = await open()
    await expect(authorizer.authorize({ method: 'GET', url })).rejects.toMatchObject({
      code: 'auth_foreign_origin',
    })
  })

  test('what authorises does not print', async () => {
    const { authorizer, org } = await open()
    const used = await authorizer.authorize({ method: 'GET', url: `${org}/api/v1/users` })
    const shown = inspect([authorizer, used], { depth: 12, showHidden: true })
    expect(shown + JSON.stringify([authorizer, used])).not.toMatch(/00TEST|BOUND/)
  })
})
