import { addKey, assignRoles, createApp, generateKey, grantScopes } from '@postern/core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityProblems } from '../chromium.ts'
import {
  adminOf,
  type ConnectPlace,
  invitePerson,
  openPlace,
  openStep,
  verifyStep,
} from './invited-person.ts'

let place: ConnectPlace

beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.kept.close())

describe('Guide me', () => {
  it('leads to a service app step by step, says what is missing at each, and goes on after a reload', async () => {
    const person = await invitePerson(place)
    const { page, desk, name, requests, complaints } = person
    const { org, app } = desk
    await begin(page, org.url)
    expect(await accessibilityProblems(page)).toEqual([])
    await verifyStep(page, 'I have done this')
    await verifyStep(page, 'I have done this')

    await openStep(page).getByLabel('Client ID').fill('0oaNoSuchApp12345678')
    const unknown = await verifyStep(page, 'Verify now')
    expect(unknown.status).toBe('todo')
    await openStep(page).getByText('Copy the Client ID from the app').waitFor()
    const admin = adminOf(org)
    const { publicJwk: other } = await generateKey({ alg: 'ES256' })
    const newApp = { label: 'Made by hand', publicJwk: other, dpopRequired: true }
    const { appId, clientId } = await createApp(admin, newApp, '0oamadebyhand1234567')
    await openStep(page).getByLabel('Client ID').fill(clientId)
    expect(await verifyStep(page, 'Verify now')).toMatchObject({ status: 'done' })

    await page.reload()
    await openStep(page).getByText('Register the public key').waitFor()
    expect(await page.locator('.step.is-done').count()).toBe(3)
    const publicJwk = JSON.parse(await openStep(page).locator('.copy-value').first().innerText())
    expect(publicJwk).not.toHaveProperty('d')
    expect(await verifyStep(page, 'Verify now')).toMatchObject({ status: 'todo' })
    await addKey(admin, appId, publicJwk)
    expect(await verifyStep(page, 'Verify now')).toMatchObject({ status: 'done' })
    expect(await verifyStep(page, 'Verify now')).toMatchObject({ status: 'done' })

    const scopes = await openStep(page).locator('.copy-value').allInnerTexts()
    expect(scopes).toHaveLength(4)
    await grantScopes(admin, appId, scopes.slice(0, 3))
    expect((await verifyStep(page, 'Verify now')).remedy).toContain(scopes[3])
    await grantScopes(admin, appId, scopes)
    expect(await verifyStep(page, 'Verify now')).toMatchObject({ status: 'done' })

    expect((await verifyStep(page, 'Verify now')).remedy).toContain('Admin roles')
    await assignRoles(admin, clientId, [{ type: 'READ_ONLY_ADMIN' }])
    expect(await verifyStep(page, 'Verify now')).toMatchObject({ status: 'done' })
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    const facts = await page.locator('.facts').innerText()
    for (const proven of ['On: tokens are bound', ...scopes, 'users: 1 record']) {
      expect(facts).toContain(proven)
    }
    const inputs = await page.locator('.inputs').innerText()
    for (const input of ['Users', 'Groups', 'Apps', 'System Log']) expect(inputs).toContain(input)
    expect(await accessibilityProblems(page)).toEqual([])
    const connection = await app.send('GET', `/v1/connections/${name}`)
    expect(connection.json).toMatchObject({ clientId, orgUrl: org.url, doctor: { status: 'ok' } })

    await page.reload()
    await page.getByRole('heading', { name: 'This org is connected' }).waitFor()
    expect(complaints.filter((complaint) => !complaint.includes('410'))).toEqual([])
    expect(requests.filter((asked) => !asked.startsWith(`${app.url}/`))).toEqual([])
  }, 60_000)

  it('leads to an app whose keys Okta fetches from Postern', async () => {
    const org = { assumptions: { jwksUriOverHttp: 'loopback' } } as const
    const { page, desk, name } = await invitePerson(place, { desk: { org } })
    await begin(page, desk.org.url, async () => {
      await page.getByRole('radio', { name: /Use a URL to fetch keys/ }).check()
      await page.getByRole('radio', { name: /System Log alone/ }).check()
    })
    await verifyStep(page, 'I have done this')
    await verifyStep(page, 'I have done this')
    const admin = adminOf(desk.org)
    const { publicJwk } = await generateKey({ alg: 'ES256' })
    const jwksUri = `${desk.app.url}/jwks/${name}.json`
    const newApp = { label: 'By URL', publicJwk, jwksUri, dpopRequired: false }
    const { appId, clientId } = await createApp(admin, newApp, '0oakeysbyurl12345678')
    await grantScopes(admin, appId, ['okta.logs.read'])
    await assignRoles(admin, clientId, [{ type: 'READ_ONLY_ADMIN' }])
    await openStep(page).getByLabel('Client ID').fill(clientId)
    await verifyStep(page, 'Verify now')
    expect(await openStep(page).locator('.copy-value').first().innerText()).toBe(jwksUri)
    for (const step of ['key', 'dpop', 'scopes', 'roles']) {
      expect([step, (await verifyStep(page, 'Verify now')).status]).toEqual([step, 'done'])
    }
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    const connection = await desk.app.send('GET', `/v1/connections/${name}`)
    expect(connection.json).toMatchObject({ jwksUri, scopes: ['okta.logs.read'] })
  }, 60_000)

  it('leads to an API token, and shows what is wrong with one', async () => {
    const { page, desk, name, id } = await invitePerson(place)
    await begin(page, desk.org.url, () => page.getByRole('radio', { name: /^API token/ }).check())
    const token = page.getByRole('textbox', { name: /^API token/ })
    await page.getByText('Create token').first().waitFor()
    await token.fill('00NotTheTokenOfThisOrg0000000000000000000000')
    await page.getByRole('button', { name: 'Check and connect' }).click()
    await page.getByRole('heading', { name: 'The connection does not work yet' }).waitFor()
    expect(await page.locator('.problems').innerText()).toContain('Security > API > Tokens')
    await page.getByText('9 tries are left').waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Change the values' }).click()
    expect(await token.inputValue()).toBe('')
    await token.fill(desk.org.adminToken)
    await page.getByRole('button', { name: 'Check and connect' }).click()
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    const connection = await desk.app.send('GET', `/v1/connections/${name}`)
    expect(connection.json).toMatchObject({ kind: 'api-token', doctor: { status: 'ok' } })
    const session = await desk.app.send('GET', `/v1/connect-sessions/${id}`)
    expect(session.json).toMatchObject({ status: 'connected', connection: name })
  }, 60_000)
})

/** Chooses the guide and the org, and what else `choose` does. */
async function begin(page: Page, orgUrl: string, choose = async () => {}): Promise<void> {
  await page.getByRole('radio', { name: /Guide me/ }).check()
  await page.getByRole('button', { name: 'Show me the steps' }).click()
  await page.getByRole('alert').getByText('Enter the Org URL').waitFor()
  await page.locator('#field-guide-org:focus').fill(orgUrl)
  await page.getByText(`connect to ${orgUrl}`).waitFor()
  await choose()
  await page.getByRole('button', { name: 'Show me the steps' }).click()
  await page.locator('.steps').waitFor()
  // Whoever works with the keyboard goes on where the steps begin.
  await page.locator('.guide-org h2:focus').waitFor()
}
