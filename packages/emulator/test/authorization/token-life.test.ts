import { describe, expect, test } from 'vitest'
import { addServiceApp } from '../service-app.ts'
import { getToken, readJwt, startScenario, tokenForm } from './scenario.ts'

async function start(options: Parameters<typeof addServiceApp>[1] = {}) {
  const scenario = await startScenario()
  const service = addServiceApp(scenario.org, options)
  const at = (path: string, token: string, caller = service) => {
    const { client_assertion_type, client_assertion } = tokenForm(
      caller.sign({ aud: scenario.url + path }),
    )
    const form = { token, client_assertion_type, client_assertion } as Record<string, string>
    return scenario.post(form, {}, path)
  }
  return {
    ...scenario,
    scenario,
    service,
    introspect: (token: string) => at('/oauth2/v1/introspect', token),
    revoke: (token: string, caller = service) => at('/oauth2/v1/revoke', token, caller),
  }
}

describe('introspection', () => {
  test('says what a good token says', async () => {
    const { scenario, service, introspect } = await start()
    const token = await getToken(scenario, service)
    const [, claims] = readJwt(token)
    const reply = await introspect(token)
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      active: true,
      token_type: 'Bearer',
      scope: 'okta.users.read',
      client_id: service.clientId,
      exp: claims?.['exp'],
      iat: claims?.['iat'],
      sub: service.clientId,
      aud: scenario.url,
      iss: scenario.url,
      jti: claims?.['jti'],
    })
  })

  test('says DPoP and the key of a bound token', async () => {
    const { scenario, service, introspect } = await start({ dpopRequired: true })
    const token = await getToken(scenario, service, { proof: {} })
    expect((await introspect(token)).json).toMatchObject({
      token_type: 'DPoP',
      cnf: { jkt: expect.any(String) },
    })
  })

  test('says of every other token only that it is not active', async () => {
    const { scenario, org, service, clock, introspect, revoke } = await start()
    const inactive = { active: false }
    expect((await introspect('x')).json).toEqual(inactive)
    const revoked = await getToken(scenario, service)
    await revoke(revoked)
    expect((await introspect(revoked)).json).toEqual(inactive)
    const foreign = await startScenario()
    const other = await getToken(foreign, addServiceApp(foreign.org))
    expect((await introspect(other)).json).toEqual(inactive)
    const expired = await getToken(scenario, service)
    clock.advance(3_600_000)
    expect((await introspect(expired)).json).toEqual(inactive)
    const late = addServiceApp(org)
    const orphan = await getToken(scenario, late)
    late.change({}, { status: 'INACTIVE' })
    expect((await introspect(orphan)).json).toEqual(inactive)
  })

  test('needs a token to ask about, and a client that asks', async () => {
    const { post, introspect } = await start()
    expect(await introspect('')).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
    expect(await post({ token: 'x' }, {}, '/oauth2/v1/introspect')).toMatchObject({
      status: 401,
      json: { error_description: 'No client credentials found.' },
    })
  })

  test('wants its own URL as the audience', async () => {
    const { scenario, service } = await start()
    const { client_assertion_type, client_assertion } = tokenForm(service.sign())
    const form = { token: 'x', client_assertion_type, client_assertion } as Record<string, string>
    const reply = await scenario.post(form, {}, '/oauth2/v1/introspect')
    expect(reply.json['error_description']).toMatch(/^The audience claim/)
  })

  test('knows the tokens of its own server alone', async () => {
    const { scenario, service, url } = await start()
    const path = '/oauth2/default/v1/introspect'
    const token = await getToken(scenario, service)
    const { client_assertion_type, client_assertion } = tokenForm(service.sign({ aud: url + path }))
    const form = { token, client_assertion_type, client_assertion } as Record<string, string>
    expect((await scenario.post(form, {}, path)).json).toEqual({ active: false })
  })
})

describe('revocation', () => {
  test('ends a token, and says the same about any other', async () => {
    const { scenario, service, introspect, revoke } = await start()
    const token = await getToken(scenario, service)
    expect(await revoke('x')).toMatchObject({ status: 200, text: '' })
    expect(await revoke(token)).toMatchObject({ status: 200, text: '' })
    expect((await introspect(token)).json).toEqual({ active: false })
    const reply = await scenario.send('/api/v1/users/me', {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toContain('The access token has been revoked.')
  })

  test('does not end the token of another client', async () => {
    const { scenario, org, service, introspect, revoke } = await start()
    const token = await getToken(scenario, service)
    expect((await revoke(token, addServiceApp(org))).status).toBe(200)
    expect((await introspect(token)).json['active']).toBe(true)
  })
})
