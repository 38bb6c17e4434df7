/** @module Lists of ten thousand rows in a browser: a page at a time, found by what people look for, and no more of them than are shown. */

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServedPostern, servePostern } from '../../packages/postern/test/cli/served-postern.ts'
import { fillLists } from '../../packages/postern/test/server/many-rows.ts'
import { type OpenedPage, openPage } from '../chromium.ts'
import { signIn, viewOf } from './console-place.ts'

// A page of 100 rows has a head beside.
const SHOWN_ROWS = 101

let served: ServedPostern
beforeAll(async () => {
  served = await servePostern()
  await fillLists(served.service.store, new Date())
})
afterAll(() => served.close())

it('ten thousand access keys are paged, counted, and found by their name and how they are', async () => {
  const { page } = await open('/access-keys')
  await viewOf(page, 'Access keys')
  await page.getByText('10,000 rows').waitFor()
  expect(await rowsOf(page)).toBe(SHOWN_ROWS)
  await page.getByRole('rowheader', { name: 'robot 10000' }).waitFor()
  expect(await page.getByRole('button', { name: 'Name', exact: true }).count()).toBe(0)
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByRole('rowheader', { name: /^robot 9900 / }).waitFor()
  await page.getByRole('link', { name: 'First page' }).click()
  await page.getByLabel('State', { exact: true }).selectOption('revoked')
  await page.getByText('100 rows', { exact: true }).waitFor()
  await page.getByLabel('State', { exact: true }).selectOption('')
  await page.getByRole('searchbox').fill('robot 777')
  await page.getByText('11 rows').waitFor()
  expect(new URL(page.url()).search).toBe('?search=robot+777')
  const first = page.getByRole('rowheader').first()
  expect(await first.innerText()).toContain('robot 7779')
  await page.getByRole('button', { name: 'Name', exact: true }).click()
  await page.waitForURL((url) => url.searchParams.get('sort') === 'name')
  expect(await first.innerText()).toMatch(/^robot 777\s/)
})

it('ten thousand feeds are paged, and found by how they are; the overview shows those that need somebody', async () => {
  const { page, requests } = await open('/feeds')
  await viewOf(page, 'Feeds')
  await page.getByText('10,000 rows').waitFor()
  expect(await rowsOf(page)).toBe(SHOWN_ROWS)
  expect(requests.filter((asked) => asked.includes('/v1/feeds'))).toHaveLength(1)
  await page.getByLabel('State', { exact: true }).selectOption('held')
  await page.getByText('100 rows', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByText('100 holding back, 200 incomplete').waitFor()
  const troubles = page.getByRole('listitem').filter({ hasText: 'Feed feed-' })
  await troubles.first().waitFor()
  expect(await troubles.count()).toBe(12)
  await page.getByText(/^and \d+ more$/).waitFor()
})

async function open(at: string): Promise<OpenedPage> {
  const opened = await openPage()
  await opened.page.goto(`${served.url}/console${at}`)
  await signIn(opened.page, served.service.localKey.reveal())
  return opened
}

function rowsOf(page: Page): Promise<number> {
  return page.getByRole('row').count()
}
