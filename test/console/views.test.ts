import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { by } from '../../packages/postern/test/connections/kept.ts'
import { accessibilityProblems, openPage } from '../chromium.ts'
import {
  type ConsolePlace,
  everything,
  type Json,
  openConsole,
  openConsolePlace,
  viewOf,
} from './console-place.ts'

const WIDE = { width: 1_280, height: 900 }
const NARROW = { width: 360, height: 800 }

// Labels of charts that end outside of their drawing, which nobody sees.
const CUT_LABELS = `[...document.querySelectorAll('.chart-drawing')].flatMap((drawing) =>
  [...drawing.querySelectorAll('.chart-tick')]
    .filter((tick) => tick.getBoundingClientRect().right > drawing.getBoundingClientRect().right + 0.5)
    .map((tick) => tick.textContent))`

const pictures = process.env['POSTERN_PICTURES']

let place: ConsolePlace
const rules = [...everything, { connections: ['*'], verbs: ['approve' as const] }]

beforeAll(async () => {
  place = await openConsolePlace()
  await place.ask('POST', '/v1/connections/acme/doctor', {})
  await place.ask('POST', '/v1/connections/north/doctor', {})
  await place.ask('POST', '/v1/feeds/log/run')
  await place.ask('POST', '/v1/feeds/people/run')
  await place.ask('POST', '/v1/domains', { host: 'login.acme.com' })
  await place.makeKey('hr-portal', [{ connections: ['acme'], verbs: ['read'] }])
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
})

// With `POSTERN_PICTURES=DIR`, each view is written there as PNG: light and wide, dark and narrow.
it('every view of the console can be read by everybody, in both themes, and fits a phone', async () => {
  const { page, requests, complaints } = await openConsole(place, { rules })
  await viewOf(page, 'Overview')
  await look(page, 'overview')

  await open(page, 'Connections')
  await look(page, 'connections')
  await page.getByRole('link', { name: 'north', exact: true }).click()
  await viewOf(page, 'north')
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByRole('button', { name: 'Repair…' }).first().waitFor()
  await page.getByRole('button', { name: 'Check now' }).waitFor()
  await look(page, 'connection')
  await page.getByRole('button', { name: 'Repair…' }).first().click()
  await page.getByRole('dialog').waitFor()
  await look(page, 'repair')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Rotate…' }).click()
  await page.getByRole('dialog').waitFor()
  await look(page, 'rotate')
  await page.keyboard.press('Escape')

  await open(page, 'Feeds')
  await look(page, 'feeds')
  await page.getByRole('link', { name: 'log', exact: true }).click()
  await viewOf(page, 'log')
  await page.getByText('Show as a table').first().click()
  await look(page, 'feed')

  await open(page, 'Access keys')
  await look(page, 'access-keys')
  await page.getByRole('button', { name: 'Make a key…' }).click()
  await page.getByRole('checkbox', { name: /^proxy/ }).check()
  await page.getByRole('button', { name: 'Make the key' }).click()
  await page.getByText('Give it a name.').waitFor()
  await look(page, 'make-key')
  await page.keyboard.press('Escape')

  await open(page, 'Audit')
  await page.getByRole('button', { name: 'Look' }).first().click()
  await look(page, 'audit')
  await page.getByRole('button', { name: 'Verify the log' }).click()
  await page.getByText('Intact:').waitFor()
  await look(page, 'verified')
  await page.getByRole('button', { name: 'Close' }).click()

  await open(page, 'Settings')
  await look(page, 'settings')

  await page.goto(`${place.url}/console/feeds/none`)
  await page.getByText('feed_not_found').waitFor()
  await look(page, 'refused')
  await page.goto(`${place.url}/console/nothing`)
  await viewOf(page, 'There is no such page')
  await look(page, 'not-there')

  expect(complaints.filter((said) => !said.includes('the server responded'))).toEqual([])
  expect(requests.filter((asked) => !asked.startsWith(`${place.url}/`))).toEqual([])
}, 60_000)

it('and so can what finds events, makes feeds and changes orgs', async () => {
  const { text } = await place.makeKey('agent', [
    { connections: ['acme-admin'], verbs: ['act'], approval: 'required' },
  ])
  const [user = '', other = ''] = [...place.org.org.users].map(({ profile }) =>
    String(profile['login']),
  )
  await planned(text, user)
  const refused = await planned(text, other)
  await place.service.plans.refuse(refused, by)
  const { page, requests, complaints } = await openConsole(place, { rules })
  await page.goto(`${place.url}/console/feeds/+new?connection=acme&input=system-log`)
  await viewOf(page, 'Make a feed')
  await page.getByLabel('Name').fill('')
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  await page.getByText('Give it a name.').waitFor()
  await page.getByLabel('Name').fill('acme-log')
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  await page.locator('.code-block').first().waitFor()
  await look(page, 'make-feed')

  await open(page, 'System Log')
  await page.getByLabel('Connection').selectOption('north')
  await page.getByRole('link', { name: 'Make that feed…' }).waitFor()
  await look(page, 'log-empty')
  await page.goto(`${place.url}/console/log?connection=acme&severity=INFO`)
  const events = page.getByRole('region', { name: 'Events', exact: true })
  await events.getByRole('rowheader').first().waitFor()
  await look(page, 'log')
  await events.getByRole('link').first().click()
  await page.getByText('As Okta sent it').waitFor()
  await look(page, 'event')

  await open(page, 'Objects')
  await page.getByLabel('Connection').selectOption('acme')
  await page.getByRole('rowheader').first().waitFor()
  await look(page, 'objects')
  await page.getByRole('rowheader').first().getByRole('link').click()
  await page.getByText('As Okta sent it').waitFor()
  await look(page, 'object')
  await page.goto(`${place.url}/console/objects?connection=acme&kind=app-group&child=00g1`)
  await page.getByText('No object fits.').waitFor()
  await look(page, 'objects-none')

  await open(page, 'Actions')
  await page.getByLabel('Connection').selectOption('acme-admin')
  await page.getByRole('link', { name: 'Add a group member', exact: true }).waitFor()
  await look(page, 'actions')
  await page.getByRole('link', { name: 'Deactivate a user' }).click()
  await viewOf(page, 'Deactivate a user')
  await page.getByRole('button', { name: 'See what would change' }).click()
  await page.getByText('Fill it in.').waitFor()
  await page.getByLabel('user', { exact: true }).fill(user)
  await page.getByRole('button', { name: 'See what would change' }).click()
  await page.getByText('Nothing has changed yet.').waitFor()
  await look(page, 'action')

  await open(page, 'Approvals')
  await page.getByRole('button', { name: 'Approve…' }).waitFor()
  await look(page, 'approvals')
  await page.getByRole('button', { name: 'Approve…' }).click()
  await page.getByRole('dialog').waitFor()
  await look(page, 'approve')
  await page.keyboard.press('Escape')
  await page.goto(`${place.url}/console/approvals/${refused}`)
  await viewOf(page, 'user.deactivate')
  await look(page, 'approval')

  expect(complaints.filter((said) => !said.includes('the server responded'))).toEqual([])
  expect(requests.filter((asked) => !asked.startsWith(`${place.url}/`))).toEqual([])
}, 60_000)

it('and so can the form to sign in', async () => {
  const { page } = await openPage()
  await page.goto(`${place.url}/console/audit`)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('Enter an access key.').waitFor()
  await look(page, 'sign-in')
})

/** Asks that a user may be deactivated. @returns the id of the plan. */
async function planned(accessKey: string, user: string): Promise<string> {
  const response = await fetch(`${place.url}/v1/connections/acme-admin/plans`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'user.deactivate', arguments: { user } }),
  })
  return String(((await response.json()) as Json)['id'])
}

async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name }).click()
  await viewOf(page, name)
}

/** Looks at what a page shows: with axe, in both themes, whether it fits a phone, and, where pictures are wanted, with a camera. */
async function look(page: Page, view: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const size of [NARROW, WIDE]) {
      await page.setViewportSize(size)
      const name = `${view}-${colorScheme}-${size.width}`
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect([name, width]).toEqual([name, size.width])
      expect([name, await page.evaluate(CUT_LABELS)]).toEqual([name, []])
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
