/** @module A feed is made in the console, its records arrive, and one event of them is found. */

import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { type ConsolePlace, openConsole, openConsolePlace, viewOf } from './console-place.ts'

const HOSTILE = '<img src=x onerror="window.wasRun=1">'

let place: ConsolePlace

beforeAll(async () => {
  place = await openConsolePlace()
})

it('a feed is made by form after its plan and first records, and its records arrive while it is watched', async () => {
  const { page } = await openConsole(place, { at: '/feeds' })
  await viewOf(page, 'Feeds')
  await page.getByRole('link', { name: 'Make a feed…' }).click()
  await viewOf(page, 'Make a feed')
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  await page.getByText('Choose a connection.').waitFor()
  await page.getByText('Choose what it reads.').waitFor()
  await page.getByLabel('Connection').selectOption('north')
  await page.getByLabel('What it reads').selectOption('System Log')
  await page.getByLabel('Name').fill('Not a name')
  await page.getByLabel('When it runs').selectOption('Another schedule (cron)…')
  await page.getByLabel('Cron expression').fill('30 6 * * 1-5')
  await page.getByLabel('Time zone').selectOption('Europe/Berlin')
  await page.getByRole('checkbox', { name: /^files/ }).check()
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  await page.getByText('feed_invalid').waitFor()
  await page.getByLabel('Connection').selectOption('acme')
  await page.getByLabel('Name').fill('weekday-log')
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  const plan = page.locator('.panel').filter({ hasText: 'What it comes to' }).last()
  await plan
    .getByText(/06:30$/)
    .first()
    .waitFor()
  await plan.getByText('in Europe/Berlin').waitFor()
  await plan.locator('.code-block').first().getByText('"eventType"').waitFor()
  expect(await place.ask('GET', '/v1/feeds')).toMatchObject({
    feeds: [{ name: 'log' }, { name: 'people' }],
  })
  await plan.getByRole('button', { name: 'Make the feed' }).click()
  await viewOf(page, 'weekday-log')
  const runs = page.getByRole('region', { name: 'Runs' }).last()
  await runs.getByText('Done', { exact: true }).waitFor()
  const feed = await place.ask('GET', '/v1/feeds/weekday-log')
  expect(feed).toMatchObject({
    ...{ connection: 'acme', input: 'system-log', cron: '30 6 * * 1-5' },
    timezone: 'Europe/Berlin',
  })
  const { report } = feed['lastRun'] as { readonly report: { readonly records: number } }
  expect(report.records).toBeGreaterThan(0)
  await runs
    .getByRole('cell', { name: String(report.records), exact: true })
    .first()
    .waitFor()
})

it('an event is found by its type and its time, and shown with what belongs to it', async () => {
  const { page, complaints } = await openConsole(place, { at: '/log' })
  await makeUser('x', HOSTILE)
  await makeUser('y', 'Ada')
  await place.ask('POST', '/v1/feeds/log/run')
  await viewOf(page, 'System Log')
  await page.getByText('Choose a connection.').waitFor()
  await page.getByLabel('Connection').selectOption('north')
  await page.getByText('Nothing keeps the System Log of this connection here.').waitFor()
  await page.getByRole('link', { name: 'Make that feed…' }).waitFor()
  await page.getByLabel('Connection').selectOption('acme')
  const list = page.getByRole('region', { name: 'Events', exact: true })
  await list.getByRole('rowheader').first().waitFor()
  await page.getByLabel('Type, or its beginning').fill('user.lifecycle.')
  await list.getByRole('rowheader', { name: 'app.oauth2' }).first().waitFor({ state: 'detached' })
  const types = new Set(await list.getByRole('rowheader').allInnerTexts())
  expect([...types].filter((type) => !type.startsWith('user.lifecycle.'))).toEqual([])
  expect(new URL(page.url()).searchParams.get('eventType')).toBe('user.lifecycle.')

  const files = await [await exported(page, 'As CSV'), await exported(page, 'As JSON lines')]
  const [csv = '', lines = ''] = files
  expect(csv.split('\r\n')[0]).toBe(
    'published,eventType,severity,outcome,reason,actorId,actorLogin,targetIds,targetNames,ip,session,transaction,message,uuid',
  )
  expect(csv).toContain('<img src=x onerror=""window.wasRun=1"">')
  const events = lines.trimEnd().split('\n')
  expect(csv.trimEnd().split('\r\n')).toHaveLength(events.length + 1)
  expect(events.map((line) => String(JSON.parse(line)['eventType']).split('.')[1])).toEqual(
    events.map(() => 'lifecycle'),
  )

  const cursor = page.getByRole('slider', { name: /Events over time/ })
  await cursor.press('Enter')
  await expect.poll(() => new URL(page.url()).searchParams.has('from')).toBe(true)
  await page.getByLabel('To', { exact: true }).waitFor()
  await page.reload()
  await list
    .getByRole('row')
    .filter({ hasText: '<img src=x' })
    .getByRole('link', { name: 'user.lifecycle.create' })
    .click()
  await viewOf(page, 'user.lifecycle.create')
  const raw = page.getByRole('region', { name: 'As Okta sent it' }).last()
  await raw.getByText('<img src=x').waitFor()
  await page.getByText('Of the same actor').waitFor()
  await page.getByText('this one').first().waitFor()
  expect(await page.evaluate('window.wasRun')).toBe(undefined)
  expect(await page.locator('body :is(img, script, iframe, object, link, style)').count()).toBe(0)
  expect(complaints.filter((said) => !said.includes('the server responded'))).toEqual([])
  const target = page.getByRole('link', { name: /^00u/ }).last()
  const id = await target.innerText()
  await target.click()
  await page.getByRole('button', { name: /^Remove the filter/ }).waitFor()
  expect(new URL(page.url()).searchParams.get('range')).toBe('all')
  expect(Object.values(Object.fromEntries(new URL(page.url()).searchParams))).toContain(id)
  await list.getByRole('link', { name: 'user.lifecycle.create' }).waitFor()
  await page.getByRole('button', { name: /^Remove the filter/ }).click()
  await list.getByRole('rowheader', { name: 'app.oauth2' }).first().waitFor()
})

it('a person sees the log of the connections that their rules give, and no other', async () => {
  const rules = [{ connections: ['north'], verbs: ['read' as const] }]
  const { page } = await openConsole(place, { at: '/log?connection=acme', rules })
  await page.getByText('connection_not_found').first().waitFor()
  expect(await page.getByRole('table').count()).toBe(0)
})

/** The file that a button gives. */
async function exported(page: Page, name: string): Promise<string> {
  const loading = page.waitForEvent('download', (one) =>
    one.suggestedFilename().endsWith(name === 'As CSV' ? '.csv' : '.jsonl'),
  )
  await page.getByRole('button', { name, exact: true }).click()
  return readFile(await (await loading).path(), 'utf8')
}

/** Makes a user in the org, as others do. */
async function makeUser(name: string, firstName: string): Promise<void> {
  const login = `${name}@example.com`
  const profile = { firstName, lastName: 'X', login, email: login }
  const { status } = await fetch(`${place.org.url}/api/v1/users?activate=false`, {
    method: 'POST',
    headers: {
      authorization: `SSWS ${place.org.adminToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ profile }),
  })
  expect(status).toBe(200)
}
