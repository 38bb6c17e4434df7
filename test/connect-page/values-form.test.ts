/** @module The form for whoever has the values, filled in as people do it. */

import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { accessibilityProblems, openPage } from '../chromium.ts'
import { everythingOf, focusOf, makeLink, openForm, openOrg, paste } from './open-form.ts'

/** What the documents of other products call the values that the form takes, or says that they are fixed. */
const LABELS = [
  'Client ID',
  'Private Key (JWK)',
  'Okta Domain',
  'Scopes',
  'Private Key PEM',
  'KID',
  'Org URL',
  'API Key',
  'RSA Private Key',
  'Key ID',
  'OAuth 2.0 (Service App)',
  'Connection Name',
  'Description',
  'Base URL',
  'Auth Config',
  'JWT Auth',
  'Private Key',
  'Jwt Auth Algorithm',
  'JWT_ALGORITHM_RS256',
  'Jwt Auth Claims Expiry Seconds',
  'Jwt Auth Claims Issuer',
  'Jwt Auth Claims Subject',
  'Jwt Auth Claims Audience',
  'Jwt Auth Oauth2 Access Token Request URL',
  'Assertion Key (optional)',
  'Accept',
  'Content-Type',
  'client_assertion_type',
  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  'scope',
  'grant_type',
  'client_credentials',
  'Save keys in Okta',
  'Require Demonstrating Proof of Possession (DPoP) header in token requests',
]

// The doctor reads the org before a connection is kept.
const SOON = { timeout: 10_000 }

function pemOf(jwk: Readonly<Record<string, unknown>>, passphrase?: string): string {
  const key = createPrivateKey({ format: 'jwk', key: jwk })
  const encrypted = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  return String(key.export({ type: 'pkcs8', format: 'pem', ...encrypted }))
}

describe('the form of the Connect page', () => {
  it('says back while it is typed which org is meant, and complains of nothing before the field is left', async () => {
    const { form } = await openForm()
    const field = form.getByLabel('Org URL')
    const echo = form.getByText('Postern will connect to https://acme.okta.com')
    await field.pressSequentially('acme')
    await echo.waitFor()
    await field.pressSequentially('-')
    await form.getByText('As your browser shows it').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('false')
    await field.pressSequentially('admin.okta.com/admin')
    await echo.waitFor()
    await form.getByText("-admin was removed: that is the Admin Console's host").waitFor()
    await field.fill('https://acme.auth0.com')
    await form.getByLabel('Client ID').focus()
    await form.getByRole('alert').getByText('Auth0').first().waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
  })

  it('takes a JWK, of which nothing is left on the page, and connects', async () => {
    const org = await openOrg()
    const { form, page, name, ask, requests, complaints } = await openForm()
    await form.getByLabel('Org URL').fill(org.url)
    await form.getByLabel('Client ID').fill(org.app.clientId)
    await form.getByText(`Postern will connect to ${org.url}`).waitFor()
    await form.locator('#field-key').focus()
    await paste(page, JSON.stringify(org.app.key, null, 2))
    await form.getByText('Private key understood').waitFor()
    await form.getByText('EC, P-256').waitFor()
    // It has its own.
    expect(await form.getByLabel('Key ID').count()).toBe(0)
    const secret = String(org.app.key['d'])
    expect(await everythingOf(page)).not.toContain(secret)
    await form.getByText('Choose from a list').click()
    await form.getByLabel('Filter the list').fill('users read')
    await form.getByText('scopes that this org offers').waitFor()
    await form.getByLabel('okta.users.read', { exact: true }).check()
    await form.getByText('One scope.').waitFor()
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await expect
      .poll(() => ask('GET', `/v1/connections/${name}`), SOON)
      .toMatchObject({
        orgUrl: org.url,
        clientId: org.app.clientId,
        scopes: ['okta.users.read'],
      })
    expect(await everythingOf(page)).not.toContain(secret)
    const origin = new URL(page.url()).origin
    expect(requests.filter((asked) => !asked.startsWith(`${origin}/`))).toEqual([])
    expect(complaints).toEqual([])
  })

  it('takes a PEM without its line breaks and a Key ID beside it', async () => {
    const org = await openOrg()
    const { form, page, name, ask } = await openForm({ orgUrl: org.url, scopes: 'okta.users.read' })
    expect(await form.getByLabel('Org URL').inputValue()).toBe(org.url)
    expect(await form.getByLabel('Org URL').isEditable()).toBe(false)
    await form.getByLabel('Client ID').fill(org.app.clientId)
    await form.locator('#field-key').focus()
    await paste(page, pemOf(org.app.key).replaceAll('\n', ' '))
    await form.getByText('Line breaks were put back.').waitFor()
    await form.getByText('the key’s thumbprint is used').waitFor()
    await form.getByLabel('Key ID').fill(String(org.app.key['kid']))
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await expect
      .poll(() => ask('GET', `/v1/connections/${name}`), SOON)
      .toMatchObject({ kid: org.app.key['kid'], scopes: ['okta.users.read'] })
  })

  it('opens a link again that the server was not reached with', async () => {
    const { link } = await makeLink()
    const { page } = await openPage()
    const opening = '**/v1/connect/open'
    await page.route(opening, (route) => route.abort())
    await page.goto(link)
    await page.getByText('Postern did not answer.').waitFor()
    expect(page.url()).not.toContain('#')
    await page.unroute(opening)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('radio', { name: /Guide me/ }).waitFor()
    const secret = new URL(link).hash.split('.')[1] ?? ''
    expect(await everythingOf(page)).not.toContain(secret)
  })

  it('asks nobody about an org that is still being typed, on the guide either', async () => {
    const { page } = await openForm()
    const asked: unknown[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/v1/connect/org')) asked.push(request.postDataJSON())
    })
    await page.getByRole('radio', { name: /Guide me/ }).check()
    const field = page.locator('#field-guide-org')
    // Slower than any pause that is waited for.
    await field.pressSequentially('00a', { delay: 500 })
    await field.fill('acme')
    await field.press('Tab')
    await expect.poll(() => asked).toEqual([{ orgUrl: 'acme' }])
  })

  it('tries a key that was entered a moment ago as soon as it is understood', async () => {
    const org = await openOrg()
    const { form, page, name, ask } = await openForm({ orgUrl: org.url })
    await form.getByLabel('Client ID').fill(org.app.clientId)
    await form.locator('#field-key').fill(JSON.stringify(org.app.key))
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    expect(await ask('GET', `/v1/connections/${name}`)).toMatchObject({ orgUrl: org.url })
  })

  it('sends nothing of a private key that stands in another field', async () => {
    const org = await openOrg()
    const { form, page } = await openForm({ orgUrl: org.url })
    const sent: string[] = []
    page.on('request', (request) => sent.push(request.postData() ?? ''))
    const { kty, crv, d } = org.app.key
    await form.getByLabel('Client ID').fill(org.app.clientId)
    await form.locator('#field-key').fill(pemOf(org.app.key))
    await form.getByText('Private key understood').waitFor()
    await form.getByLabel('Key ID').fill(JSON.stringify({ kty, crv, d }))
    await form.getByLabel('Description').fill(pemOf(org.app.key))
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await form.getByText('2 values need your attention.').waitFor()
    expect(await focusOf(page)).toBe('field-keyId')
    await form.getByText('The kid looks like a private key (JWK).').waitFor()
    await form.getByText('This looks like a private key (PEM).').waitFor()
    expect(sent.join()).not.toContain(d)
    expect(sent.join()).not.toContain('PRIVATE KEY')
  })

  it('needs the key once, whatever is changed after a try that failed', async () => {
    const org = await openOrg()
    const { form, page, name, ask } = await openForm({ orgUrl: org.url })
    await form.getByLabel('Client ID').fill('0oaWRONG000000000000')
    await form.locator('#field-key').fill(JSON.stringify(org.app.key))
    await form.getByText('Private key understood').waitFor()
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await page.getByRole('button', { name: 'Change the values' }).click()
    await form.getByText('The private key of the last try is kept sealed').waitFor()
    expect(await form.getByLabel('Client ID').inputValue()).toBe('0oaWRONG000000000000')
    await form.getByLabel('Client ID').fill(org.app.clientId)
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await expect
      .poll(() => ask('GET', `/v1/connections/${name}`), SOON)
      .toMatchObject({ kid: org.app.key['kid'] })
  })

  it('asks for the passphrase of a key that is encrypted, and keeps the focus in place', async () => {
    const org = await openOrg()
    const { form, page } = await openForm()
    await form.locator('#field-key').focus()
    await paste(page, pemOf(org.app.key, 'open sesame'))
    await form.getByLabel('Passphrase').waitFor()
    await expect.poll(() => focusOf(page)).toBe('field-key')
    await page.keyboard.type('open says me')
    await page.keyboard.press('Enter')
    await form.getByRole('alert').getByText('the passphrase does not open it').waitFor()
    await form.getByLabel('Passphrase').fill('open sesame')
    await form.getByRole('button', { name: 'Open the key' }).click()
    await form.getByText('Private key understood').waitFor()
    const everything = await everythingOf(page)
    expect(everything).not.toContain('open sesame')
    expect(everything).not.toContain('ENCRYPTED')
  })

  it('takes a file that is dropped or chosen, and one that misses its place does not replace the page', async () => {
    const org = await openOrg()
    const { form, page } = await openForm()
    const dataTransfer = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([${JSON.stringify(pemOf(org.app.key))}], 'key.pem'))
      return transfer
    })()`)
    await page.evaluate(
      'addEventListener("drop", (event) => (window.kept = event.defaultPrevented))',
    )
    await page.locator('h1').first().dispatchEvent('drop', { dataTransfer })
    expect(await page.evaluate('window.kept')).toBe(true)
    await form.locator('#field-key').dispatchEvent('drop', { dataTransfer })
    await form.getByText('Private key understood').waitFor()
    await form.getByRole('button', { name: 'Replace' }).click()
    const file = { name: 'key.json', mimeType: 'application/json' }
    const buffer = Buffer.from(JSON.stringify(org.app.key))
    await form.getByLabel('File of the private key').setInputFiles({ ...file, buffer })
    await form.getByText('Private key understood').waitFor()
    expect(await everythingOf(page)).not.toContain(String(org.app.key['d']))
  })

  it('says how many values are missing, goes to the first, and opens what one is folded away in', async () => {
    const { form, page } = await openForm({ clientId: '0oa1b2c3d4e5f6g7h8i9' })
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await form.getByText('2 values need your attention.').waitFor()
    await expect.poll(() => focusOf(page)).toBe('field-orgUrl')
    const field = form.getByLabel('Org URL')
    const described = String(await field.getAttribute('aria-describedby'))
    await page.locator(`#${described}`).getByText('Enter the Org URL').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
  })

  it('opens what the first wrong value is folded away in', async () => {
    const org = await openOrg()
    const { form, page } = await openForm({ orgUrl: org.url, clientId: org.app.clientId })
    await form.locator('#field-key').fill(JSON.stringify(org.app.key))
    await form.getByText('Private key understood').waitFor()
    const advanced = form.getByText('Advanced JWT')
    await advanced.click()
    await form.getByLabel('Expiry Seconds').fill('9000')
    await advanced.click()
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await form.getByText('One value needs your attention.').waitFor()
    await expect.poll(() => focusOf(page)).toBe('field-jwtExpirySeconds')
    expect(await form.getByLabel('Expiry Seconds').isVisible()).toBe(true)
  })

  it('shows what the server refuses at its field', async () => {
    const org = await openOrg()
    const { form } = await openForm()
    await form.getByLabel('Org URL').fill('login.acme.example')
    await form.getByLabel('Client ID').fill(org.app.clientId)
    await form.getByRole('alert').getByText('not under an Okta domain').waitFor()
    await form.getByText('once whoever runs Postern allows it').waitFor()
  })

  it('goes to what the server refuses of a try, and asks for the key that it did not keep', async () => {
    const org = await openOrg()
    const { form, page } = await openForm({ orgUrl: org.url, clientId: org.app.clientId })
    await form.locator('#field-key').fill(JSON.stringify(org.app.key))
    await form.getByText('Private key understood').waitFor()
    await form.getByText('Advanced JWT').click()
    await form.getByLabel('Public key in Okta').selectOption('url')
    await form.getByLabel('Key set URL').fill('http://keys.acme.example/jwks.json')
    await form.getByRole('button', { name: 'Try it and connect' }).click()
    await form.getByRole('alert').getByText('2 values need your attention.').waitFor()
    await expect.poll(() => focusOf(page)).toBe('field-jwksUrl')
    expect(await form.getByLabel('Key set URL').getAttribute('aria-invalid')).toBe('true')
    expect(await form.locator('#field-key').inputValue()).toBe('')
  })

  it('has a place for every value that the documents of other products name', async () => {
    const { form } = await openForm()
    await form.getByText('Advanced JWT').click()
    const shown = `${await form.innerText()} ${await form.locator('select').allTextContents()}`
    expect(LABELS.filter((label) => !shown.includes(label))).toEqual([])
  })

  it.each([
    ['light', 1_000],
    ['dark', 360],
  ] as const)(
    'is readable in the %s theme at %d pixels, without scrolling sideways',
    async (colorScheme, width) => {
      const hostile = '<img src=x onerror=alert(1)>'
      const { form, page, complaints } = await openForm(
        { description: hostile },
        { colorScheme, viewport: { width, height: 800 } },
      )
      await form.getByText('Advanced JWT').click()
      await form.getByRole('button', { name: 'Add a header' }).click()
      await form.getByText('Choose from a list').click()
      await form.getByLabel('okta.logs.read').waitFor()
      expect(await accessibilityProblems(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(await form.getByLabel('Description').inputValue()).toBe(hostile)
      expect(await page.locator('img').count()).toBe(0)
      expect(complaints).toEqual([])
    },
  )
})
