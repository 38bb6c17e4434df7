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
import { viewOf } from './console-place.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

it('comes back from another site signed in, and the audit log names them by what they do', async () => {
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
      ...{ issuer, clientId, name: 'Acme' },
      credential: { kind: 'client-secret', clientSecret },
      groups: new Map([['Operators', [{ connections: ['*'], verbs: ['read', 'admin'] }]]]),
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
  const at = `${url}/console/settings`
  await page.goto(at)
  await page.getByRole('link', { name: 'Sign in with Acme' }).click()
  await viewOf(page, 'Settings')
  expect(page.url()).toBe(at)
  await page.getByText('Ada', { exact: true }).waitFor()
  const cookies = await page.context().cookies(url)
  expect(cookies.map(({ name, sameSite }) => [name.replace(/\d+/, ''), sameSite])).toEqual([
    ['postern-console-', 'Strict'],
  ])

  await page.getByLabel('Host').fill('login.acme.com')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('row').filter({ hasText: 'login.acme.com' }).waitFor()
  await page.getByRole('link', { name: 'Audit' }).click()
  await viewOf(page, 'Audit')
  const deed = page.getByRole('row').filter({ hasText: 'domain.' })
  const actor = await deed.locator('td').first().innerText()
  expect(actor).toMatch(/^person:[0-9a-f]{12}:ada$/)
  const entry = page.getByRole('row').filter({ hasText: 'console-session.begin' })
  expect(await entry.locator('td').first().innerText()).toBe(actor)
  await entry.getByRole('button', { name: 'Look' }).click()
  await page.getByText('"name": "Ada"').waitFor()
  // Before anybody is signed in, the page asks who is.
  expect(complaints.filter((said) => !said.includes('the server responded'))).toEqual([])
})
