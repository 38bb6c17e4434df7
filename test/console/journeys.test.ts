import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { putDeadLetters } from '../../packages/postern/src/store/dead-letters.ts'
import { openPage } from '../chromium.ts'
import {
  type ConsolePlace,
  openConsole,
  openConsolePlace,
  signIn,
  viewOf,
} from './console-place.ts'

let place: ConsolePlace

beforeAll(async () => {
  place = await openConsolePlace()
})

it('a broken connection is found on the overview, and repaired from its finding', async () => {
  await place.ask('POST', '/v1/connections/north/doctor', {})
  const { page } = await openConsole(place)
  await viewOf(page, 'Overview')
  const trouble = page.getByRole('listitem').filter({ hasText: 'Broken' })
  await trouble.getByRole('link', { name: 'north' }).click()
  await viewOf(page, 'north')
  await page.getByRole('button', { name: 'Check now' }).click()
  const finding = page.getByRole('listitem').filter({ hasText: 'role_missing' })
  await finding.getByRole('button', { name: 'Repair…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Repair in the org' })
  await dialog.getByText('Assign Read-Only Administrator to the app').waitFor()
  await dialog.getByLabel('API token of a Super Admin').fill(place.broken.adminToken)
  await dialog.getByRole('button', { name: 'Repair', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('All is well.').waitFor()
  await page.locator('.view-title').getByText('Works').waitFor()
  expect(await place.ask('GET', '/v1/connections/north')).toMatchObject({
    doctor: { status: 'ok', problems: [] },
  })
  await page.getByRole('link', { name: 'All that was done with it' }).click()
  await page.getByText('connection.repair').first().waitFor()
})

it('the role of a connection is known once the doctor asked as an administrator; its use and its token are shown', async () => {
  const { page } = await openConsole(place, { at: '/connections/acme' })
  await viewOf(page, 'acme')
  await page.getByText('Not known until the doctor has looked').waitFor()
  await page.getByText('None is held: one is asked for with the next call.').waitFor()
  await page.getByRole('button', { name: 'Ask the doctor…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Which role does it have?' })
  await dialog.getByRole('button', { name: 'Check', exact: true }).click()
  await dialog.getByText('Name who does it.').waitFor()
  await dialog.getByLabel('Connection of an administrator').selectOption('acme-admin')
  await dialog.getByRole('button', { name: 'Check', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  const facts = page.locator('.panel').filter({ hasText: 'What it is' })
  await facts.getByText('Read-only Administrator').waitFor()
  const { accessToken } = await place.ask('POST', '/v1/connections/acme/token')
  await place.ask('POST', '/v1/connections/acme/request', { method: 'GET', path: '/api/v1/groups' })
  await page.reload()
  const token = page.locator('.panel').filter({ hasText: 'What the server holds' })
  await token.getByText('okta.logs.read').waitFor()
  expect(await page.content()).not.toContain(accessToken)
  await facts.getByText('just now').first().waitFor()
  const calls = page.getByRole('region', { name: 'Recent calls' })
  await calls.getByText('GET /api/v1/groups').waitFor()
  await calls.getByText('token.hand-out').waitFor()
  await page.getByRole('link', { name: 'Connections' }).first().click()
  const row = page
    .getByRole('row')
    .filter({ hasText: 'HR portal' })
    .or(page.getByRole('row', { name: /^acme / }))
  await row.getByText('Read-only Administrator').waitFor()
})

it('a key is rotated, and the connection signs with the new one', async () => {
  const before = await place.ask('GET', '/v1/connections/acme')
  const { page } = await openConsole(place, { at: '/connections/acme' })
  await viewOf(page, 'acme')
  await page.getByRole('button', { name: 'Rotate…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Rotate the key of acme' })
  await dialog.getByLabel('As which administrator?').selectOption('A stored connection')
  await dialog.getByRole('button', { name: 'Rotate the key' }).click()
  await dialog.getByText('Name who does it.').waitFor()
  await dialog.getByLabel('Connection of an administrator').selectOption('acme-admin')
  await dialog.getByRole('button', { name: 'Rotate the key' }).click()
  await dialog.getByText('New key proven').waitFor()
  await page.getByText('The key was rotated.').waitFor()
  const after = await place.ask('GET', '/v1/connections/acme')
  expect(after['kid']).not.toBe(before['kid'])
  await page.getByText(String(after['kid'])).first().waitFor()
})

it('an access key is made, used, and revoked, and then its holder is refused, in a browser too', async () => {
  const { page } = await openConsole(place, { at: '/access-keys' })
  await viewOf(page, 'Access keys')
  await page.getByRole('button', { name: 'Make a key…' }).click()
  const form = page.getByRole('dialog', { name: 'Make an access key' })
  await form.getByLabel('Name').fill('payroll')
  await form.getByRole('checkbox', { name: 'acme', exact: true }).check()
  await form.getByRole('button', { name: 'Make the key' }).click()
  const made = page.getByRole('dialog', { name: 'The access key payroll' })
  const text = await made.getByLabel('Access key').inputValue()
  await made.getByRole('button', { name: 'I have stored it' }).click()
  expect(await page.content()).not.toContain(text)
  const useIt = async () => {
    const headers = { authorization: `Bearer ${text}` }
    return (await fetch(`${place.url}/v1/connections/acme`, { headers })).status
  }
  expect(await useIt()).toBe(200)
  const { page: holders } = await openPage()
  await holders.goto(`${place.url}/console/connections`)
  await signIn(holders, text)
  await viewOf(holders, 'Connections')

  await rowOf(page, 'payroll').getByRole('button', { name: 'Revoke…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke payroll?' })
  await dialog.getByText('read on acme').waitFor()
  await dialog.getByRole('button', { name: 'Revoke the key' }).click()
  await rowOf(page, 'payroll').getByText('Revoked').waitFor()
  expect(await useIt()).toBe(401)
  await holders.getByRole('link', { name: 'acme', exact: true }).click()
  await holders.getByRole('heading', { name: 'Sign in to Postern' }).waitFor()
  await holders.getByLabel('Access key').fill(text)
  await holders.getByRole('button', { name: 'Sign in', exact: true }).click()
  await holders.getByText('access_key_invalid').waitFor()
})

it('an access key is rotated, and its text before goes on for as long as was chosen', async () => {
  const { text: before } = await place.makeKey('turned', [
    { connections: ['acme'], verbs: ['read'] },
  ])
  const { page } = await openConsole(place, { at: '/access-keys' })
  await viewOf(page, 'Access keys')
  await rowOf(page, 'turned').getByRole('button', { name: 'Rotate…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Rotate turned' })
  await dialog.getByLabel('The text before is accepted for').selectOption('No longer')
  await dialog.getByRole('button', { name: 'Rotate the key' }).click()
  const made = page.getByRole('dialog', { name: 'The access key turned' })
  const text = await made.getByLabel('Access key').inputValue()
  const statuses = await Promise.all(
    [before, text].map(async (key) => {
      const headers = { authorization: `Bearer ${key}` }
      return (await fetch(`${place.url}/v1/connections/acme`, { headers })).status
    }),
  )
  expect(statuses).toEqual([401, 200])
})

it('a feed is run and compared, shows what it read, and rests when it is told to', async () => {
  const { page } = await openConsole(place, { at: '/feeds/log' })
  await viewOf(page, 'log')
  await page.getByText('It has not run yet.').waitFor()
  await page.getByRole('button', { name: 'Run now' }).click()
  await page.getByText(/^The run is over: /).waitFor()
  const lines = await linesIn(place.folder)
  expect(lines).toBeGreaterThan(0)
  const row = page.getByRole('row').filter({ has: page.getByText('Request', { exact: true }) })
  await row
    .getByRole('cell', { name: String(lines), exact: true })
    .first()
    .waitFor()
  await page.getByText('Show as a table').first().click()
  await page
    .getByRole('cell', { name: String(lines), exact: true })
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Verify' }).click()
  const found = page.getByRole('dialog', { name: 'What the comparison found' })
  await found.getByText('missing so far: 0').waitFor()
  await found.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.locator('.view-title').getByText('Paused').waitFor()
  expect(await place.ask('GET', '/v1/feeds/log')).toMatchObject({ state: 'paused' })
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.locator('.view-title').getByText('Scheduled').waitFor()
  await page.getByRole('link', { name: 'acme', exact: true }).click()
  await viewOf(page, 'acme')
  await page
    .getByText(/\d+ of \d+ left in this minute · the org allows \d+/)
    .first()
    .waitFor()
  const used = page.getByRole('slider', { name: '/api/v1/logs: move along the time' })
  expect(await used.getAttribute('aria-valuetext')).toMatch(/Used [1-9]\d*, Budget [1-9]\d*$/)
})

it('records that a sink refused are looked at, and sent again', async () => {
  await putDeadLetter('{"uuid":"refused","published":"2026-01-01T00:00:00.000Z","x":"<b>bold</b>"}')
  const { page } = await openConsole(place)
  await viewOf(page, 'Overview')
  await page.getByText('1 dead letter').waitFor()
  await page.getByRole('link', { name: 'log', exact: true }).first().click()
  await viewOf(page, 'log')
  await page.getByText('sink_record_refused').waitFor()
  const row = page.getByRole('row').filter({ hasText: 'sink_record_refused' })
  await row.getByRole('button', { name: 'Look' }).click()
  expect(await page.locator('pre').innerText()).toContain('"x": "<b>bold</b>"')
  await page.getByRole('button', { name: 'Send all again' }).click()
  await page.getByText('There are no dead letters.').waitFor()
  expect(await place.ask('GET', '/v1/feeds/log')).toMatchObject({ deadLetters: 0 })
})

it('the audit log is filtered by an address, and verified', async () => {
  const { page } = await openConsole(place, { at: '/audit?action=feed.' })
  await viewOf(page, 'Audit')
  const actions = await page.getByRole('row').locator('td code').allInnerTexts()
  expect(actions.length).toBeGreaterThan(1)
  expect(actions.filter((action) => !action.startsWith('feed.'))).toEqual([])
  await page.getByRole('button', { name: 'Verify the log' }).click()
  await page.getByRole('dialog').getByText('Intact:').waitFor()
  const end = await page.getByLabel('End of the log').inputValue()
  expect(JSON.parse(end)).toMatchObject({ seq: expect.any(Number) })
})

it('a custom domain is allowed, refused where it is none, and removed', async () => {
  const { page } = await openConsole(place, { at: '/settings' })
  await viewOf(page, 'Settings')
  await page.getByLabel('Host').fill('acme.okta.com')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('domain_of_okta').waitFor()
  await page.getByLabel('Host').fill('login.acme.com')
  await page.getByRole('button', { name: 'Allow' }).click()
  await rowOf(page, 'login.acme.com').getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('button', { name: 'Remove the domain' }).click()
  await page.getByText('No custom domain is allowed.').waitFor()
})

it('the settings tell how large the store is, and that nobody backed it up', async () => {
  const { page } = await openConsole(place, { at: '/settings' })
  await viewOf(page, 'Settings')
  const { bytes } = await place.ask('GET', '/v1/store')
  expect(bytes).toBeGreaterThan(1_048_576)
  await page
    .getByText(/^\d+(\.\d)? MiB$/)
    .first()
    .waitFor()
  await page.getByRole('rowheader', { name: 'audit', exact: true }).waitFor()
  await page.getByText('postern backup postern.backup').waitFor()
})

it('what happens elsewhere is shown without anybody asking for it', async () => {
  const { page } = await openConsole(place, { at: '/feeds/people' })
  await viewOf(page, 'people')
  await page.getByText('It has not run yet.').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  await place.ask('POST', '/v1/feeds/people/run')
  await page.getByRole('row').getByText('Request', { exact: true }).waitFor()
  await place.ask('POST', '/v1/feeds/people/pause')
  await page.locator('.view-title').getByText('Paused').waitFor()
})

it('a link of the start signs one browser in, and leaves the address; a second one is told why not', async () => {
  const { consoleSessions, localKey } = place.service
  const link = consoleSessions.addLink(localKey).reveal()
  const { page } = await openPage()
  await page.goto(`${place.url}/console/connections#${link}`)
  await viewOf(page, 'Connections')
  expect(page.url()).toBe(`${place.url}/console/connections`)
  expect(await page.evaluate('JSON.stringify(history.state)')).toBe('null')
  await page.goto(`${place.url}/console/#${link}`)
  await viewOf(page, 'Overview')

  const second = await openPage()
  await second.page.goto(`${place.url}/console/#${link}`)
  await second.page.getByText('console_link_over').waitFor()
  await second.page.getByLabel('Access key').waitFor()
})

async function putDeadLetter(record: string): Promise<void> {
  const { store, clock } = place.service
  const { feed, sink } = await store.db
    .selectFrom('feed')
    .innerJoin('feed_sink', 'feed_sink.feed_id', 'feed.id')
    .innerJoin('sink', 'sink.id', 'feed_sink.sink_id')
    .select(['feed.id as feed', 'sink.id as sink'])
    .where('feed.name', '=', 'log')
    .where('sink.name', '=', 'store')
    .executeTakeFirstOrThrow()
  const letter = { code: 'sink_record_refused', reason: 'It is no record.', index: 0 }
  const of = { feedId: feed, sinkId: sink, seq: 1 }
  await putDeadLetters(store, of, [{ ...letter, record: Buffer.from(record) }], clock.now())
}

function rowOf(page: Page, name: string) {
  return page.getByRole('row').filter({ hasText: name })
}

async function linesIn(folder: string): Promise<number> {
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    name.endsWith('.jsonl'),
  )
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.join('').split('\n').length - 1
}
