import { createAuthorizer, importKey, parseOrgUrl } from '@postern/core'
import { expect, onTestFinished, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { startOrg, startOrgs } from '../../src/index.ts'
import { addServiceApp } from '../service-app.ts'
import { makeProof, sendRequest, tokenForm } from './scenario.ts'

const clock = new TestClock(new Date('2026-03-30T08:00:00.000Z'))

test('a started org gives a service app its token, its lists and the trace of both', async () => {
  const running = await startOrg({ clock })
  onTestFinished(running.close)
  const { org, url, unexpected } = running
  const scopes = ['okta.users.read', 'okta.logs.read']
  const service = addServiceApp(org, { scopes, roles: ['READ_ONLY_ADMIN'], dpopRequired: true })
  const key = await importKey(JSON.stringify(service.key.privateJwk))
  const { clientId } = service
  const authorizer = createAuthorizer({
    org: parseOrgUrl(url, { dev: true }).org,
    clock,
    credential: { kind: 'service-app', clientId, key, scopes },
  })
  const read = async (path: string): Promise<Record<string, unknown>[]> => {
    const used = await authorizer.authorize({ method: 'GET', url: url + path })
    const answer = await fetch(url + path, { headers: { ...used.headers.reveal() } })
    expect(answer.status).toBe(200)
    return (await answer.json()) as Record<string, unknown>[]
  }
  expect(await read('/api/v1/users?limit=1')).toHaveLength(1)
  const grants = (await read('/api/v1/logs')).filter(
    ({ eventType }) => eventType === 'app.oauth2.token.grant.access_token',
  )
  expect(grants.map(({ actor, outcome }) => [actor, outcome])).toMatchObject([
    [{ id: clientId }, { result: 'FAILURE', reason: 'proof_missing' }],
    [{ id: clientId }, { result: 'CHALLENGE', reason: 'use_dpop_nonce' }],
    [{ id: clientId }, { result: 'SUCCESS', reason: null }],
  ])
  service.change({ roles: [] })
  expect(await read('/api/v1/users?limit=1')).toEqual([])
  expect(unexpected).toEqual([])
})

test('an org behind a path has that path in its audience, its issuer and in htu', async () => {
  const emulator = await startOrgs({ orgs: [{ name: 'acme', path: '/orgs/acme', clock }] })
  onTestFinished(() => emulator.close())
  const org = emulator.orgs.get('acme')?.org
  if (org === undefined) throw new Error('The org was not started.')
  expect(org.url).toBe(`${emulator.url}/orgs/acme`)
  const service = addServiceApp(org, { dpopRequired: true })
  const post = (claims: Readonly<Record<string, unknown>>, dpop: string) =>
    sendRequest(emulator.url, '/orgs/acme/oauth2/v1/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', dpop },
      body: new URLSearchParams(tokenForm(service.sign(claims))).toString(),
    })
  const nonce = org.authorization.nonces.current(org.time.nowMs())
  const prove = (path: string) => makeProof({ org }, 'POST', path, { claims: { nonce } })
  expect((await post({}, prove('/oauth2/v1/token'))).status).toBe(200)
  const elsewhere = { aud: `${emulator.url}/oauth2/v1/token` }
  expect((await post(elsewhere, prove('/oauth2/v1/token'))).status).toBe(401)
})
