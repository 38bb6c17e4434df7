/** @module Rows 3.1, 3.3 and 3.5 to 3.9 of the five documents: a security-data product’s page, walked. */

import { guideToApiToken, inputs } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { guide, missingInOrder, stepOf, textOf } from './guides.ts'
import { codesOf, startWalk } from './walk.ts'

describe('3.1 the inputs are Users, Groups, Apps and System Log', () => {
  test('each is an input, with its sync', () => {
    const offered = inputs.map(({ title, sync }) => [title, sync])
    for (const wanted of [
      ['Users', 'full'],
      ['Groups', 'full'],
      ['Apps', 'full'],
      ['System Log', 'incremental'],
    ]) {
      expect(offered).toContainEqual(wanted)
    }
  })

  test('a host of Auth0 is refused by its name', async () => {
    const { connection, run } = await startWalk()
    const asked = await run(['token', ...connection, '--org', 'acme.auth0.com', '--explain'])
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('Auth0')])
  })
})

test('3.3 the setting Cron is validated, and its next three runs are shown', async () => {
  const { connection, run } = await startWalk()
  expect((await run(['connect', 'acme', ...connection])).code).toBe(0)
  const feed = [
    'feed',
    'add',
    'log',
    '--connection',
    'acme',
    '--input',
    'system-log',
    '--sink',
    'store',
  ]
  const wrong = await run([...feed, '--cron', 'every five minutes'])
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('cron_not_cron')])
  const added = await run([...feed, '--cron', '*/5 * * * *', '--output', 'json'])
  const { cron, nextRuns } = JSON.parse(added.stdout)
  const times = nextRuns.map((at: string) => Date.parse(at))
  expect([cron, times[1] - times[0], times[2] - times[1]]).toEqual([
    '*/5 * * * *',
    300_000,
    300_000,
  ])
})

describe('3.5 the address of the Admin Console becomes the org URL', () => {
  test.each([
    ['https://companyname-admin.okta.com/admin/dashboard', 'https://companyname.okta.com'],
    ['companyname-admin.okta.com', 'https://companyname.okta.com'],
    ['HTTPS://CompanyName.okta.com:443/', 'https://companyname.okta.com'],
    ['https://companyname.okta.com/oauth2/default', 'https://companyname.okta.com'],
    ['companyname-admin.oktapreview.com/admin/users?q=a#b', 'https://companyname.oktapreview.com'],
  ])('%s is taken, and %s is what a token is asked of', async (given, org) => {
    const { connection, run } = await startWalk()
    const { code, stdout } = await run(['token', ...connection, '--org', given, '--explain'])
    expect([code, stdout]).toEqual([0, expect.stringContaining(`curl '${org}/oauth2/v1/token'`)])
  })
})

test('3.6 the guide leads from Client Credentials over Edit and Add key to Save', () => {
  const words = [
    'Client Credentials',
    'Edit',
    'Public key / Private key',
    'Add key',
    'Save',
    'PUBLIC KEYS',
    'KID',
  ]
  expect(missingInOrder(textOf(stepOf('public-key')), words)).toEqual([])
})

test('3.2 the steps of an API token are a guide as well, which says that it is shown once', () => {
  const text = guideToApiToken({ label: 'Postern' }).map(textOf).join('\n')
  const words = ['Security > API > Tokens', 'network zone', 'Create token', 'shown once', '30 days']
  expect(missingInOrder(text, words)).toEqual([])
})

describe('3.8 scopes “required by the specific Okta input”', () => {
  test('each input declares the scopes that it needs', () => {
    const declared = Object.fromEntries(inputs.map(({ name, scopes }) => [name, scopes]))
    expect(declared).toMatchObject({
      users: ['okta.users.read'],
      groups: ['okta.groups.read'],
      apps: ['okta.apps.read'],
      'system-log': ['okta.logs.read'],
    })
    expect(inputs.filter(({ scopes }) => scopes.length === 0)).toEqual([])
  })
})

describe('3.8 a connection runs the inputs that its scopes allow', () => {
  test('and is told which scope another one takes', async () => {
    const { connection, run } = await startWalk({ scopes: ['okta.users.read'] })
    const users = await run(['read', 'users', ...connection])
    expect([users.code, users.stdout.trim().split('\n').length]).toEqual([0, 3])
    const asked = ['--scopes', 'okta.users.read okta.groups.read']
    const groups = await run(['read', 'groups', ...connection, ...asked])
    expect([groups.code === 0, groups.stdout]).toEqual([false, ''])
    expect(groups.stderr).toContain('The token for groups has no okta.groups.read')
  })
})

test('3.8 the inputs that a connection can run, and those it cannot, are shown with what is missing', async () => {
  const { connection, run } = await startWalk({ scopes: ['okta.users.read'] })
  const scopes = ['--scopes', 'okta.users.read', '--force']
  expect((await run(['connect', 'acme', ...connection, ...scopes])).code).toBe(0)
  const listed = JSON.parse((await run(['inputs', '--output', 'json'])).stdout)
  const of = (name: string) =>
    listed.find((input: { name: string }) => input.name === name).connections
  expect(of('users')).toEqual([{ name: 'acme', runs: true, missingScopes: [] }])
  expect(of('system-log')).toEqual([
    { name: 'acme', runs: false, missingScopes: ['okta.logs.read'] },
  ])
})

describe('3.9 the page has no step for an admin role', () => {
  test('the guide has one, and says what happens without it', () => {
    expect(guide.at(-1)?.id).toBe('roles')
    expect(stepOf('roles').warnings.join()).toContain('Without a role every list comes empty')
  })

  test('who followed the page reads nothing, and is told why in the place of no records', async () => {
    const { connection, run } = await startWalk({ role: 'none' })
    const { code, stdout, stderr } = await run(['read', 'users', ...connection])
    expect([code === 0, stdout]).toEqual([false, ''])
    expect(stderr).toContain('role_missing')
    expect(stderr).toContain('Admin roles tab')
  })

  test('who followed the page is told by the doctor', async () => {
    const { doctor } = await startWalk({ role: 'none' })
    const { code, problems } = await doctor()
    expect([code, codesOf(problems)]).toEqual([3, ['role_missing']])
  })
})
