/**
 * @module What the five documents of mission.test.ts say goes wrong, made to go wrong in an emulated org, row by row. What
 * is looked at is what the org answers and what the library makes of it.
 */

import {
  type Authorizer,
  createAuthorizer,
  importKey,
  PosternError,
  parseOrgUrl,
} from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { describe, expect, onTestFinished, test } from 'vitest'

describe('0. a connect guide for client credentials', () => {
  test('0.13 a scope that was not granted is missing from the token, and the token names it', async () => {
    const { authorizer } = await connect('scope-not-granted=okta.groups.read')
    const { token } = await authorize(authorizer, '/api/v1/users')
    expect(token?.missingScopes).toEqual(['okta.groups.read'])
  })

  test('0.13 without any granted scope Okta says consent_required', async () => {
    const { authorizer } = await connect('no-scope-granted')
    expect(await refusal(authorizer)).toMatchObject({ error: 'consent_required', status: 400 })
  })

  test('0.14, 0.15 without an admin role a list is empty and not an error, and a single user is 403', async () => {
    const { org, authorizer } = await connect('admin-role-missing')
    expect(await read(authorizer, '/api/v1/users')).toMatchObject({ status: 200, body: [] })
    const [user] = org.org.users
    expect(await read(authorizer, `/api/v1/users/${user?.id}`)).toMatchObject({
      status: 403,
      body: { errorCode: 'E0000006' },
    })
    org.faults.clear()
    const page = await read(authorizer, '/api/v1/users')
    expect(page.body).toHaveLength(3)
  })
})

describe('1. Okta’s own guide', () => {
  test.each([
    ['kid-unknown', 'The client_assertion JWT kid is invalid.'],
    [
      'key-not-registered',
      'The client does not have a JWKSet configured, but the client_assertion requires one.',
    ],
  ])('1.4 %s: the public key must be in the JWKSet of the app', async (fault, text) => {
    const { authorizer } = await connect(fault)
    expect(await refusal(authorizer)).toMatchObject({
      error: 'invalid_client',
      status: 401,
      errorDescription: text,
    })
  })

  test.each(['/api/v1/apps', '/oauth2/v1/clients'])(
    '1.7 an app is made through %s',
    async (path) => {
      const { org } = await connect()
      const { key } = org.app
      const jwks = { keys: [{ kty: key['kty'], kid: 'new', e: key['e'], n: key['n'] }] }
      const client = {
        ...{ application_type: 'service', grant_types: ['client_credentials'] },
        response_types: ['token'],
        jwks,
      }
      const method = { token_endpoint_auth_method: 'private_key_jwt' }
      const body = path.startsWith('/api')
        ? {
            ...{ name: 'oidc_client', label: 'Made', signOnMode: 'OPENID_CONNECT' },
            credentials: { oauthClient: method },
            settings: { oauthClient: client },
          }
        : { client_name: 'Made', ...client, ...method }
      const answer = await fetch(`${org.url}${path}`, {
        method: 'POST',
        headers: { authorization: `SSWS ${org.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(answer.ok).toBe(true)
      expect([...org.org.apps].filter(({ label }) => label === 'Made')).toHaveLength(1)
    },
  )
})

describe('2. a workflow product’s set-up page', () => {
  test.each([
    ['kid-unknown', 'The client_assertion JWT kid is invalid.'],
    ['key-inactive', 'The client_assertion JWT kid is invalid.'],
    ['key-deleted', 'The client_assertion JWT kid is invalid.'],
    ['key-replaced', 'The client_assertion signature is invalid.'],
  ])(
    '2.6 %s: the token endpoint says which part of the credentials is wrong',
    async (fault, text) => {
      const { authorizer } = await connect(fault)
      expect(await refusal(authorizer)).toMatchObject({ status: 401, errorDescription: text })
    },
  )

  test('2.7 a missing scope is 403 without a body, and WWW-Authenticate names the scope', async () => {
    const { authorizer } = await connect('scope-not-granted=okta.groups.read')
    const { status, text, challenge } = await read(authorizer, '/api/v1/groups')
    expect({ status, text }).toEqual({ status: 403, text: '' })
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="okta.groups.read"')
  })

  test('2.7 a role that is too small is 403 with E0000006, although the scope is there', async () => {
    const { authorizer } = await connect({ scopes: ['okta.groups.manage'] })
    expect(await read(authorizer, '/api/v1/groups', { method: 'POST' })).toMatchObject({
      status: 403,
      body: { errorCode: 'E0000006' },
    })
  })

  test('2.8 an app that requires DPoP gets what it asks for, by itself', async () => {
    const { authorizer } = await connect('dpop-required')
    const { token } = await authorize(authorizer, '/api/v1/users')
    expect(token?.type).toBe('DPoP')
    expect(await read(authorizer, '/api/v1/users')).toMatchObject({ status: 200 })
  })
})

async function connect(
  wrong?: string | { readonly scopes: readonly string[] },
): Promise<{ org: RunningOrg; authorizer: Authorizer }> {
  const options = typeof wrong === 'string' ? { faults: [wrong] } : wrong
  const org = await startOrg({ users: 3, ...options })
  onTestFinished(org.close)
  const key = await importKey(JSON.stringify(org.app.key))
  const { clientId } = org.app
  const authorizer = createAuthorizer({
    org: parseOrgUrl(org.url, { dev: true }).org,
    credential: { kind: 'service-app', clientId, key, scopes: [...org.app.scopes] },
  })
  return { org, authorizer }
}

function authorize(authorizer: Authorizer, path: string, method = 'GET') {
  return authorizer.authorize({ method, url: `${authorizer.org}${path}` })
}

async function read(authorizer: Authorizer, path: string, { method = 'GET' } = {}) {
  const { headers } = await authorize(authorizer, path, method)
  const answer = await fetch(`${authorizer.org}${path}`, { method, headers: headers.reveal() })
  const text = await answer.text()
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  return { status: answer.status, text, body, challenge: answer.headers.get('www-authenticate') }
}

/** What Okta said, as the error of the library carries it. */
async function refusal(authorizer: Authorizer): Promise<unknown> {
  const error: unknown = await authorize(authorizer, '/api/v1/users').catch((thrown) => thrown)
  if (error instanceof PosternError) return error.details?.['okta']
  throw new Error('The org gave a token.', { cause: error })
}
