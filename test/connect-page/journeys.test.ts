import { createPrivateKey } from 'node:crypto'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connected, type EnteredValues, enter, tryIt, valuesOf } from './entering.ts'
import { openForm } from './open-form.ts'

/** One way from the link to a connection. */
interface Journey {
  readonly what: string
  readonly org?: StartOptions
  /** What is entered in the place of the values of the ready app. */
  readonly entered: (org: RunningOrg) => Partial<EnteredValues>
  /** What is done beside that. */
  readonly more?: (page: Page) => Promise<unknown>
  /** What the page says was proven. */
  readonly proven: readonly RegExp[]
  /** The connection that is kept. */
  readonly kept: (org: RunningOrg) => object
}

const TOKEN = /Token\s+The org gave an access token/
const SCOPES = ['okta.users.read', 'okta.groups.read', 'okta.apps.read', 'okta.logs.read']
const claimRow = 'Additional claims'

const journeys: readonly Journey[] = [
  {
    what: 'a JWK',
    entered: () => ({}),
    proven: [TOKEN, /DPoP\s+Off/, /users: 1 record/, /okta\.logs\.read/],
    kept: ({ app }) => ({ kid: app.key.kid, scopes: SCOPES.toSorted() }),
  },
  {
    what: 'a PEM that lost its line breaks, and its Key ID',
    entered: ({ app }) => ({ key: pemOf(app.key).replaceAll('\n', ''), keyId: app.key.kid }),
    more: (page) => page.getByText('Line breaks were put back').waitFor(),
    proven: [TOKEN, /users: 1 record/],
    kept: ({ app }) => ({ kid: app.key.kid }),
  },
  {
    what: 'an API token',
    entered: ({ url, adminToken }) => ({
      ...{ orgUrl: url, apiToken: adminToken, clientId: '', key: '', scopes: '' },
    }),
    proven: [/API token\s+The org takes the API token/, /users: 1 record/],
    kept: () => ({ kind: 'api-token' }),
  },
  {
    what: 'an app that requires DPoP',
    org: { dpopRequired: true },
    entered: () => ({}),
    proven: [TOKEN, /DPoP\s+On: tokens are bound/, /users: 1 record/],
    kept: () => ({ dpop: 'auto' }),
  },
  {
    what: 'no scopes at all, so that those that were granted are kept',
    entered: () => ({ scopes: '' }),
    proven: [/okta\.users\.read/, /okta\.apps\.read/],
    kept: () => ({ scopes: SCOPES.toSorted() }),
  },
  {
    what: 'everything that a generic JWT form has',
    org: { keyType: 'RSA' },
    entered: ({ app }) => {
      const { alg: _any, ...key } = app.key
      return { key: JSON.stringify(key) }
    },
    more: async (page) => {
      await page.getByText('Advanced JWT').click()
      await page
        .getByLabel('Jwt Auth Algorithm')
        .selectOption({ label: 'RS512 (JWT_ALGORITHM_RS512)' })
      await page.getByLabel('Jwt Auth Claims Expiry Seconds').fill('3000')
      await page.getByRole('button', { name: 'Add a claim' }).click()
      await page.getByLabel(`${claimRow}: name 1`).fill('team')
      await page.getByLabel(`${claimRow}: value 1`).fill('["hr"]')
    },
    proven: [TOKEN, /users: 1 record/],
    kept: () => ({ jwtAlg: 'RS512', jwtExpirySeconds: 3_000, jwtClaims: { team: ['hr'] } }),
  },
]

describe('from the link to Connected, with', () => {
  it.each(journeys)('$what', async ({ org: start, entered, more, proven, kept }) => {
    const org = await openOrg(start)
    const { page, name, ask, requests, complaints } = await openForm()
    await enter(page, { ...valuesOf(org), ...entered(org) })
    await more?.(page)
    await tryIt(page)
    await connected(page)
    const facts = await page.locator('.facts').innerText()
    for (const fact of proven) expect(facts).toMatch(fact)
    expect(await page.locator('.inputs .status-ok').count()).toBe(6)
    expect(await ask('GET', `/v1/connections/${name}`)).toMatchObject({
      ...{ orgUrl: org.url, doctor: { status: 'ok' } },
      ...kept(org),
    })
    expect(complaints).toEqual([])
    const origin = new URL(page.url()).origin
    expect(requests.filter((asked) => !asked.startsWith(`${origin}/`))).toEqual([])
  })
})

describe('a value that cannot be right is named at its field, and the way goes on from there', () => {
  it.each([
    {
      what: '2.9 a PEM whose end is missing',
      wrong: (org: RunningOrg) => ({ key: pemOf(org.app.key).slice(0, 90) }),
      said: /the paste may be cut/,
    },
    {
      what: '2.9 what is no key',
      wrong: () => ({ key: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7' }),
      said: /private/i,
    },
    {
      what: '3.1 a host of Auth0',
      wrong: () => ({ orgUrl: 'https://acme.auth0.com' }),
      said: /Auth0/,
    },
    { what: '0.12 a scope that is none', wrong: () => ({ scopes: 'users' }), said: /users/ },
  ])('$what', async ({ wrong, said }) => {
    const org = await openOrg()
    const { page } = await openForm()
    const right = valuesOf(org)
    const [[member = '', text = ''] = []] = Object.entries(wrong(org))
    await page.locator(`#field-${member}`).fill(text)
    await page.getByLabel('Description').focus()
    await page.locator(`#field-${member}-message`).getByText(said).first().waitFor()
    expect(await page.locator(`#field-${member}`).getAttribute('aria-invalid')).toBe('true')
    await enter(page, right)
    await tryIt(page)
    await connected(page)
  })
})

describe('the Connect page', () => {
  it('is walked from the link to Connected with Tab, Space and Enter, through a problem too', async () => {
    const org = await openOrg({ faults: ['admin-role-missing'] })
    const { page } = await openForm()
    const { orgUrl, clientId, key, scopes } = valuesOf(org)
    await tabTo(page, '#field-orgUrl')
    await page.keyboard.insertText(orgUrl)
    await tabTo(page, '#field-clientId')
    await page.keyboard.insertText(clientId)
    await tabTo(page, '#field-key')
    await page.keyboard.insertText(key)
    await page.getByText('Private key understood').waitFor()
    await tabTo(page, '#field-scopes')
    await page.keyboard.insertText(scopes)
    await tabTo(page, 'summary:has-text("Advanced JWT")')
    await page.keyboard.press('Space')
    await page.getByLabel('Jwt Auth Algorithm').waitFor()
    await page.keyboard.press('Enter')
    await tabTo(page, 'button:has-text("Try it and connect")')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'The connection does not work yet' }).waitFor()
    expect(await page.locator(':focus').innerText()).toBe('The connection does not work yet')
    org.faults.clear()
    await tabTo(page, 'button:has-text("Check again")')
    await page.keyboard.press('Space')
    await connected(page)
    expect(await page.locator(':focus').innerText()).toBe('Connected')
  })

  it('does not jump while somebody types, and moves nothing where motion is not wanted', async () => {
    const org = await openOrg()
    const { page } = await openForm({}, { reducedMotion: 'reduce' } satisfies BrowserContextOptions)
    const { orgUrl, clientId, key, scopes } = valuesOf(org)
    const form = page.locator('form.values')
    await form.getByLabel('Org URL').pressSequentially(orgUrl)
    await form.getByLabel('Client ID').focus()
    await form.getByText('Postern will connect to').waitFor()
    await form.getByLabel('Client ID').pressSequentially(clientId)
    await page.locator('#field-key').fill(key)
    await form.getByText('Private key understood').waitFor()
    await page.locator('#field-scopes').pressSequentially(scopes)
    await form.getByText('4 scopes.').waitFor()
    await tryIt(page)
    expect(await page.evaluate('document.getAnimations().length')).toBe(0)
    await connected(page)
    expect(await page.evaluate('document.getAnimations().length')).toBe(0)
    expect(await page.evaluate(LAYOUT_SHIFT)).toBeLessThan(0.1)
  })
})

/** All that moved without anybody having done something half a second before, as browsers count it. */
const LAYOUT_SHIFT = `new Promise((resolve) => {
  let sum = 0
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value } of list.getEntries()) if (!hadRecentInput) sum += value
  }).observe({ type: 'layout-shift', buffered: true })
  // What was before is told with the next frame.
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)))
})`

async function openOrg(options: StartOptions = {}): Promise<RunningOrg> {
  const org = await startOrg({ keyType: 'EC', users: 2, ...options })
  onTestFinished(org.close)
  return org
}

function pemOf(jwk: Readonly<Record<string, unknown>>): string {
  const key = createPrivateKey({ format: 'jwk', key: jwk })
  return String(key.export({ type: 'pkcs8', format: 'pem' }))
}

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  const wanted = page.locator(selector).and(page.locator(':focus'))
  for (let pressed = 0; pressed < 40; pressed++) {
    if ((await wanted.count()) > 0) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not come to ${selector}`)
}
