import { addKey, findApp } from '@postern/core'
import type { Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sendRaw } from '../../packages/postern/test/server/raw-http.ts'
import { type CorpusCase, loadCases } from '../bad-inputs/load.mjs'
import { canaries, canaryJwk, leaksIn } from '../canary.ts'
import { openPage } from '../chromium.ts'
import { startScriptedServer } from '../scripted-server.ts'
import { connected, enter, tryIt, valuesOf } from './entering.ts'
import {
  adminOf,
  type ConnectPlace,
  type InvitedPerson,
  invitePerson,
  openPlace,
} from './invited-person.ts'
import { everythingOf } from './open-form.ts'

const DOES_NOT_WORK = 'The connection does not work yet'
const MARKUP = '<img src=x onerror="window.wasRun=1"><script>window.wasRun=1</script>'

const OF_EVERY_ANSWER = ['connection', 'content-length', 'date', 'keep-alive', 'x-request-id']

let place: ConnectPlace

beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.kept.close())

describe('S19 the link', () => {
  it('opens once: whoever has it a second time is told so, and so is whoever comes after its end', async () => {
    const { page, desk } = await invitePerson(place)
    const { link } = await desk.make()
    const second = await openPage()
    await second.page.goto(`${desk.app.url}/connect/#${link}`)
    await second.page.getByRole('radio', { name: /Guide me/ }).waitFor()
    await page.goto(`${desk.app.url}/connect/#${link}`)
    await page.getByRole('alert').getByText('was opened before').waitFor()
    const { link: late } = await desk.make()
    desk.app.clock.advance(16 * 60_000)
    await second.page.goto(`${desk.app.url}/connect/#${late}`)
    await second.page.getByText('a quarter of an hour').waitFor()
  })

  it('and the token behind it stand in no address, no Referer, no log, and in no page but the one that opened it', async () => {
    const desk = (await invitePerson(place)).desk
    const { link, id } = await desk.make()
    const [, secret = ''] = link.split('.')
    const { page } = await openPage()
    const seen = recordRequests(page)
    await page.goto(`${desk.app.url}/connect/#${link}`)
    await page.getByRole('radio', { name: /Guide me/ }).check()
    await page.locator('#field-guide-org').fill(desk.org.url)
    await page.locator('#field-guide-org').press('Tab')
    await page.getByText(`connect to ${desk.org.url}`).waitFor()
    await page.reload()
    await page.getByRole('radio', { name: /Guide me/ }).waitFor()
    expect(page.url()).toBe(`${desk.app.url}/connect/`)

    const token = String(await page.evaluate('history.state.connectToken'))
    expect(token).toMatch(new RegExp(`^connect_${id}_`))
    expect(await everythingOf(page)).not.toContain(secret)
    const logged = JSON.stringify(desk.app.logged)
    expect(logged).toContain('openConnectSession')
    for (const each of [secret, token]) expect(logged).not.toContain(each)
    expect(seen.filter(({ referer }) => referer !== '')).toEqual([])
    expect(seen.filter(({ url }) => url.includes(secret) || url.includes(token))).toEqual([])
    expect(seen.filter(({ body }) => body.includes(secret)).map(({ path }) => path)).toEqual([
      '/v1/connect/open',
    ])
    expect(await page.context().cookies()).toEqual([])
    // Another tab of the same browser has nothing of it.
    const other = await page.context().newPage()
    await other.goto(`${desk.app.url}/connect/`)
    await other.getByText('The address has no link in it').waitFor()
  })
})

describe('S20 the page', () => {
  it('has these headers and no others', async () => {
    const { desk } = await invitePerson(place)
    const page = await fetch(`${desk.app.url}/connect/`)
    const headers = [...page.headers].filter(([name]) => !OF_EVERY_ANSWER.includes(name))
    expect(Object.fromEntries(headers)).toEqual({
      'cache-control': 'no-store',
      'content-encoding': 'gzip',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'unsafe-none',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      'referrer-policy': 'no-referrer',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
  })

  it('sends a private key with one try, and has nothing of it before, after, or anywhere else', async () => {
    const person = await invitePerson(place, { desk: { org: { faults: ['no-scope-granted'] } } })
    const { page, desk, said } = watch(person)
    const { d: _private, ...publicJwk } = canaryJwk()
    const admin = adminOf(desk.org)
    const app = await findApp(admin, desk.org.app.clientId)
    await addKey(admin, app?.appId ?? '', publicJwk as unknown as Parameters<typeof addKey>[2])
    const seen = recordRequests(page)
    const clean = async () => expect(leaksIn(await everythingKept(page))).toEqual([])
    await enter(page, { ...valuesOf(desk.org), key: JSON.stringify(canaryJwk()) })
    await clean()
    await tryIt(page)
    await page.getByRole('heading', { name: DOES_NOT_WORK }).waitFor()
    await clean()
    await page.reload()
    await page.getByRole('button', { name: 'Change the values' }).click()
    await page.getByText('is kept sealed').first().waitFor()
    await clean()
    desk.org.faults.clear()
    await tryIt(page)
    await connected(page)
    await clean()
    const bodies = seen.filter(({ body }) => leaksIn(body).length > 0)
    expect(bodies.map(({ path }) => path)).toEqual(['/v1/connect/try'])
    expect(seen.filter(({ path }) => path === '/v1/connect/try')).toHaveLength(2)
    expect(leaksIn(JSON.stringify([said, desk.app.logged]))).toEqual([])
    ownOriginOnly(person)
  })

  it('has nothing of an API token once that was used', async () => {
    const person = await invitePerson(place)
    const { page, desk, said } = watch(person)
    await enter(page, { orgUrl: desk.org.url, apiToken: canaries.apiToken })
    // A field that hides what is typed shows it to nobody but its own control.
    expect(await page.locator('#field-apiToken').getAttribute('type')).toBe('password')
    expect(await page.locator('#field-apiToken').getAttribute('value')).toBe(null)
    await tryIt(page)
    await page.getByRole('heading', { name: DOES_NOT_WORK }).waitFor()
    expect(leaksIn(await everythingKept(page))).toEqual([])
    await page.getByRole('button', { name: 'Change the values' }).click()
    expect(leaksIn(await everythingKept(page))).toEqual([])
    expect(leaksIn(JSON.stringify([said, desk.app.logged]))).toEqual([])
    ownOriginOnly(person)
  })

  it('shows whatever an org says as text', async () => {
    const org = await startScriptedServer(({ path }) => {
      if (path.endsWith('/okta-organization')) return { body: { id: MARKUP, pipeline: MARKUP } }
      if (path.endsWith('/oauth-authorization-server')) {
        return { body: { issuer: MARKUP, scopes_supported: [MARKUP, 'okta.users.read'] } }
      }
      return { status: 400, body: { error: 'invalid_client', error_description: MARKUP } }
    })
    onTestFinished(org.close)
    const person = await invitePerson(place, { session: { description: MARKUP } })
    const { page, desk } = watch(person)
    await enter(page, { ...valuesOf(desk.org), orgUrl: org.orgUrl, scopes: 'okta.users.read' })
    await page.getByText('Choose from a list').click()
    await tryIt(page)
    await page.getByRole('heading', { name: DOES_NOT_WORK }).waitFor()
    await page.getByText('Everything that was looked at').click()
    expect(await page.locator('.problems').innerText()).toContain('<img src=x onerror=')
    expect(await page.locator('.page-head').innerText()).toContain(MARKUP)
    await nothingRan(page)
    ownOriginOnly(person)
  })

  it('shows whatever is entered as text', async () => {
    const person = await invitePerson(place)
    const { page } = watch(person)
    const cases = hostileTexts()
    expect(cases.length).toBeGreaterThan(30)
    for (const { member, text } of cases) {
      await page.locator(`#field-${member}`).fill(text)
      await page.getByLabel('Description').focus()
    }
    await page.locator('#field-clientId').fill(MARKUP)
    await page.locator('#field-key').fill(MARKUP)
    await page.getByText('Choose from a list').click()
    await page.getByLabel('Filter the list').fill(MARKUP)
    await tryIt(page)
    await page.getByText('values need your attention').waitFor()
    await nothingRan(page)
    ownOriginOnly(person)
  })
})

describe('S21 a page of another origin', () => {
  it('reads nothing of the session, and opens no link', async () => {
    const { desk } = await invitePerson(place)
    const { link } = await desk.make()
    const site = await startScriptedServer(() => ({
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><title>elsewhere</title>',
    }))
    onTestFinished(site.close)
    const { page } = await openPage()
    await page.goto(site.orgUrl)
    const answers = await page.evaluate(
      async ({ url, body }) => {
        const headers = { 'content-type': 'text/plain' }
        const asked = [
          fetch(`${url}/connect/`),
          fetch(`${url}/v1/connect/session`),
          fetch(`${url}/v1/connect/open`, { method: 'POST', body }),
          fetch(`${url}/v1/connect/open`, { method: 'POST', body, headers, mode: 'no-cors' }),
        ].map((asking) => asking.then(({ type }) => type, String))
        return Promise.all(asked)
      },
      { url: desk.app.url, body: JSON.stringify({ link }) },
    )
    const unread = 'TypeError: Failed to fetch'
    expect(answers).toEqual([unread, unread, unread, 'opaque'])
    expect((await desk.open(link)).status).toBe(200)
  })

  it('is not let in by a name that leads to this server', async () => {
    const { desk } = await invitePerson(place)
    for (const path of ['/connect/', '/connect/embed.js', '/v1/connect/session']) {
      const rebound = await sendRaw(desk.app.url, { path, headers: { host: 'rebound.example' } })
      expect([path, rebound.status, rebound.code]).toEqual([path, 421, 'request_host_unknown'])
    }
    const headers = { origin: 'https://elsewhere.example' }
    const foreign = await sendRaw(desk.app.url, { path: '/v1/connect/session', headers })
    expect(foreign.status).toBe(403)
  })
})

/** Everything a page shows or keeps, and what its caches have. */
async function everythingKept(page: Page): Promise<string> {
  return `${await everythingOf(page)}${await page.evaluate('caches.keys().then(String)')}`
}

interface SeenRequest {
  readonly url: string
  readonly path: string
  readonly referer: string
  readonly body: string
}

function recordRequests(page: Page): readonly SeenRequest[] {
  const seen: SeenRequest[] = []
  page.on('request', (request: Request) => {
    const url = request.url()
    const { referer = '' } = request.headers()
    seen.push({ url, path: new URL(url).pathname, referer, body: request.postData() ?? '' })
  })
  return seen
}

/** Writes down what a page says on its console, and refuses every dialog. */
function watch(person: InvitedPerson): InvitedPerson & { readonly said: readonly string[] } {
  const said: string[] = []
  person.page.on('console', (message) => said.push(message.text()))
  person.page.on('dialog', (dialog) => {
    said.push(dialog.message())
    void dialog.dismiss()
  })
  return { ...person, said }
}

/** Nothing was asked of anybody else, and the policy of the page was not tried. */
function ownOriginOnly({ requests, complaints, desk }: InvitedPerson): void {
  expect(requests.filter((asked) => !asked.startsWith(`${desk.app.url}/`))).toEqual([])
  // The console has a line for each answer that is an error.
  expect(complaints.filter((complaint) => !complaint.includes('the server responded'))).toEqual([])
}

async function nothingRan(page: Page): Promise<void> {
  expect(await page.evaluate('window.wasRun')).toBe(undefined)
  expect(await page.locator('#page :is(img, script, iframe, object, link, style)').count()).toBe(0)
}

/** Texts of the corpus of bad inputs that a person can enter, by their field. */
function hostileTexts(): readonly { readonly member: string; readonly text: string }[] {
  const members = { client_id: 'clientId', scopes: 'scopes', org_url: 'orgUrl' } as const
  return loadCases().flatMap(({ category, input, expect: { outcome } }: CorpusCase) => {
    const member = members[category as keyof typeof members]
    const text = (input as { readonly text?: unknown }).text
    return member !== undefined && typeof text === 'string' && outcome === 'rejected'
      ? [{ member, text: text.slice(0, 2_000) }]
      : []
  })
}
