import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityProblems } from '../chromium.ts'
import { connected, enter, tryIt, valuesOf } from './entering.ts'
import {
  type ConnectPlace,
  invitePerson,
  openPlace,
  openStep,
  verifyStep,
} from './invited-person.ts'

const WIDE = { width: 1_000, height: 900 }
const NARROW = { width: 360, height: 800 }
const DOES_NOT_WORK = 'The connection does not work yet'

const pictures = process.env['POSTERN_PICTURES']

let place: ConnectPlace

beforeAll(async () => {
  place = await openPlace()
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
})
afterAll(() => place.kept.close())

// With `POSTERN_PICTURES=DIR`, each view is written there as PNG: light and wide, dark and narrow.
it('every view of the form can be read by everybody, in both themes, and fits a phone', async () => {
  const session = { description: 'Reads the directory for the HR portal', wants: 'read-only' }
  const org = { faults: ['admin-role-missing'] }
  const { page, desk, id } = await invitePerson(place, { session, desk: { org } })
  await look(page, 'form')

  await tryIt(page)
  await page.getByText('values need your attention').waitFor()
  await look(page, 'form-errors')

  const values = { ...valuesOf(desk.org), scopes: 'okta.users.read okta.groups.read' }
  await enter(page, values)
  await page.getByText('Advanced JWT').click()
  await page.getByRole('button', { name: 'Add a claim' }).click()
  await page.getByText('Choose from a list').click()
  await page.getByText('scopes that this org offers').waitFor()
  await look(page, 'form-filled')

  desk.org.faults.on('timeout=path:/oauth2/v1/token')
  await tryIt(page)
  await page.getByRole('heading', { name: 'Trying the connection' }).waitFor()
  await page.locator('.under-way').waitFor()
  await look(page, 'trying')

  // The page goes on where it was: the try that it left was given up.
  await page.reload()
  desk.org.faults.off('timeout')
  await expect
    .poll(() => desk.app.send('GET', `/v1/connect-sessions/${id}`))
    .toMatchObject({ json: { triesLeft: 9 } })
  await tryIt(page)
  await page.getByRole('heading', { name: DOES_NOT_WORK }).waitFor()
  await page.getByText('Everything that was looked at').click()
  await look(page, 'problems')

  desk.org.faults.clear()
  await page.getByRole('button', { name: 'Check again' }).click()
  await page.getByRole('heading', { name: 'The connection works, but' }).waitFor()
  await look(page, 'problems-usable')
  await page.getByRole('button', { name: 'Keep it as it is' }).click()
  await connected(page)
  await look(page, 'connected')

  await page.reload()
  await page.getByRole('heading', { name: 'This org is connected' }).waitFor()
  await look(page, 'connected-over')
}, 60_000)

it('every view of the guide, of an API token and of a link that is over can, too', async () => {
  const { page, desk, id } = await invitePerson(place, { desk: { org: { dpopRequired: true } } })
  await page
    .getByRole('radio', { name: /^API token/ })
    .first()
    .check()
  await enter(page, { orgUrl: desk.org.url, apiToken: desk.org.adminToken })
  await page.getByText('loopback org').first().waitFor()
  await look(page, 'form-api-token')

  await page.getByRole('radio', { name: /Guide me/ }).check()
  await page.locator('#field-guide-org').fill(desk.org.url)
  await page.locator('#field-guide-org').press('Tab')
  await page.getByText(`connect to ${desk.org.url}`).last().waitFor()
  await look(page, 'guide-start')

  await page.getByRole('button', { name: 'Show me the steps' }).click()
  await page.locator('.steps').waitFor()
  await look(page, 'guide-steps')
  await verifyStep(page, 'I have done this')
  await verifyStep(page, 'I have done this')
  await openStep(page).getByLabel('Client ID').fill('0oaNoSuchApp12345678')
  await verifyStep(page, 'Verify now')
  await openStep(page).getByText('Copy the Client ID from the app').waitFor()
  await look(page, 'guide-todo')

  await openStep(page).getByLabel('Client ID').fill(desk.org.app.clientId)
  await verifyStep(page, 'Verify now')
  await openStep(page).getByText('Register the public key').waitFor()
  await look(page, 'guide-key')
  for (const step of ['dpop', 'scopes', 'roles']) {
    await page.locator(`[aria-controls="step-${step}"]`).click()
    await page.locator(`#step-${step}`).waitFor()
    await look(page, `guide-${step}`)
  }

  await desk.app.send('DELETE', `/v1/connect-sessions/${id}`)
  await page.getByRole('button', { name: 'Verify now' }).click()
  await page.getByText('has taken it back').waitFor()
  await look(page, 'over')
}, 60_000)

/** Looks at what a page shows: with axe, in both themes, whether it fits a phone, and, where pictures are wanted, with a camera. */
async function look(page: Page, view: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const size of [WIDE, NARROW]) {
      await page.setViewportSize(size)
      const name = `${view}-${colorScheme}-${size.width}`
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect([name, width]).toEqual([name, size.width])
      // Each theme and each width is seen once.
      if (pictures === undefined || (colorScheme === 'light') !== (size === WIDE)) continue
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
    }
    // A theme changes colours, and nothing else.
    const rule = colorScheme === 'dark' ? 'color-contrast' : undefined
    expect([view, colorScheme, await accessibilityProblems(page, rule)]).toEqual([
      ...[view, colorScheme, []],
    ])
  }
}
