import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { addServiceApp, signJwt } from '../service-app.ts'
import {
  getToken,
  makeProof,
  type Reply,
  startScenario,
  tokenForm,
  tokenProof,
} from './scenario.ts'

const runs = { numRuns: 60 }

const json = fc.jsonValue({ maxDepth: 3 })
const claims = fc.dictionary(
  fc.constantFrom('iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'nbf', 'htm', 'htu', 'nonce', 'ath'),
  fc.oneof(json, fc.constantFrom<unknown>(-1, 0, 1e308, '', null, [], {})),
)
const header = fc.dictionary(
  fc.constantFrom('alg', 'kid', 'typ', 'jwk', 'crit', 'jku', 'b64', '__proto__'),
  fc.oneof(
    json,
    fc.constantFrom<unknown>('none', 'HS256', 'RS256', 'ES256', 'toString', 'dpop+jwt'),
    fc.record({
      kty: fc.constantFrom('RSA', 'EC', 'OKP', 'oct'),
      n: fc.string(),
      e: fc.string(),
      crv: fc.constantFrom('P-256', 'secp256k1', 'x'),
      x: fc.base64String(),
      y: fc.base64String(),
    }),
  ),
)
// What a header of HTTP can carry at all.
const printable = fc.stringMatching(/^[\x21-\x7e]{1,200}$/)

/** Whether an answer is one that Okta would give: JSON or nothing, and never an error of the server. */
function expectSound(reply: Reply): void {
  expect(reply.status).toBeGreaterThanOrEqual(200)
  expect(reply.status).toBeLessThan(500)
  if (reply.text !== '') expect(JSON.parse(reply.text)).toBeTypeOf('object')
  expect(reply.text).not.toContain('E0000009')
}

async function start() {
  const scenario = await startScenario({ edition: 'unlimited' })
  const service = addServiceApp(scenario.org)
  onTestFinished(() => expect(scenario.unexpected).toEqual([]))
  return { ...scenario, scenario, service }
}

test('any form gets a sound answer', async () => {
  const { post } = await start()
  const name = fc.oneof(
    fc.constantFrom('grant_type', 'scope', 'client_id', 'client_secret', 'client_assertion'),
    fc.string(),
  )
  const fields = fc.array(fc.tuple(name, fc.oneof(fc.constant('client_credentials'), fc.string())))
  const body = fc.oneof(
    fields.map((pairs) => new URLSearchParams(pairs).toString()),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.constantFrom('/oauth2/v1/token', '/oauth2/v1/introspect', '/oauth2/default/v1/token'),
      async (text, path) => expectSound(await post(text, {}, path)),
    ),
    runs,
  )
})

test('any Authorization header gets a sound answer, at the token endpoint and at an API', async () => {
  const { post, send } = await start()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('', 'Basic ', 'Bearer ', 'DPoP ', 'SSWS '),
      printable,
      async (scheme, rest) => {
        const headers = { authorization: scheme + rest }
        expectSound(await post({ grant_type: 'client_credentials' }, headers))
        expectSound(await send('/api/v1/users/me', { headers }))
      },
    ),
    runs,
  )
})

test('any assertion gets a sound answer and no token', async () => {
  const { post, service } = await start()
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.constant({}), header), claims, async (head, said) => {
      const jwt = signJwt({ alg: 'RS256', ...head }, said, service.key)
      for (const text of [
        jwt,
        `${jwt}.x`,
        jwt.slice(0, -9),
        service.sign({ aud: 7, ...said }, head),
      ]) {
        const reply = await post(tokenForm(text))
        expectSound(reply)
        expect(reply.json).not.toHaveProperty('access_token')
      }
    }),
    runs,
  )
})

test('any proof gets a sound answer, at the token endpoint and at an API', async () => {
  const { scenario, post, send, service } = await start()
  service.change({ dpopRequired: true })
  const accessToken = await getToken(scenario, service, { proof: {} })
  const authorization = `DPoP ${accessToken}`
  await fc.assert(
    fc.asyncProperty(header, claims, printable, async (head, said, text) => {
      const choices = { header: head, claims: said }
      for (const dpop of [text, tokenProof(scenario, choices)]) {
        expectSound(await post(tokenForm(service.sign()), { dpop }))
      }
      const proof = makeProof(scenario, 'GET', '/api/v1/users/me', { ...choices, accessToken })
      expectSound(await send('/api/v1/users/me', { headers: { authorization, dpop: proof } }))
    }),
    runs,
  )
})

test('a changed token opens nothing', async () => {
  const { scenario, send, service } = await start()
  const token = await getToken(scenario, service)
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.constantFrom('A', '_', '.', '='),
      async (at, by) => {
        const changed = token.slice(0, at) + by + token.slice(at + 1)
        const reply = await send('/api/v1/users/me', {
          headers: { authorization: `Bearer ${changed}` },
        })
        expectSound(reply)
        // The last character of a signature holds bits that nothing reads.
        if (changed !== token && at < token.length - 1) expect(reply.status).toBe(401)
      },
    ),
    runs,
  )
})
