import { activateKey, addKey, deactivateKey, findApp, generateKey, listKeys } from '@postern/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityProblems } from '../chromium.ts'
import {
  adminOf,
  type ConnectPlace,
  enterValues,
  invitePerson,
  openPlace,
} from './invited-person.ts'

const MINUTE_MS = 60_000

let place: ConnectPlace

beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.kept.close())

describe('a try on the Connect page', () => {
  it('names what is wrong and what to do, and needs nothing anew once that is done', async () => {
    const { page, desk, name } = await invitePerson(place)
    const admin = adminOf(desk.org)
    const { appId = '' } = (await findApp(admin, desk.org.app.clientId)) ?? {}
    const [{ keyId = '' } = {}] = await listKeys(admin, appId)
    // An app has one active key at least.
    await addKey(admin, appId, (await generateKey({ alg: 'ES256' })).publicJwk)
    await deactivateKey(admin, appId, keyId)
    await enterValues(page, desk)
    await page.getByRole('heading', { name: 'The connection does not work yet' }).waitFor()
    const problems = await page.locator('.problems').innerText()
    expect(problems).toContain('PUBLIC KEYS')
    expect(problems).not.toMatch(/--[a-z]|postern [a-z]/)
    expect(await accessibilityProblems(page)).toEqual([])
    await page.getByText('9 tries are left').waitFor()

    await page.getByRole('button', { name: 'Change the values' }).click()
    expect(await page.locator('#field-clientId').inputValue()).toBe(desk.org.app.clientId)
    await page.getByText('kept sealed').waitFor()
    await page.getByRole('button', { name: 'Try it and connect' }).click()
    await page.getByText('8 tries are left').waitFor()
    await page.getByRole('button', { name: 'Check again' }).waitFor()
    await page.reload()
    await activateKey(admin, appId, keyId)
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    const connection = await desk.app.send('GET', `/v1/connections/${name}`)
    expect(connection.json).toMatchObject({ doctor: { status: 'ok' } })
  }, 40_000)

  it('lets the person keep what works in part, and says what cannot be read', async () => {
    const org = { scopes: ['okta.users.read'] }
    const { page, desk, name } = await invitePerson(place, { desk: { org } })
    await enterValues(page, desk, { scopes: 'okta.users.read okta.logs.read' })
    await page.getByRole('heading', { name: 'The connection works, but' }).waitFor()
    expect(await page.locator('.problem').innerText()).toContain('Okta API Scopes')
    await page.getByRole('button', { name: 'Keep it as it is' }).click()
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    expect(await page.locator('.inputs').innerText()).toMatch(/Groups\s+Needs okta\.groups\.read/)
    const connection = await desk.app.send('GET', `/v1/connections/${name}`)
    expect(connection.json).toMatchObject({ doctor: { problems: ['scope_not_granted'] } })
  }, 40_000)
})

describe('the end of a session', () => {
  it('is announced in its last minutes, and shown when it comes', async () => {
    const { page, desk } = await invitePerson(place, { clock: true })
    await page.getByText('This link ends in 15 minutes').waitFor()
    await page.clock.fastForward(13.5 * MINUTE_MS)
    await page.getByText('This link ends in less than two minutes').waitFor()
    desk.app.clock.advance(16 * MINUTE_MS)
    await page.clock.fastForward(2 * MINUTE_MS)
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
    await page.getByText('a quarter of an hour').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
  }, 40_000)

  it('is shown with the next thing that a person does where whoever made it has taken it back', async () => {
    const { page, desk, id } = await invitePerson(place)
    await desk.app.send('DELETE', `/v1/connect-sessions/${id}`)
    await page.getByRole('radio', { name: /Guide me/ }).check()
    await page.locator('#field-guide-org').fill(desk.org.url)
    await page.getByRole('button', { name: 'Show me the steps' }).click()
    await page.getByText('has taken it back').waitFor()
  }, 40_000)
})
