/** @module How an app comes to be, as the five documents of mission.test.ts tell it, row by row: by a command, or by hand, guided. */

import {
  findRepair,
  type GuideStep,
  generateKey,
  guideToApiToken,
  guideToServiceApp,
  parseOrgUrl,
  planSetup,
  rotationNeeds,
  scopeBundles,
  stepsOf,
} from '@postern/core'
import { startOrg } from '@postern/emulator'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { apiTokenWithRole } from './admin-with-role.ts'
import { emulatedOrg } from './emulated-org.ts'

const place = createPlace()
afterAll(place.remove)
const { publicJwk } = await generateKey({ alg: 'ES256' })
const { scopes } = scopeBundles['access-management']
const roles = scopeBundles['access-management'].roles.map((type) => ({ type }))
const guide = guideToServiceApp({ label: 'My app', publicJwk, scopes, roles })

function stepOf(id: string, steps: readonly GuideStep[] = guide): string {
  const step = steps.find((each) => each.id === id)
  const { where = [], actions = [], values = [], warnings = [] } = step ?? {}
  const lines = [...where, ...actions, ...values.map(({ value }) => value), ...warnings]
  return lines.join('\n').replaceAll('**', '')
}

describe('0. a connect guide for client credentials', () => {
  test('0.3 to 0.5 the app is made as API Services, its Client ID copied, its authentication set', () => {
    for (const words of ['Create App Integration', 'API Services', 'Next', 'name', 'Save']) {
      expect(stepOf('create-app')).toContain(words)
    }
    expect(stepOf('client-id')).toContain('General')
    expect(stepOf('public-key')).toContain('Public key / Private key')
  })

  test('0.5 an app with a client secret is repaired with an admin credential', async () => {
    const org = await emulatedOrg({ faults: ['client-secret-method'] })
    const { clientId } = org.running.app
    await findRepair('app_client_secret')?.apply(org.admin, clientId, { publicJwk })
    expect(org.running.org.apps.get(clientId)?.oauth?.authMethod).toBe('private_key_jwt')
  })

  test('0.6, 3.7, 4.17 DPoP stays on', () => {
    expect(stepOf('dpop')).toContain(
      'Leave Require Demonstrating Proof of Possession (DPoP) header in token requests switched on.',
    )
  })

  test('0.11 both places that show the domain are named', () => {
    expect(stepOf('org')).toContain('top right')
    expect(stepOf('org')).toContain('Settings > Account')
  })

  test('0.13, 0.14, 4.18, 4.19 scopes and roles have their tab, and both places for a role are named', () => {
    expect(stepOf('scopes')).toContain('Okta API Scopes')
    for (const words of ['Admin roles', 'Security > Administrators', 'Edit assignments']) {
      expect(stepOf('roles')).toContain(words)
    }
    for (const words of ['Save Changes', 'resource set', 'groups']) {
      expect(stepOf('roles')).toContain(words)
    }
  })

  test('0.16 the end says what was proven: token, scopes, roles, one live read, DPoP', async () => {
    const org = await startOrg({ edition: 'unlimited' })
    onTestFinished(org.close)
    const args = ['setup', 'acme', '--org', org.url, '--out', 'acme', '--admin-token', 'env:ADMIN']
    const { stdout } = await place.run(args, { env: { ADMIN: org.adminToken } })
    for (const words of ['Token ', 'Scopes granted ', 'Admin roles ', 'Live read ', 'DPoP ']) {
      expect(stdout).toContain(`\n${words}`)
    }
  })
})

describe('1. Okta’s own guide', () => {
  const plan = (via: 'apps' | 'clients') =>
    planSetup({ name: 'acme', org: parseOrgUrl('acme').org, publicJwk, scopes, roles, via })

  test('1.1, 1.3 the app can do client credentials with a private key, and nothing else', () => {
    const body = JSON.stringify(stepsOf(plan('apps')))
    expect(body).toContain('"grant_types":["client_credentials"]')
    expect(body).toContain('"token_endpoint_auth_method":"private_key_jwt"')
    expect(body).not.toContain('secret')
  })

  test('1.2 the key comes first, then the app with its public half, then a signed request', async () => {
    const args = ['setup', 'acme', '--org', 'acme', '--out', 'order', '--plan']
    const { stdout } = await place.run(args)
    const order = ['Public key', 'Create the API Services app', 'Prove it'].map((words) =>
      stdout.indexOf(words),
    )
    expect(order.every((position) => position >= 0)).toBe(true)
    expect(order).toEqual(order.toSorted((one, other) => one - other))
  })

  test('1.7 it is made through the Apps API or by dynamic registration, the Apps API where nobody chooses', () => {
    const { org } = parseOrgUrl('acme')
    expect(planSetup({ name: 'acme', org, publicJwk, scopes, roles }).via).toBe('apps')
    const paths = (['apps', 'clients'] as const).map(
      (via) => stepsOf(plan(via)).find(({ kind }) => kind === 'create-app')?.request?.path,
    )
    expect(paths).toEqual(['/api/v1/apps?activate=true', '/oauth2/v1/clients'])
  })

  test('1.9 that only a Super Admin rotates is said before anything else', () => {
    expect(rotationNeeds).toMatch(/^Once scopes are granted to an app, only a Super Admin/)
  })
})

describe('2. a workflow product’s set-up page', () => {
  test('2.1 each prerequisite that is missing is named', async () => {
    const org = await emulatedOrg()
    const env = { ADMIN: await apiTokenWithRole(org, 'APP_ADMIN') }
    const out = ['--out', 'lacking', '--admin-token', 'env:ADMIN']
    const { stderr } = await place.run(['setup', 'acme', '--org', org.running.url, ...out], { env })
    expect(stderr).toContain('may not: grant scopes, assign admin roles.')
  })

  test('2.2 every step is in the guide, each with a look whether it is done', () => {
    expect(guide.map(({ id }) => id)).toEqual([
      ...['org', 'sign-in', 'create-app', 'client-id', 'public-key', 'dpop', 'scopes', 'roles'],
    ])
    expect(guide.every(({ check }) => typeof check === 'function')).toBe(true)
  })

  test('2.3, 2.4 the bundle access-management has its six scopes and two roles, read-only its role', () => {
    expect([...scopes].sort()).toEqual([
      ...['okta.apps.manage', 'okta.apps.read', 'okta.groups.manage', 'okta.groups.read'],
      ...['okta.users.manage', 'okta.users.read'],
    ])
    expect(stepOf('roles')).toContain('Application Administrator\nGroup Administrator')
    expect(scopeBundles['read-only'].roles).toEqual(['READ_ONLY_ADMIN'])
  })
})

describe('3. a security-data product’s page', () => {
  test('3.6 the key is registered in Client Credentials, and what is shown once is said to be', () => {
    for (const words of [
      'Client Credentials',
      'Edit',
      'Add key',
      'Generate new key',
      'shown once',
    ]) {
      expect(stepOf('public-key')).toContain(words)
    }
  })

  test('3.9 without a role the lists are empty, and the guide says so', () => {
    expect(stepOf('roles')).toContain('Without a role every list comes empty')
  })

  test('the API token has a guide of its own', () => {
    const text = stepOf('api-token', guideToApiToken({ label: 'x' }))
    for (const words of ['Security > API > Tokens', 'Create token', 'shown once', '30 days']) {
      expect(text).toContain(words)
    }
  })
})

describe('4. an agent studio’s connector guide', () => {
  test('4.15 keys are saved in Okta, or fetched from a URL', () => {
    expect(stepOf('public-key')).toContain('Save keys in Okta')
    const jwksUri = 'https://keys.acme.example/jwks.json'
    const byUrl = guideToServiceApp({ label: 'x', publicJwk, scopes, roles, jwksUri })
    expect(stepOf('public-key', byUrl)).toContain('Use a URL to fetch keys dynamically')
    expect(stepOf('public-key', byUrl)).toContain(jwksUri)
  })

  test('4.16 the second Save is warned of', () => {
    expect(stepOf('public-key')).toContain('Done')
    expect(stepOf('public-key')).toContain('click Save there too')
  })
})
