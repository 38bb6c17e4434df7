/** @module Rows 2.1 to 2.9 of the five documents: a workflow product’s set-up page, walked. */

import { readFileSync, writeFileSync } from 'node:fs'
import { adminRoles, exportPem, importKey, scopeBundles } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { apiTokenWithRole } from '../admin-with-role.ts'
import { guide, missingInOrder, stepOf, textOf } from './guides.ts'
import { codesOf, startWalk } from './walk.ts'

describe('2.1 what an administrator has to be allowed', () => {
  test.each([
    ['APP_ADMIN', "The admin's credential may not: grant scopes, assign admin roles."],
    [
      'READ_ONLY_ADMIN',
      "The admin's credential may not: create app integrations, grant scopes, assign admin roles.",
    ],
  ])('the doctor names what the credential of an %s lacks', async (role, observed) => {
    const walk = await startWalk()
    const NARROW = await apiTokenWithRole(walk, role)
    const { findings } = await walk.doctor(['--admin-token', 'env:NARROW'], { NARROW })
    const admin = findings.filter(({ check }) => check === 'admin')
    expect(admin).toMatchObject([{ code: 'admin_too_narrow', status: 'warning' }])
    expect(admin[0]?.observed).toContain(observed)
    expect(admin[0]?.remedy).toContain('Super Admin')
  })

  test('the setup names the same and makes nothing', async () => {
    const walk = await startWalk()
    const ADMIN = await apiTokenWithRole(walk, 'APP_ADMIN')
    const apps = walk.running.org.apps.size
    const { code, stderr } = await walk.setup([], { ADMIN })
    expect([code === 0, walk.running.org.apps.size]).toEqual([false, apps])
    expect(stderr).toContain('The admin credential may not: grant scopes, assign admin roles.')
  })

  test('the doctor has nothing to say against a Super Admin, and makes no app to find out', async () => {
    const { running, doctor } = await startWalk()
    const apps = running.org.apps.size
    const { code, findings } = await doctor(['--admin-token', 'env:ADMIN'])
    expect([code, running.org.apps.size]).toEqual([0, apps])
    expect(findings).toContainEqual(expect.objectContaining({ check: 'admin', status: 'ok' }))
  })
})

describe('2.2 the steps of the page are those of the guide', () => {
  test('in their order, from Create App Integration to the roles', () => {
    const words = [
      'Create App Integration',
      'API Services',
      'name',
      'Client ID',
      'Public key / Private key',
      'Add key',
      'kid',
      'Require Demonstrating Proof of Possession (DPoP) header in token requests',
      'Okta API Scopes',
      'Admin roles',
    ]
    expect(missingInOrder(guide.map(textOf).join('\n'), words)).toEqual([])
  })

  test('the command prints them where there is no terminal to be led on', async () => {
    const { running, run } = await startWalk()
    const args = ['setup', 'acme', '--guide', '--org', running.url, '--out', 'acme']
    const { code, stdout } = await run(args)
    expect([
      code,
      missingInOrder(
        stdout,
        guide.map(({ title }) => title),
      ),
    ]).toEqual([0, []])
  })

  test('each can be looked at when it is done', () => {
    expect(guide.map(({ check }) => typeof check)).toEqual(guide.map(() => 'function'))
  })

  test('the pair is there before the steps: its public half with its kid is what is pasted', () => {
    const [{ value } = { value: '' }] = stepOf('public-key').values
    expect(JSON.parse(value)).toMatchObject({ kid: 'guide-key', use: 'sig' })
    expect(JSON.parse(value)).not.toHaveProperty('d')
  })
})

describe('2.3, 2.4 the bundles', () => {
  test('access-management has the six scopes and both roles of the page', () => {
    const { scopes, roles } = scopeBundles['access-management']
    expect([...scopes].sort()).toEqual(
      ['apps', 'groups', 'users'].flatMap((what) => [`okta.${what}.manage`, `okta.${what}.read`]),
    )
    expect(roles.map((role) => adminRoles[role])).toEqual([
      'Application Administrator',
      'Group Administrator',
    ])
  })

  test('the setup gives an app of access-management these scopes and roles', async () => {
    const { setup } = await startWalk()
    const { code, stdout } = await setup(['--bundle', 'access-management', '--output', 'json'])
    const { scopes, roles } = JSON.parse(stdout)
    expect([code, scopes, roles]).toEqual([
      0,
      [...scopeBundles['access-management'].scopes].sort(),
      ['Application Administrator', 'Group Administrator'],
    ])
  })

  test('read-only has the Read-Only Administrator', () => {
    const { roles } = scopeBundles['read-only']
    expect(roles.map((role) => adminRoles[role])).toEqual(['Read-Only Administrator'])
  })

  test('the doctor names what a connection lacks for access-management', async () => {
    const { doctor } = await startWalk()
    const { problems } = await doctor(['--for', 'access-management'])
    const found = problems.find(({ code }) => code === 'scope_not_requested')
    for (const what of ['users', 'groups', 'apps']) {
      expect(found?.observed).toContain(`okta.${what}.manage`)
    }
  })
})

describe('2.6 of invalid credentials the doctor says which part is wrong', () => {
  test.each([
    ['the BEGIN marker', (pem: string) => pem.replace(/^.*\n/, ''), 'key_pem_missing_begin'],
    ['the END marker', (pem: string) => pem.replace(/-----END.*\n?$/, ''), 'key_pem_missing_end'],
  ])('a PEM without %s', async (_what, damage, code) => {
    const { running, place, doctor } = await startWalk()
    const pem = (await exportPem(await importKey(JSON.stringify(running.app.key)))).reveal()
    writeFileSync(place.path('app.pem'), damage(pem), { mode: 0o600 })
    const { findings, problems } = await doctor(['--key', 'app.pem', '--kid', running.app.key.kid])
    expect(codesOf(problems)).toEqual([code])
    expect(findings).toContainEqual(expect.objectContaining({ check: 'token', status: 'skipped' }))
  })

  test.each([
    ['kid-unknown', 'kid_unknown', /^Give the key's KID/],
    ['key-inactive', 'key_inactive', /^Activate the key/],
    ['key-deleted', 'key_not_registered', /^Add the public half/],
    ['key-replaced', 'key_mismatch', /^Use the private key whose public half/],
  ])('%s, with an admin’s credential: one finding with one remedy', async (fault, code, remedy) => {
    const { doctor } = await startWalk({ faults: [fault] })
    const { problems } = await doctor(['--admin-token', 'env:ADMIN'])
    expect(problems).toMatchObject([{ code, certainty: 'proven' }])
    expect(problems[0]?.remedy).toMatch(remedy)
  })

  test.each(['kid-unknown', 'key-inactive', 'key-deleted'])(
    '%s, without one: Okta says the same of all three, and so does the doctor',
    async (fault) => {
      const { doctor } = await startWalk({ faults: [fault] })
      const { problems } = await doctor()
      expect(problems).toMatchObject([{ code: 'kid_refused', certainty: 'likely' }])
      expect(problems[0]?.observed).toMatch(/no key of the app has it.*not active.*deleted/)
    },
  )
})

describe('2.7 of insufficient permissions the doctor tells scope from role', () => {
  const managing = { scopes: ['okta.groups.manage'], role: 'READ_ONLY_ADMIN' } as const

  test('a scope that was not granted', async () => {
    const { doctor } = await startWalk({
      ...managing,
      faults: ['scope-not-granted=okta.groups.manage'],
    })
    expect(codesOf((await doctor()).problems)).toEqual(['scope_not_granted'])
  })

  test('a role that reads and does not change anything: 403 E0000006', async () => {
    const { doctor } = await startWalk(managing)
    const { problems } = await doctor()
    expect(problems).toMatchObject([
      { code: 'role_too_narrow', details: { roles: ['USER_ADMIN'] } },
    ])
    expect(problems[0]?.observed).toContain('E0000006')
    expect(problems[0]?.remedy).toContain('Group Administrator')
  })

  test('no role at all: 200 and an empty list', async () => {
    const { doctor } = await startWalk({ role: 'none' })
    expect(codesOf((await doctor()).problems)).toEqual(['role_missing'])
  })
})

test('2.9 a PEM whose line breaks became \\n works, and the doctor says what was repaired', async () => {
  const { running, place, doctor } = await startWalk()
  const pem = (await exportPem(await importKey(JSON.stringify(running.app.key)))).reveal()
  writeFileSync(place.path('app.pem'), pem.replaceAll('\n', '\\n'), { mode: 0o600 })
  expect(readFileSync(place.path('app.pem'), 'utf8')).not.toContain('\n')
  const { code, findings } = await doctor(['--key', 'app.pem', '--kid', running.app.key.kid])
  expect(code).toBe(0)
  expect(codesOf(findings)).toContain('key_escaped_newlines')
})

describe('a form without a Scopes field', () => {
  const granted = ['okta.groups.read', 'okta.users.read']

  /** The connection of a walk as it is without that field. */
  async function startWithout(options: Parameters<typeof startWalk>[0] = {}) {
    const walk = await startWalk({ scopes: granted, ...options })
    return { ...walk, fields: walk.connection.slice(0, walk.connection.indexOf('--scopes')) }
  }

  test('gives a token with what was granted, and says what that is', async () => {
    const { run, fields } = await startWithout()
    const { code, stdout, stderr } = await run(['token', ...fields, '--output', 'json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ scopes: granted, missingScopes: [] })
    expect(stderr).toMatch(/No scopes were named\. .* granted okta\.groups\.read okta\.users\.read/)
  })

  test('reads what was granted', async () => {
    const { run, fields } = await startWithout()
    const { code, stdout } = await run(['read', 'users', ...fields, '--output', 'jsonl'])
    expect([code, stdout.trim().split('\n')]).toEqual([0, expect.objectContaining({ length: 3 })])
  })

  test('is examined with what was granted', async () => {
    const { run, fields } = await startWithout()
    const { code, stdout } = await run(['doctor', ...fields, '--output', 'json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ check: 'granted-scopes', details: { scopes: granted } }),
    )
  })

  test('asks for a choice where the org does not say which scopes it has, and a bundle is one', async () => {
    const faults = ['unavailable=path:/.well-known/oauth-authorization-server']
    const { run, fields } = await startWithout({ faults })
    const without = await run(['token', ...fields])
    expect(without.code).not.toBe(0)
    expect(without.stderr).toContain('scope_list_missing')
    expect(without.stderr).toContain('read-only')
    const chosen = await run(['token', ...fields, '--scopes', 'read-only', '--output', 'json'])
    expect(JSON.parse(chosen.stdout)).toMatchObject({ scopes: granted })
  })

  test('has nothing explained that would have to be asked for', async () => {
    const { run, fields, running } = await startWithout()
    const before = running.org.ledger.size
    const { code, stderr } = await run(['token', ...fields, '--explain'])
    expect([code, running.org.ledger.size]).toEqual([2, before])
    expect(stderr).toContain('scope_empty')
  })
})
