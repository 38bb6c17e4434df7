/** @module Rows 4.15 to 4.20 of the five documents: an agent studio’s connector guide, walked. */

import { readFileSync } from 'node:fs'
import {
  createApp,
  fetchTransport,
  type GuideContext,
  grantScope,
  Org,
  parseOrgUrl,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { guideByUrl, guideKey, linesOf, missingInOrder, stepOf, textOf } from './guides.ts'
import { startWalk } from './walk.ts'

describe('4.15 where the public key is kept', () => {
  test('in Okta: the guide names Configuration and Save keys in Okta', () => {
    const words = ['Configuration', 'Save keys in Okta', 'Add key']
    expect(missingInOrder(textOf(stepOf('public-key')), words)).toEqual([])
  })

  test('behind a URL: the guide names Use a URL to fetch keys dynamically, and the URL', () => {
    const words = [
      'Configuration',
      'Use a URL to fetch keys dynamically',
      'https://keys.acme.example',
    ]
    expect(missingInOrder(textOf(stepOf('public-key', guideByUrl)), words)).toEqual([])
  })
})

describe('4.15 the setup does either', () => {
  test('it writes the key set for a URL, and makes nothing until that is published', async () => {
    const { running, setup, place } = await startWalk()
    const apps = running.org.apps.size
    const url = 'http://127.0.0.1:9/jwks.json'
    const { code, stderr } = await setup(['--keys', 'url', '--jwks-url', url])
    expect([code === 0, running.org.apps.size]).toEqual([false, apps])
    expect(stderr).toContain('jwks.json')
    const { keys } = JSON.parse(readFileSync(place.path('acme/jwks.json'), 'utf8'))
    expect(keys).toMatchObject([{ kty: 'RSA', kid: expect.any(String) }])
    expect(keys[0]).not.toHaveProperty('d')
  })
})

test('4.16 the guide says Done, Save, and Save again in the pop-up, without which nothing is kept', () => {
  const step = stepOf('public-key')
  expect(missingInOrder(textOf(step), ['Done', 'Save', 'Save again in the pop-up'])).toEqual([])
  expect(step.warnings.join()).toMatch(/pop-up .* or nothing is kept/)
})

test('4.18 the guide looks again right after a scope is granted, and sees it', async () => {
  const { running, admin } = await startWalk()
  const open: GuideContext['openOrg'] = (url, credential) => new Org({ url, dev: true, credential })
  const { org } = parseOrgUrl(running.url, { dev: true })
  const clientId = 'postern-walk'
  const app = { label: 'Walk', publicJwk: guideKey.publicJwk, dpopRequired: true }
  const { appId } = await createApp(admin, app, clientId)
  const context = { openOrg: open, transport: fetchTransport, key: guideKey }
  const look = () => stepOf('scopes').check({ org, clientId }, context)
  expect(await look()).toMatchObject({ status: 'todo' })
  await grantScope(admin, appId, 'okta.users.read')
  expect(await look()).toMatchObject({
    status: 'todo',
    observed: 'Not granted yet: okta.groups.read.',
  })
  await grantScope(admin, appId, 'okta.groups.read')
  expect(await look()).toMatchObject({ status: 'done' })
})

test.each([
  ['a Bearer token', []],
  ['a DPoP token', ['dpop-required']],
])('4.20 GET /api/v1/users with %s prints the users of the org', async (_type, faults) => {
  const { running, connection, run } = await startWalk({ faults })
  const { code, stdout } = await run(['request', 'GET', '/api/v1/users', ...connection])
  const ids = (JSON.parse(stdout) as { readonly id: string }[]).map(({ id }) => id)
  expect([code, ids.sort()]).toEqual([0, [...running.org.users].map(({ id }) => id).sort()])
})

test('4.19 the guide names who may assign roles, each button, and what a resource set or groups limit', () => {
  const text = linesOf(stepOf('roles')).join('\n')
  const words = ['Admin roles tab', 'Edit assignments', 'Add assignment', 'resource set', 'groups']
  expect(missingInOrder(text, [...words, 'Save Changes'])).toEqual([])
  expect(textOf(stepOf('sign-in'))).toContain('Super Administrator')
})
