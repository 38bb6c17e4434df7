/** @module Rows 1.1 to 1.9 of the five documents: Okta’s own guide to a service app, walked. */

import { describe, expect, test } from 'vitest'
import { codesOf, startWalk } from './walk.ts'

describe('1.1 client credentials are the only grant', () => {
  test('a token request names it, and no flag asks for another', async () => {
    const { connection, run } = await startWalk()
    const { stdout } = await run(['token', ...connection, '--explain'])
    expect(stdout).toContain('grant_type=client_credentials')
    const help = await run(['token', '--help'])
    expect(help.stdout).not.toMatch(/grant|redirect|password|authorization.code/i)
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
