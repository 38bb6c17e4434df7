import { describe, expect, test } from 'vitest'
import { addServiceApp, testKey } from '../service-app.ts'
import { makeProof, startScenario, tokenForm, tokenProof } from './scenario.ts'

const DAY = 86_400_000

async function start() {
  const scenario = await startScenario()
  const service = addServiceApp(scenario.org, { dpopRequired: true })
  const ask = (dpop?: string) =>
    scenario.post(tokenForm(service.sign()), dpop === undefined ? {} : { dpop })
  return { ...scenario, scenario, service, ask }
}

const challenge = {
  status: 400,
  json: {
    error: 'use_dpop_nonce',
    error_description: 'Authorization server requires nonce in DPoP proof.',
  },
}

describe('an app that requires DPoP', () => {
  test('hears so without a nonce, gets a nonce for a proof, and a token for the nonce', async () => {
    const { scenario, ask } = await start()
    const first = await ask()
    expect(first).toMatchObject({
      status: 400,
      json: {
        error: 'invalid_dpop_proof',
        error_description: 'The DPoP proof JWT header is missing.',
      },
    })
    expect(first.headers['dpop-nonce']).toBeUndefined()
    const second = await ask(makeProof(scenario, 'POST', '/oauth2/v1/token'))
    expect(second).toMatchObject(challenge)
    const nonce = second.headers['dpop-nonce']
    expect(nonce).toMatch(/^[\w-]{32}$/)
    const third = await ask(makeProof(scenario, 'POST', '/oauth2/v1/token', { claims: { nonce } }))
    expect(third).toMatchObject({ status: 200, json: { token_type: 'DPoP' } })
    expect(third.headers['dpop-nonce']).toBe(nonce)
  })

  test('uses a nonce for three days; answers carry a new one each day', async () => {
    const { scenario, clock, ask } = await start()
    const nonce = scenario.org.authorization.nonces.current(scenario.org.time.nowMs())
    const proof = () => makeProof(scenario, 'POST', '/oauth2/v1/token', { claims: { nonce } })
    clock.advance(DAY - 1)
    expect((await ask(proof())).headers['dpop-nonce']).toBe(nonce)
    clock.advance(1)
    const next = await ask(proof())
    expect(next.status).toBe(200)
    expect(next.headers['dpop-nonce']).not.toBe(nonce)
    clock.advance(2 * DAY - 1)
    expect((await ask(proof())).status).toBe(200)
    clock.advance(1)
    expect(await ask(proof())).toMatchObject(challenge)
  })

  test('is challenged again for a nonce that the org has forgotten or never made', async () => {
    const { scenario, ask } = await start()
    const known = tokenProof(scenario)
    scenario.org.authorization.forgetNonces()
    expect(await ask(known)).toMatchObject(challenge)
    expect(await ask(tokenProof(scenario, { claims: { nonce: 7 } }))).toMatchObject(challenge)
    const { org } = scenario
    org.assumptions = { ...org.assumptions, invalidNonce: 'invalid-dpop-proof' }
    expect((await ask(tokenProof(scenario, { claims: { nonce: 'x' } }))).json).toEqual({
      error: 'invalid_dpop_proof',
      error_description: 'The DPoP proof JWT is invalid.',
    })
  })

  test('may leave the jti out of the proof that fetches a nonce, and of no other', async () => {
    const { scenario, ask } = await start()
    const claims = { jti: undefined }
    expect(await ask(makeProof(scenario, 'POST', '/oauth2/v1/token', { claims }))).toMatchObject(
      challenge,
    )
    expect((await ask(tokenProof(scenario, { claims }))).json['error_description']).toBe(
      "'jti' claim in the DPoP proof JWT is invalid.",
    )
  })

  test.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'])(
    'may make its proofs with %s',
    async (alg) => {
      const { scenario, ask } = await start()
      expect((await ask(tokenProof(scenario, { key: testKey('dpop', alg) }))).status).toBe(200)
    },
  )

  test('has five minutes for a proof', async () => {
    const { scenario, ask } = await start()
    const at = (offset: number) =>
      tokenProof(scenario, {
        claims: { iat: Math.floor(scenario.org.time.nowMs() / 1_000) + offset },
      })
    expect((await ask(at(-300))).status).toBe(200)
    expect((await ask(at(-301))).status).toBe(400)
    expect((await ask(at(1))).status).toBe(400)
  })

  test.each([
    ['the query', '?a=1', 400],
    ['a slash at its end', '/', 400],
    ['a second slash', undefined, 400],
    ['nothing more', '', 200],
  ])('must name the URL in htu, with %s', async (_what, end, status) => {
    const { scenario, ask, url } = await start()
    const htu = end === undefined ? `${url}//oauth2/v1/token` : `${url}/oauth2/v1/token${end}`
    expect((await ask(tokenProof(scenario, { claims: { htu } }))).status).toBe(status)
  })

  test('may carry extra public members in jwk, and no private one', async () => {
    const { scenario, ask } = await start()
    const { publicJwk } = testKey('proof', 'ES256')
    const extra = { ...publicJwk, use: 'sig', kid: 'mine' }
    expect((await ask(tokenProof(scenario, { header: { jwk: extra } }))).status).toBe(200)
    const leaking = { ...publicJwk, d: '' }
    expect((await ask(tokenProof(scenario, { header: { jwk: leaking } }))).status).toBe(400)
  })
})

describe('an app that does not require DPoP', () => {
  test('gets a bound token for a proof, or a plain one where that is assumed', async () => {
    const { scenario, service, ask, org } = await start()
    service.change({ dpopRequired: false })
    expect((await ask(tokenProof(scenario))).json['token_type']).toBe('DPoP')
    org.assumptions = { ...org.assumptions, proofWithoutNeed: 'ignored' }
    const reply = await ask('no proof at all')
    expect(reply.json['token_type']).toBe('Bearer')
    expect(reply.headers['dpop-nonce']).toBeUndefined()
  })
})

test('a fault may take every jti for a used one', async () => {
  const { scenario, ask, org } = await start()
  org.authorization.jtiReplay = 'proofs'
  expect((await ask(tokenProof(scenario))).json['error_description']).toBe(
    'The DPoP proof JWT has already been used.',
  )
  org.authorization.jtiReplay = 'assertions'
  expect((await ask(tokenProof(scenario))).json['error_description']).toBe(
    'The client_assertion token has already been used.',
  )
})
