/** @module Rows 0.3 to 0.16 of the five documents: a connect guide for client credentials, walked. */

import { writeFileSync } from 'node:fs'
import {
  assignRoles,
  createApp,
  exportJwk,
  exportPem,
  generateKey,
  grantScopes,
  parseClientId,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { guide, guideKey, linesOf, missingInOrder, stepOf, textOf } from './guides.ts'
import { codesOf, startWalk } from './walk.ts'

describe('0.3 the app is one of API Services', () => {
  test('the guide leads from Create App Integration over API Services and the name to Save', () => {
    const words = ['Create App Integration', 'API Services', 'Next', 'name', 'Save']
    expect(missingInOrder(textOf(stepOf('create-app')), words)).toEqual([])
  })

  test('the doctor tells an app of another type, and says that a new one has to be made', async () => {
    const { doctor } = await startWalk({ faults: ['app-not-service'] })
    const { code, problems } = await doctor()
    expect([code, codesOf(problems)]).toEqual([3, ['app_not_service']])
    expect(problems[0]?.observed).toContain('401')
    expect(problems[0]?.remedy).toContain('sign-in method API Services')
  })
})

describe('0.4 the Client ID has 0oa and 17 characters', () => {
  test('one of that shape passes without a word', () => {
    expect(parseClientId('0oaTEST0000000000Tst').warnings).toEqual([])
  })

  test('another is remarked on by the commands and works', async () => {
    const walk = await startWalk()
    const { admin } = walk
    const clientId = 'my-own-client'
    const app = { label: 'Mine', publicJwk: guideKey.publicJwk, dpopRequired: true }
    const { appId } = await createApp(admin, app, clientId)
    await grantScopes(admin, appId, ['okta.users.read'])
    await assignRoles(admin, clientId, [{ type: 'READ_ONLY_ADMIN' }])
    writeFileSync(walk.place.path('mine.jwk'), exportJwk(guideKey).reveal(), { mode: 0o600 })
    const flags = ['--client-id', clientId, '--key', 'mine.jwk', '--scopes', 'okta.users.read']
    const { code, findings, problems } = await walk.doctor(flags)
    expect([code, problems]).toEqual([0, []])
    expect(codesOf(findings)).toContain('client_id_custom')
    const { stderr, ...token } = await walk.run(['token', '--org', walk.running.url, ...flags])
    expect(token.code).toBe(0)
    expect(stderr).toContain('client_id_custom')
  })
})

describe('0.5 the Client authentication is Public key / Private key', () => {
  test('the doctor says that it may be a client secret, and with an admin’s credential that it is', async () => {
    const { doctor } = await startWalk({ faults: ['client-secret-method'] })
    const alone = await doctor()
    expect(alone.problems).toMatchObject([{ code: 'app_refused', certainty: 'likely' }])
    expect(alone.problems[0]?.observed).toContain('client secret')
    const { problems } = await doctor(['--admin-token', 'env:ADMIN'])
    expect(problems).toMatchObject([{ code: 'app_client_secret', certainty: 'proven' }])
    expect(problems[0]?.remedy).toContain('Public key / Private key')
  })

  test('with an admin’s credential the doctor sets it through the API', async () => {
    const { connection, run, doctor } = await startWalk({ faults: ['client-secret-method'] })
    const flags = ['--admin-token', 'env:ADMIN', '--fix', '--yes']
    const { code, stderr } = await run(['doctor', ...connection, ...flags])
    expect([code, stderr]).toEqual([0, expect.stringContaining('Public key / Private key')])
    expect((await doctor()).problems).toEqual([])
  })
})

describe('0.7 what Okta’s key generator gives', () => {
  test('the guide names its buttons, and says that what it makes is shown once', () => {
    const text = textOf(stepOf('public-key'))
    for (const words of ['General', 'PUBLIC KEYS', 'Add key', 'Generate new key', 'shown once']) {
      expect(text).toContain(words)
    }
  })

  test.each([
    ['the JWK that it copies', 'dialog.jwk', []],
    ['the PEM that its PEM button copies', 'dialog.pem', ['--kid', 'kid-of-the-dialog']],
  ])('%s is the private key', async (_what, file, flags) => {
    const { place, run } = await startWalk()
    const key = await generateKey({ kid: 'kid-of-the-dialog' })
    const { d, p, q, dp, dq, qi, n, e } = JSON.parse(exportJwk(key).reveal())
    const numbers = {
      d,
      p,
      kty: 'RSA',
      q,
      e,
      use: 'sig',
      kid: key.kid,
      qi,
      dp,
      alg: 'RS256',
      dq,
      n,
    }
    writeFileSync(place.path('dialog.jwk'), JSON.stringify(numbers, null, 4), { mode: 0o600 })
    writeFileSync(place.path('dialog.pem'), (await exportPem(key)).reveal(), { mode: 0o600 })
    const { code, stdout } = await run(['keys', 'inspect', file, ...flags, '--output', 'json'])
    expect([code, JSON.parse(stdout).publicJwk]).toEqual([0, { ...key.publicJwk }])
  })

  test('whoever kept its public half alone is told that the private one was shown once', async () => {
    const { doctor, place } = await startWalk()
    writeFileSync(place.path('public.jwk'), JSON.stringify(guideKey.publicJwk))
    const { problems } = await doctor(['--key', 'public.jwk'])
    expect(codesOf(problems)).toEqual(['key_is_public'])
    expect(problems[0]?.remedy).toContain('shows it once')
  })
})

test('0.11 the guide names both places where the domain is found', () => {
  expect(linesOf(stepOf('org'))).toEqual(
    expect.arrayContaining([
      'The menu under your name, at the top right of the Admin Console',
      'Settings > Account',
    ]),
  )
  expect(guide[0]?.asks?.alsoCalled).toContain('Okta Domain')
})

test('0 who has no org is told of a free one and of the emulator', () => {
  const { warnings } = stepOf('org')
  expect(missingInOrder(warnings.join(), ['Integrator Free Plan', 'postern emulator'])).toEqual([])
})

test('0.12 without a scope the doctor asks for no token', async () => {
  const { findings, problems } = await (await startWalk()).doctor(['--scopes', ' '])
  expect(codesOf(problems)).toEqual(['scope_empty'])
  expect(findings).toContainEqual(expect.objectContaining({ check: 'token', status: 'skipped' }))
})

describe('0.13 each scope is granted under Okta API Scopes', () => {
  test('the doctor names every scope that the token came without, and no other', async () => {
    const { doctor } = await startWalk({ scopes: ['okta.users.read', 'okta.logs.read'] })
    const asked = 'okta.users.read okta.groups.read okta.apps.read okta.logs.read'
    const { problems } = await doctor(['--scopes', asked])
    const missing = ['okta.apps.read', 'okta.groups.read']
    expect(problems).toMatchObject([{ code: 'scope_not_granted', details: { scopes: missing } }])
    for (const scope of missing) expect(problems[0]?.observed).toContain(scope)
    expect(problems[0]?.observed).not.toContain('okta.logs.read')
    expect(problems[0]?.remedy).toContain('Okta API Scopes tab')
  })

  test('where none is granted and Okta says consent_required, the doctor names them all', async () => {
    const { running, doctor } = await startWalk({ faults: ['no-scope-granted'] })
    const { problems } = await doctor()
    const scopes = [...running.app.scopes].sort()
    expect(problems).toMatchObject([
      { code: 'scope_not_granted', details: { scopes, okta: { error: 'consent_required' } } },
    ])
    for (const scope of scopes) expect(problems[0]?.observed).toContain(scope)
  })
})

describe('0.16 the end of a setup shows what was proven', () => {
  test.each([
    [[], 'DPoP: bound to a key of its own', 'required, and used'],
    [['--no-dpop'], 'Bearer', 'not required'],
  ])('token, scopes, roles, one live read and DPoP, with %j', async (flags, token, dpop) => {
    const { code, stdout } = await (await startWalk()).setup(flags)
    const shown = Object.fromEntries(stdout.split('\n').map((line) => line.split(/ {2,}/)))
    expect([code, shown]).toEqual([
      0,
      expect.objectContaining({
        Token: token,
        'Scopes granted': 'okta.apps.read okta.groups.read okta.logs.read okta.users.read',
        'Admin roles': 'Read-only Administrator',
        'Live read': 'GET /api/v1/users gave 1 of its records',
        DPoP: dpop,
      }),
    ])
  })
})

describe('0.14, 0.15 a role, without which lists are empty and no error', () => {
  test('0.14 the guide names both places for it, and the role', () => {
    const text = textOf(stepOf('roles'))
    for (const words of [
      'Admin roles tab',
      'Security > Administrators > Add administrator',
      'Read-Only Administrator',
    ]) {
      expect(text).toContain(words)
    }
  })

  test('0.15 the doctor tells an app without a role, although all that it got was 200', async () => {
    const { doctor } = await startWalk({ faults: ['admin-role-missing'] })
    const { code, problems } = await doctor()
    expect([code, codesOf(problems)]).toEqual([3, ['role_missing']])
    expect(problems[0]?.observed).toContain('200 without a record')
    expect(problems[0]?.remedy).toMatch(/Read-Only Administrator: the app's Admin roles tab/)
  })

  test('0.15 the doctor tells it also where the org answers 403', async () => {
    const assumptions = { listsWithoutRole: 'forbidden' } as const
    const { doctor } = await startWalk({ assumptions, role: 'none' })
    const { problems } = await doctor()
    expect(codesOf(problems)).toEqual(['role_missing'])
    expect(problems[0]?.observed).toContain('403 E0000006')
  })

  test('0.15 an org with nobody but its first admin is told from it: no problem with a role, role_missing without', async () => {
    const { running, doctor } = await startWalk({ users: 1, groups: 0, apps: 0 })
    expect(await doctor()).toMatchObject({ code: 0, problems: [] })
    running.faults.on('admin-role-missing')
    expect(codesOf((await doctor()).problems)).toEqual(['role_missing'])
  })
})
