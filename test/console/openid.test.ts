/** @module A person signs in to the console in a browser, through a provider that is another site. */

import { Secret } from '@postern/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signInDefaults } from '../../packages/postern/src/config/sign-in.ts'
import { createOutboundTransport } from '../../packages/postern/src/http/outbound.ts'
import { OpenId } from '../../packages/postern/src/server/console/openid.ts'
import { ConsoleSessions } from '../../packages/postern/src/server/console/sessions.ts'
import { openEmbedded, serveApp } from '../../packages/postern/test/server/served-app.ts'
import { openPage } from '../chromium.ts'
import { startOpenIdProvider } from '../openid-provider.ts'
import type { TestStore } from '../stores.ts'
import { TestClock } from '../test-clock.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

it('comes back from another site signed in, and the page goes on by itself', async () => {
  const { url, services } = await serveApp({ store: opened.store })
  const provider = await startOpenIdProvider({
    host: 'localhost',
    redirectUri: `${url}/v1/console/openid/callback`,
    people: { ada: { name: 'Ada', groups: ['Operators'] } },
  })
  const { issuer, clientId } = provider
  const clientSecret = new Secret(provider.clientSecret)
  const openId = new OpenId({
    signIn: {
      ...signInDefaults,
      issuer,
      clientId,
      credential: { kind: 'client-secret', clientSecret },
      groups: new Map([['Operators', [{ connections: ['*'], verbs: ['read'] }]]]),
      people: new Map(),
    },
    publicUrl: url,
    transport: createOutboundTransport({ dev: true }),
    clock: new TestClock(),
    dev: true,
  })
  const { store, clock, accessKeys } = services
  const consoleSessions = new ConsoleSessions({ store, clock, accessKeys, openId })
  Object.assign(services, { openId, consoleSessions })
  const { page, complaints } = await openPage()
  const to = '/console/connections/acme'
  await page.goto(`${url}/v1/console/sign-in`)
  const arrived = page.waitForURL(`${url}${to}`)
  await page.evaluate(`location.href = '/v1/console/openid/begin?to=${to}'`)
  await arrived
  const session = await page.evaluate(async () => {
    const answer = await fetch('/v1/console/session')
    return (await answer.json()) as unknown
  })
  expect(session).toMatchObject({ name: 'Ada', kind: 'person' })
  const cookies = await page.context().cookies(url)
  expect(cookies.map(({ name, sameSite }) => [name.replace(/\d+/, ''), sameSite])).toEqual([
    ['postern-console-', 'Strict'],
  ])
  // Whatever the page of the console itself says in a checkout in which it was not built.
  expect(complaints.filter((text) => /policy/i.test(text))).toEqual([])
})
