import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { addServiceApp } from '../service-app.ts'
import { getToken, type Scenario, startScenario, tokenForm } from './scenario.ts'

/** Whether any key of a key set made the signature of a token. */
async function isPublished({ send }: Scenario, path: string, token: string): Promise<boolean> {
  const { json } = await send(path)
  const [head, claims, signature = ''] = token.split('.')
  return (json['keys'] as Record<string, string>[]).some((key) =>
    verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      createPublicKey({ key, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    ),
  )
}

describe('the metadata of the org', () => {
  test('names its endpoints, scopes and algorithms, and no jwks_uri', async () => {
    const { send, url } = await startScenario()
    const { status, json, headers } = await send('/.well-known/oauth-authorization-server')
    expect(status).toBe(200)
    expect(headers['x-rate-limit-limit']).toBeUndefined()
    expect(json).toMatchObject({
      issuer: url,
      token_endpoint: `${url}/oauth2/v1/token`,
      registration_endpoint: `${url}/oauth2/v1/clients`,
      introspection_endpoint: `${url}/oauth2/v1/introspect`,
      revocation_endpoint: `${url}/oauth2/v1/revoke`,
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'client_secret_jwt',
        'private_key_jwt',
        'none',
      ],
      dpop_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'],
      claims_supported: ['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'uid', 'scp', 'sub'],
    })
    expect(json).not.toHaveProperty('jwks_uri')
    expect(json['grant_types_supported']).toContain('client_credentials')
    const scopes = json['scopes_supported'] as string[]
    expect(scopes).toEqual(expect.arrayContaining(['okta.users.read', 'okta.clients.register']))
    expect(new Set(scopes).size).toBe(scopes.length)
  })

  test('for OpenID Connect names its keys, and no okta scope', async () => {
    const { send, url } = await startScenario()
    const { json } = await send('/.well-known/openid-configuration')
    expect(json).toMatchObject({ issuer: url, jwks_uri: `${url}/oauth2/v1/keys` })
    expect(JSON.stringify(json['scopes_supported'])).not.toContain('okta.')
  })

  test('names the custom domain to whoever comes that way', async () => {
    const { org, send, url } = await startScenario()
    org.customDomain = 'login.acme.test'
    const host = `login.acme.test:${new URL(url).port}`
    const custom = await send('/.well-known/oauth-authorization-server', { headers: { host } })
    expect(custom.json['issuer']).toBe(`http://${host}`)
    const own = await send('/.well-known/oauth-authorization-server')
    expect(own.json['issuer']).toBe(url)
    const organization = await send('/.well-known/okta-organization', { headers: { host } })
    expect(organization.json['_links']).toEqual({
      organization: { href: url },
      alternate: { href: `http://${host}` },
    })
  })
})

describe('the metadata of a custom server', () => {
  test.each([
    '/oauth2/default/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/oauth2/default',
    '/oauth2/default/.well-known/openid-configuration',
  ])('is at %s', async (path) => {
    const { send, url } = await startScenario()
    expect((await send(path)).json).toMatchObject({
      issuer: `${url}/oauth2/default`,
      token_endpoint: `${url}/oauth2/default/v1/token`,
      registration_endpoint: `${url}/oauth2/v1/clients`,
      jwks_uri: `${url}/oauth2/default/v1/keys`,
    })
  })

  test('that does not exist is 404', async () => {
    const { send } = await startScenario()
    const reply = await send('/oauth2/ausNo/.well-known/openid-configuration')
    expect(reply).toMatchObject({ status: 404, json: { errorCode: 'E0000007' } })
  })
})

test('okta-organization tells the id, the URL and the pipeline of an org', async () => {
  const { org, send, url } = await startScenario()
  expect((await send('/.well-known/okta-organization')).json).toMatchObject({
    id: org.id,
    _links: { organization: { href: url } },
    pipeline: 'idx',
  })
})

describe('published keys', () => {
  test('prove the tokens of a custom server, and not those of the org', async () => {
    const scenario = await startScenario()
    const service = addServiceApp(scenario.org)
    const own = await getToken(scenario, service)
    expect(await isPublished(scenario, '/oauth2/v1/keys', own)).toBe(false)
    const row = scenario.org.authorizationServers.get('default')
    if (row === undefined) throw new Error('There is no default server.')
    const scope = { name: 'a', isDefault: true, consentRequired: false }
    scenario.org.authorizationServers.put({ ...row, scopes: [scope] })
    const path = '/oauth2/default/v1/token'
    const form = tokenForm(service.sign({ aud: scenario.url + path }), '')
    const reply = await scenario.post(form, {}, path)
    const custom = String(reply.json['access_token'])
    expect(await isPublished(scenario, '/oauth2/default/v1/keys', custom)).toBe(true)
  })
})
