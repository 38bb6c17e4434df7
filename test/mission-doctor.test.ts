/** @module What the five documents of mission.test.ts leave a person alone with, and what the doctor says to it, row by row. */

import { describe, expect, test } from 'vitest'
import { diagnoseScene, problemsOf, type Scene } from './doctor/scene.ts'

describe('0. a connect guide for client credentials', () => {
  test('0.3 an app that is no API Services app is told from all others', async () => {
    expect(await problemOf('app-not-service')).toMatchObject({
      code: 'app_not_service',
      remedy: expect.stringContaining('API Services'),
    })
  })

  test('0.5 an app with a client secret is named, where an admin’s credential shows it', async () => {
    expect(await problemOf('client-secret-method', { admin: true })).toMatchObject({
      code: 'app_client_secret',
      remedy: expect.stringContaining('Public key / Private key'),
    })
  })

  test('0.6, 2.8, 3.7, 4.17 DPoP is worth knowing, and never to be switched off', async () => {
    const findings = await diagnoseScene({}, { fault: 'dpop-required' })
    expect(problemsOf(findings)).toEqual([])
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'dpop_required', status: 'information' }),
    )
  })

  test('0.12 an empty set of scopes is refused before a token is asked for', async () => {
    const findings = await diagnoseScene({ options: { connection: { scopes: ' ' } } })
    expect(problemsOf(findings)).toEqual([
      expect.objectContaining({ check: 'scopes', code: 'scope_empty' }),
    ])
    expect(findings).toContainEqual(expect.objectContaining({ check: 'token', status: 'skipped' }))
  })

  test('0.13 each scope that was not granted is named', async () => {
    const start = { scopes: ['okta.users.read'] }
    const connection = { scopes: 'okta.users.read okta.groups.read okta.apps.read' }
    const [problem] = problemsOf(await diagnoseScene({ start, options: { connection } }))
    expect(problem).toMatchObject({
      code: 'scope_not_granted',
      observed: expect.stringContaining('okta.apps.read and okta.groups.read'),
      remedy: expect.stringContaining('Okta API Scopes tab'),
    })
  })

  test.each(['empty', 'forbidden'] as const)(
    '0.14, 0.15, 3.9 a role that is missing is told from an org that is empty, with lists that are %s',
    async (listsWithoutRole) => {
      const start = { assumptions: { listsWithoutRole } }
      expect(await problemOf('admin-role-missing', {}, { start })).toMatchObject({
        code: 'role_missing',
        remedy: expect.stringContaining('Admin roles tab'),
      })
      expect(problemsOf(await diagnoseScene({ start: { ...start, users: 1 } }))).toEqual([])
    },
  )
})

describe('1. Okta’s own guide', () => {
  test.each([
    ['kid-unknown', 'kid_refused', 'PUBLIC KEYS'],
    ['key-not-registered', 'key_not_registered', 'Add key'],
  ])('1.4 %s has its exact fix', async (fault, code, remedy) => {
    expect(await problemOf(fault)).toMatchObject({
      code,
      remedy: expect.stringContaining(remedy),
    })
  })
})

describe('2. a workflow product’s set-up page', () => {
  test('2.6 "Invalid credentials" is one of bad PEM, unknown kid, inactive key or another key, and the doctor says which', async () => {
    const connection = { keyId: undefined, key: undefined }
    const codes = [
      problemsOf(await diagnoseScene({ options: { connection } }))[0]?.code,
      (await problemOf('kid-unknown', { admin: true }))?.code,
      (await problemOf('key-inactive', { admin: true }))?.code,
      (await problemOf('key-replaced'))?.code,
    ]
    expect(codes).toEqual(['key_empty', 'kid_unknown', 'key_inactive', 'key_mismatch'])
  })

  test('2.7 "Insufficient permissions" is a scope or a role, and the doctor says which', async () => {
    const start = { scopes: ['okta.groups.manage'], role: 'USER_ADMIN' } as const
    const scope = await problemOf('scope-not-granted=okta.groups.manage', {}, { start })
    const role = await problemOf('admin-role-lowered=READ_ONLY_ADMIN', {}, { start })
    expect([scope?.code, role?.code]).toEqual(['scope_not_granted', 'role_too_narrow'])
  })
})

async function problemOf(fault: string, options: { admin?: boolean } = {}, scene: Scene = {}) {
  const [problem] = problemsOf(await diagnoseScene(scene, { fault, ...options }))
  return problem
}
