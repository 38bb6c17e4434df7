import { writeFileSync } from 'node:fs'
import { exportJwk, generateKey } from '@postern/core'
import { afterAll, expect, test } from 'vitest'
import { startScriptedServer, tokenAnswer } from '../../../../test/scripted-server.ts'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(() => place.remove())
// TEST KEY, made for this run.
writeFileSync(place.path('app.jwk'), exportJwk(await generateKey({ alg: 'ES256' })).reveal())

const token = (orgUrl: string) => [
  ...['token', '--org', orgUrl, '--client-id', '0oaTEST0000000000Tst'],
  ...['--key', place.path('app.jwk'), '--scopes', 'okta.users.read'],
]

test('a network of POSTERN_ALLOWED_NETWORKS that is no CIDR is a usage error, and nothing is sent', async () => {
  const server = await startScriptedServer(() => tokenAnswer())
  const { code, stdout, stderr } = await place.run(token(server.orgUrl), {
    env: { POSTERN_ALLOWED_NETWORKS: '10.20.0.0/16, intranet' },
  })
  await server.close()
  expect({ code, stdout, requests: server.requests }).toEqual({ code: 2, stdout: '', requests: [] })
  expect(stderr).toContain('outbound_network_malformed')
  expect(stderr).toContain('intranet is not a network in CIDR notation')
})

test('networks in POSTERN_ALLOWED_NETWORKS leave an org on this machine within reach', async () => {
  const server = await startScriptedServer(() => tokenAnswer())
  const { code } = await place.run(token(server.orgUrl), {
    env: { POSTERN_ALLOWED_NETWORKS: '10.20.0.0/16, fd00::/8' },
  })
  await server.close()
  expect(code).toBe(0)
})
