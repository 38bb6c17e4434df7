import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testKey } from '../service-app.ts'
import { makeProof, readJwt, startWithApp, tokenForm, tokenProof } from './scenario.ts'

const MANY = 200
const key = testKey('parallel', 'ES256')
const counts = (statuses: readonly number[]) => ({
  given: statuses.filter((status) => status === 200).length,
  refused: statuses.filter((status) => status !== 200).length,
})

/** An org that takes any number of requests at once. */
async function start(options: Parameters<typeof startWithApp>[0] = {}) {
  const started = await startWithApp({ key, ...options }, { edition: 'unlimited' })
  onTestFinished(() => expect(started.unexpected).toEqual([]))
  return started
}

describe('requests at the same time', () => {
  test('with an assertion each get a token each', async () => {
    const { post, service } = await start()
    const replies = await Promise.all(
      Array.from({ length: MANY }, () => post(tokenForm(service.sign()))),
    )
    expect(counts(replies.map(({ status }) => status))).toEqual({ given: MANY, refused: 0 })
    const jtis = replies.map(({ json }) => readJwt(String(json['access_token']))[1]?.['jti'])
    expect(new Set(jtis).size).toBe(MANY)
  })

  test('with the same jti get one token among them, whatever else their assertions say', async () => {
    const { post, service } = await start()
    const replies = await Promise.all(
      Array.from({ length: MANY }, (_, index) => {
        const nowSeconds = Math.floor(Date.parse('2026-03-30T08:00:00.000Z') / 1_000)
        const claims = { jti: 'once', exp: nowSeconds + 100 + index }
        return post(tokenForm(service.sign(claims)))
      }),
    )
    expect(counts(replies.map(({ status }) => status))).toEqual({ given: 1, refused: MANY - 1 })
    const errors = replies.flatMap(({ json }) => json['error_description'] ?? [])
    expect(new Set(errors)).toEqual(new Set(['The client_assertion token has already been used.']))
  })

  test('with the same jti get one token where the keys are fetched meanwhile, and fetch them once', async () => {
    let fetches = 0
    const jwks = createServer((_request, answer) => {
      fetches++
      answer.end(JSON.stringify({ keys: [key.publicJwk] }))
    })
    await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void jwks.close())
    const { port } = jwks.address() as AddressInfo
    const client = { keys: [], jwksUri: `http://127.0.0.1:${port}/keys` }
    const { post, service } = await start({ client })
    const assertion = service.sign({ jti: 'once' })
    const replies = await Promise.all(Array.from({ length: 50 }, () => post(tokenForm(assertion))))
    expect(counts(replies.map(({ status }) => status))).toEqual({ given: 1, refused: 49 })
    expect(fetches).toBe(1)
  })

  test('with the same proof get one token, and one answer of an API', async () => {
    const { post, send, service, scenario } = await start({
      dpopRequired: true,
      roles: ['READ_ONLY_ADMIN'],
    })
    const proof = tokenProof(scenario)
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => post(tokenForm(service.sign()), { dpop: proof })),
    )
    expect(counts(replies.map(({ status }) => status))).toEqual({ given: 1, refused: 49 })
    const refused = replies.flatMap(({ json }) => json['error_description'] ?? [])
    expect(new Set(refused)).toEqual(new Set(['The DPoP proof JWT has already been used.']))
    const given = replies.find(({ status }) => status === 200)
    const accessToken = String(given?.json['access_token'])
    const path = '/api/v1/users/me'
    const headers = {
      authorization: `DPoP ${accessToken}`,
      dpop: makeProof(scenario, 'GET', path, { accessToken }),
    }
    const calls = await Promise.all(Array.from({ length: 50 }, () => send(path, { headers })))
    expect(counts(calls.map(({ status }) => status))).toEqual({ given: 1, refused: 49 })
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200, 400]))
  })
})
