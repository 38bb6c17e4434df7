/** @module Finding the scopes of an app where nobody named any. */

import {
  type FindGrantedScopesOptions,
  findGrantedScopes,
  generateKey,
  oktaScopes,
  parseOrgUrl,
} from '@postern/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { type Script, startScriptedServer, tokenAnswer } from '../../../../test/scripted-server.ts'

type Started = Parameters<typeof emulatedOrg>[0]

/** An emulated org, and a search for the scopes of its app. */
async function search(start: Started = {}, options: Partial<FindGrantedScopesOptions> = {}) {
  const { running, credential } = await emulatedOrg({ users: 1, keyType: 'EC', ...start })
  const { scopes: _named, ...unnamed } = credential
  const { org } = parseOrgUrl(running.url, { dev: true })
  return {
    running,
    find: () => findGrantedScopes({ org, credential: unnamed, ...options }),
  }
}

describe('an app whose scopes nobody named', () => {
  test.each([
    ['one scope', ['okta.logs.read'], []],
    [
      'scopes from the first to the last that there is',
      ['okta.users.read', 'okta.agentPools.read'],
      [],
    ],
    ['DPoP', ['okta.groups.manage', 'okta.users.read'], ['dpop-required' as const]],
  ])('with %s is found to have what it was granted', async (_what, scopes, faults) => {
    const { find } = await search({ scopes, faults })
    expect((await find()).scopes).toEqual(scopes.toSorted())
  })

  test('is asked for what the org offers, less what stands for a signed-in user', async () => {
    const { find } = await search({ scopes: ['okta.users.read'] })
    expect((await find()).offered).toEqual(oktaScopes)
  })

  test('that was granted nothing is told so, with the tab where that is done', async () => {
    const { find } = await search({ faults: ['no-scope-granted'] })
    await expect(find()).rejects.toMatchObject({
      code: 'scope_none_granted',
      message: expect.stringContaining(`${oktaScopes.length} scopes`),
      remedy: expect.stringContaining('Okta API Scopes'),
    })
  })

  test('that was granted nearly everything is kept where the org takes that in one request', async () => {
    const scopes = oktaScopes.slice(0, 90)
    const { find } = await search({ scopes, assumptions: { scopeMaxCharacters: 4_096 } })
    expect((await find()).scopes).toEqual(scopes)
  })

  test('that was granted more than one request may ask for is refused', async () => {
    const { find } = await search({ scopes: oktaScopes.slice(0, 90) })
    await expect(find()).rejects.toMatchObject({ code: 'scope_too_many', details: { scopes: 90 } })
  })

  test('with a wrong key hears that, not that it has no scope', async () => {
    const { find } = await search({ faults: ['key-replaced'] })
    await expect(find()).rejects.toMatchObject({ code: 'auth_invalid_client' })
  })

  test('of an org that does not tell its scopes has to name them, or a bundle', async () => {
    const { find } = await search({ faults: ['unavailable=path:/.well-known'] })
    await expect(find()).rejects.toMatchObject({
      code: 'scope_list_missing',
      remedy: expect.stringContaining('read-only'),
    })
  })

  test('of a custom authorization server has to name them, and nothing is sent', async () => {
    const { running, credential } = await emulatedOrg({ users: 1, keyType: 'EC' })
    const { org } = parseOrgUrl(running.url, { dev: true })
    const before = running.org.ledger.size
    await expect(
      findGrantedScopes({ org, credential: { ...credential, authorizationServerId: 'default' } }),
    ).rejects.toMatchObject({ code: 'scope_list_missing' })
    expect(running.org.ledger.size).toBe(before)
  })
})

/** An org that answers as the script says, beside its list of scopes. */
async function scripted(
  listed: readonly unknown[],
  answer: (scopes: readonly string[]) => ReturnType<Script>,
) {
  const server = await startScriptedServer(({ path, form }) =>
    path.startsWith('/.well-known/')
      ? { body: { scopes_supported: listed } }
      : answer((form['scope'] ?? '').split(' ')),
  )
  onTestFinished(server.close)
  const { org } = parseOrgUrl(server.orgUrl, { dev: true })
  const credential = { kind: 'service-app', clientId: '0oaTEST0000000000Tst', key } as const
  const asked = () =>
    server.requests.flatMap(({ form }) => (form['scope'] === undefined ? [] : [form['scope']]))
  return { asked, find: () => findGrantedScopes({ org, credential }) }
}

const key = await generateKey({ alg: 'ES256', kid: 'kid-1' })
const refused = (error: string, error_description: string) => ({
  status: 400,
  body: { error, error_description },
})

describe('what is asked for', () => {
  test('never stands for a signed-in user, and is never malformed', async () => {
    const listed = [
      ...['okta.users.read', 'okta.users.read.self', 'okta.myAccount.read', 'openid', 'groups'],
      ...['okta.*', 'okta users', 7, null, '', `okta.${'x'.repeat(500)}.read`, 'okta.new.read'],
    ]
    const { find, asked } = await scripted(listed, () => tokenAnswer({ scope: 'okta.users.read' }))
    expect(await find()).toEqual({
      scopes: ['okta.users.read'],
      offered: ['okta.new.read', 'okta.users.read'],
    })
    expect(asked()).toEqual(['okta.new.read okta.users.read'])
  })

  test('fits into 1024 characters each time, and is everything together', async () => {
    const { find, asked } = await scripted(oktaScopes, (scopes) =>
      tokenAnswer({ scope: scopes.join(' ') }),
    )
    await find()
    const parts = asked().slice(0, -1)
    expect(parts.flatMap((scope) => scope.split(' '))).toEqual(oktaScopes)
    for (const scope of parts) expect(scope.length).toBeLessThanOrEqual(1_024)
    expect(parts.length).toBeLessThanOrEqual(4)
  })

  test('is halved where the org refuses a scope that it lists itself, until the others are found', async () => {
    const listed = Array.from({ length: 20 }, (_, index) => `okta.thing${index + 10}.read`)
    const { find, asked } = await scripted(listed, (scopes) =>
      scopes.includes('okta.thing17.read')
        ? refused(
            'invalid_scope',
            'One or more scopes are not configured for the authorization server resource.',
          )
        : tokenAnswer({ scope: scopes.join(' ') }),
    )
    expect((await find()).scopes).toEqual(listed.filter((name) => name !== 'okta.thing17.read'))
    expect(asked().length).toBeLessThan(12)
  })

  test('ends after forty requests where the org refuses everything', async () => {
    const { find, asked } = await scripted(oktaScopes, () =>
      refused(
        'invalid_scope',
        'One or more scopes are not configured for the authorization server resource.',
      ),
    )
    await expect(find()).rejects.toMatchObject({ code: 'scope_unknown' })
    expect(asked().length).toBeLessThanOrEqual(40)
  })

  test('counts for what the org then grants, not for what it grants beside that', async () => {
    const { find } = await scripted(['okta.users.read'], () =>
      tokenAnswer({ scope: 'okta.users.read okta.users.manage' }),
    )
    expect((await find()).scopes).toEqual(['okta.users.read'])
  })
})
