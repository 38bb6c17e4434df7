/** @module A feed is made in the console, its records arrive, and one event of them is found. */

import { beforeAll, expect, it } from 'vitest'
import { type ConsolePlace, openConsole, openConsolePlace, viewOf } from './console-place.ts'

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
