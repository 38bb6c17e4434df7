/** @module Rows 1.1 to 1.9 of the five documents: Okta’s own guide to a service app, walked. */

import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { apiTokenWithRole } from '../admin-with-role.ts'
import { appState } from '../app-changes.ts'
import { missingInOrder } from './guides.ts'
import { codesOf, startWalk, type Walk } from './walk.ts'

/** The apps that a setup made, by what the org keeps of them. */
function madeIn({ running }: Walk) {
  return [...running.org.apps].filter(({ label }) => label === 'Postern acme')
}

describe('1.1 client credentials are the only grant', () => {
  test('a token request names it, and no flag asks for another', async () => {
    const { connection, run } = await startWalk()
    const { stdout } = await run(['token', ...connection, '--explain'])
    expect(stdout).toContain('grant_type=client_credentials')
    const help = await run(['token', '--help'])
    expect(help.stdout).not.toMatch(
      /--\S*(?:grant|redirect|password|code)|grant.type|authorization.code/i,
    )
  })
})

describe('1.1, 1.2 the three steps: key pair, app with its public half, signed JWT', () => {
  test('the plan has the key before anything is asked of the org, and the steps in this order', async () => {
    const walk = await startWalk()
    const before = appState(walk.running)
    const { code, stdout } = await walk.setup(['--plan'])
    expect([code, appState(walk.running)]).toEqual([0, before])
    expect(readdirSync(walk.place.path('acme'))).toContainEqual(
      expect.stringMatching(/^key-.*pem$/),
    )
    const steps = ['Public key', '. Create the API Services app', '. Grant ', '. Prove it']
    expect(missingInOrder(stdout, steps)).toEqual([])
  })

  test('the app that is made has that key, and no other grant and no secret', async () => {
    const walk = await startWalk()
    const { stdout } = await walk.setup(['--plan', '--output', 'json'])
    const { publicJwk } = JSON.parse(stdout)
    expect((await walk.setup()).code).toBe(0)
    expect(madeIn(walk).map(({ oauth }) => oauth)).toMatchObject([
      {
        applicationType: 'service',
        authMethod: 'private_key_jwt',
        grantTypes: ['client_credentials'],
        keys: [{ status: 'ACTIVE', jwk: { kid: publicJwk.kid, n: publicJwk.n } }],
        secrets: [],
      },
    ])
  })
})

describe('1.7 an app is made through /apps or by dynamic registration', () => {
  test.each([
    ['/api/v1/apps', 'where nobody chooses', []],
    ['/oauth2/v1/clients', 'with --via clients', ['--via', 'clients']],
  ])('%s %s: both end with a live read, and with one app', async (path, _when, flags) => {
    const walk = await startWalk()
    const { stdout } = await walk.setup([...flags, '--plan'])
    expect(stdout).toMatch(new RegExp(`POST ${path}[ ?]`))
    const done = await walk.setup([...flags, '--output', 'json'])
    expect([done.code, JSON.parse(done.stdout).read]).toEqual([
      0,
      { path: '/api/v1/users', records: 1 },
    ])
    expect(madeIn(walk)).toHaveLength(1)
  })
})

describe('1.9 only a Super Admin can rotate a key, once scopes are granted', () => {
  test('the rotation says so before anything else, and then rotates', async () => {
    const walk = await startWalk()
    await walk.setup()
    const args = ['rotate', '--from', 'acme', '--admin-token', 'env:ADMIN', '--grace-seconds', '0']
    const { code, stderr } = await walk.run(args)
    expect(code).toBe(0)
    const said = stderr.split('\n').filter((line) => !line.includes('org_url_dev_mode'))
    expect(said[0]).toMatch(/^Once scopes are granted to an app, only a Super Admin can change/)
    expect(said[0]).toContain('An app that takes its keys from a URL needs neither')
  })

  test('an Application Administrator is refused with it, and the key in use stays', async () => {
    const walk = await startWalk()
    await walk.setup()
    const before = appState(walk.running)
    const ADMIN = await apiTokenWithRole(walk, 'APP_ADMIN')
    const args = ['rotate', '--from', 'acme', '--admin-token', 'env:ADMIN', '--grace-seconds', '0']
    const { code, stderr } = await walk.run(args, { ADMIN })
    expect(code).not.toBe(0)
    expect(stderr).toContain('rotation_needs_super_admin')
    expect(appState(walk.running)).toMatchObject({ apps: (before as { apps: unknown }).apps })
  })
})

describe('1.4 the public key is in the JWKSet of the app', () => {
  test.each([
    [
      'kid-unknown',
      'The client_assertion JWT kid is invalid.',
      'kid_refused',
      /KID that is listed/,
    ],
    [
      'key-not-registered',
      'The client does not have a JWKSet configured, but the client_assertion requires one.',
      'key_not_registered',
      /PUBLIC KEYS > Add key, then Done and Save/,
    ],
  ])('to %s the doctor says where to put it right', async (fault, text, code, remedy) => {
    const { doctor } = await startWalk({ faults: [fault] })
    const { problems } = await doctor()
    expect(codesOf(problems)).toEqual([code])
    expect(problems[0]?.details).toMatchObject({ okta: { errorDescription: text } })
    expect(problems[0]?.remedy).toMatch(remedy)
  })

  test('with an admin’s credential the doctor names the kid that the app knows the key by', async () => {
    const { doctor } = await startWalk({ faults: ['kid-unknown'] })
    const { problems } = await doctor(['--admin-token', 'env:ADMIN'])
    const [found] = problems
    expect(codesOf(problems)).toEqual(['kid_unknown'])
    expect(found?.observed).toContain(String(found?.details['registeredKid']))
  })

  test('with an admin’s credential the doctor registers the key', async () => {
    const { connection, run, doctor } = await startWalk({ faults: ['key-not-registered'] })
    await run(['doctor', ...connection, '--admin-token', 'env:ADMIN', '--fix', '--yes'])
    expect((await doctor()).problems).toEqual([])
  })
})
