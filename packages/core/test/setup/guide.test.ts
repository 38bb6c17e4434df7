import {
  assignRoles,
  changeApp,
  createApp,
  fetchTransport,
  type GuideAnswers,
  type GuideContext,
  type GuideStep,
  grantScopes,
  guideToApiToken,
  guideToServiceApp,
  parseOrgUrl,
  requireApp,
  Secret,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { type EmulatedOrg, emulatedOrg } from '../../../../test/emulated-org.ts'
import { setupKey } from './setup-scenario.ts'

const scopes = ['okta.users.read', 'okta.groups.read']
const options = {
  label: 'Postern acme',
  publicJwk: setupKey.publicJwk,
  scopes,
  roles: [{ type: 'READ_ONLY_ADMIN' }],
} as const
const steps = guideToServiceApp(options)
const byUrl = guideToServiceApp({ ...options, jwksUri: 'https://keys.acme.example/jwks.json' })
const apiToken = guideToApiToken({ label: 'Postern' })

function contextOf({ client }: EmulatedOrg): GuideContext {
  return {
    openOrg: (_org, credential) => client({ credential }),
    transport: fetchTransport,
    key: setupKey,
  }
}

function step(id: string, guide: readonly GuideStep[] = steps): GuideStep {
  const found = guide.find((each) => each.id === id)
  if (found === undefined) throw new Error(`The guide has no step ${id}.`)
  return found
}

/** Everything that the guides show, in one text. */
function textOf(guide: readonly GuideStep[]): string {
  return guide
    .flatMap(({ title, where, actions, warnings, values }) => [
      title,
      ...where,
      ...actions,
      ...warnings,
      ...values.flatMap(({ label, value }) => [label, value]),
    ])
    .join('\n')
    .replaceAll('**', '')
}

describe('the guide to a service app', () => {
  test.each([
    // What the Admin Console calls things, and what other products quote of it.
    'Applications and Resources > Applications',
    'Applications > Applications',
    'Create App Integration',
    'API Services',
    'Client ID',
    'Client authentication',
    'Public key / Private key',
    'Save keys in Okta',
    'Add key',
    'Generate new key',
    'Done',
    'Save',
    'Require Demonstrating Proof of Possession (DPoP) header in token requests',
    'Okta API Scopes',
    'Grant',
    'Admin roles',
    'Edit assignments',
    'Add assignment',
    'Save Changes',
    'Security > Administrators',
    'Settings > Account',
    'Super Administrator',
    'Application Administrator',
    'Read-Only Administrator',
    'shown once',
    'resource set',
  ])('says %j', (words) => {
    expect(textOf(steps)).toContain(words)
  })

  test('warns of the second Save, and of what switching deletes', () => {
    const warnings = step('public-key').warnings.join('\n')
    expect(warnings).toContain('pop-up')
    expect(warnings).toContain('client secrets')
    expect(step('public-key', byUrl).actions.join('\n')).toContain(
      'Use a URL to fetch keys dynamically',
    )
    expect(step('public-key', byUrl).warnings.join('\n')).toContain('deleted')
  })

  test('never asks to switch DPoP off', () => {
    expect(step('dpop').actions.join('\n')).toContain('switched on')
  })

  test('gives the values to paste: name, public key, scopes, roles', () => {
    const text = textOf(steps)
    expect(JSON.parse(step('public-key').values[0]?.value ?? '')).toEqual(setupKey.publicJwk)
    for (const value of ['Postern acme', ...scopes]) expect(text).toContain(value)
    const secret: { readonly d: string } = JSON.parse(setupKey.privateJwk.reveal())
    expect(text).not.toContain(secret.d)
  })

  test('told step by step, it turns from todo to done as the person does it', async () => {
    const org = await emulatedOrg({ edition: 'unlimited' })
    const { admin } = org
    const context = contextOf(org)
    const answers: GuideAnswers = { org: admin.url, clientId: 'postern-guided-app' }
    const status = async (id: string) => (await step(id).check(answers, context)).status
    expect(await status('org')).toBe('done')
    expect(await status('create-app')).toBe('unknown')
    expect(await status('client-id')).toBe('todo')
    // The person makes the app, with another way to sign in at first.
    const app = { ...options, dpopRequired: true }
    const { appId } = await createApp(admin, app, 'postern-guided-app')
    const made = await requireApp(admin, 'postern-guided-app')
    org.running.faults.on({
      name: 'client-secret-method',
      parameters: { client: 'postern-guided-app' },
    })
    expect(await status('client-id')).toBe('done')
    expect(await status('public-key')).toBe('todo')
    org.running.faults.off('client-secret-method')
    await changeApp(admin, made, { keys: [{ ...setupKey.publicJwk }] })
    expect(await status('public-key')).toBe('done')
    expect(await step('dpop').check(answers, context)).toMatchObject({ status: 'done' })
    expect(await status('scopes')).toBe('todo')
    await grantScopes(admin, appId, ['okta.users.read'])
    expect(await step('scopes').check(answers, context)).toEqual({
      status: 'todo',
      observed: 'Not granted yet: okta.groups.read.',
      remedy: 'Grant okta.groups.read on the Okta API Scopes tab.',
    })
    await grantScopes(admin, appId, scopes)
    expect(await status('scopes')).toBe('done')
    expect(await step('roles').check(answers, context)).toMatchObject({
      status: 'todo',
      remedy: expect.stringContaining('Save Changes'),
    })
    await assignRoles(admin, 'postern-guided-app', [{ type: 'READ_ONLY_ADMIN' }])
    expect(await step('roles').check(answers, context)).toMatchObject({
      status: 'done',
      observed: '/api/v1/users gave 1 of its records.',
    })
    expect(org.running.unexpected).toEqual([])
  })

  test('names what is missing before a check can be made', async () => {
    const org = await emulatedOrg()
    const { check } = step('scopes')
    expect(await check({}, contextOf(org))).toMatchObject({ status: 'todo' })
  })

  test('tells a host that is no org from one', async () => {
    const org = await emulatedOrg()
    const context = contextOf(org)
    const { org: other } = parseOrgUrl(org.running.control.replace(/\/orgs.*$/, ''), { dev: true })
    expect(await step('org').check({ org: other }, context)).toMatchObject({ status: 'todo' })
    const { org: nobody } = parseOrgUrl('http://127.0.0.1:9', { dev: true })
    expect(await step('org').check({ org: nobody }, context)).toMatchObject({ status: 'todo' })
    expect(await step('org').check({}, context)).toMatchObject({ status: 'todo' })
  })
})

describe('the guide to an API token', () => {
  test.each(['Security > API > Tokens', 'Create token', 'shown once', '30 days', 'network zone'])(
    'says %j',
    (words) => {
      expect(textOf(apiToken)).toContain(words)
    },
  )

  test('asks for the token as a secret, and looks whether the org takes it', async () => {
    const org = await emulatedOrg()
    const { asks, check } = step('api-token', apiToken)
    expect(asks).toMatchObject({ field: 'apiToken', isSecret: true })
    const answers = { org: org.admin.url, apiToken: new Secret(org.running.adminToken) }
    expect(await check(answers, contextOf(org))).toMatchObject({ status: 'done' })
    const wrong = { ...answers, apiToken: new Secret(`00${'x'.repeat(40)}`) }
    expect(await check(wrong, contextOf(org))).toMatchObject({ status: 'todo' })
    const noToken = { ...answers, apiToken: new Secret('not a token') }
    expect(await check(noToken, contextOf(org))).toMatchObject({ status: 'todo' })
    expect(await check({}, contextOf(org))).toMatchObject({ status: 'todo' })
  })
})
