import type { FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openConnectDesk } from '../../packages/postern/test/server/connect-desk.ts'
import { openPage } from '../chromium.ts'
import { serveSite } from './embedding-site.ts'
import { type ConnectPlace, enterValues, openPlace } from './invited-person.ts'

let place: ConnectPlace

beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.kept.close())

describe('a page that opens the Connect page', () => {
  it('in a window hears of the connection, and the window goes when the person closes it', async () => {
    const { page, desk, name, id } = await openSite('popup')
    const popup = await openPopup(page)
    await enterValues(popup, desk)
    await popup.getByRole('heading', { name: 'Connected' }).waitFor()
    await page.getByText(`connected ${name} by ${id};`).waitFor()
    const closed = popup.waitForEvent('close')
    await popup.getByRole('button', { name: 'Close' }).click()
    await closed
    expect(await page.locator('#outcome').innerText()).toBe(`connected ${name} by ${id};`)
  }, 40_000)

  it('in a window hears that it was closed before anything was connected', async () => {
    const { page } = await openSite('popup')
    const popup = await openPopup(page)
    await popup.close()
    await page.getByText('PosternClosed;').waitFor()
  }, 40_000)

  it('a second time has its window for the new link, and gives up on the first', async () => {
    const { page, desk, origin } = await openSite('popup')
    const popup = await openPopup(page)
    const { link, name } = await desk.make({ origin })
    await page.evaluate(`asked.set('url', '${desk.app.url}/connect/#${link}')`)
    await page.getByRole('button', { name: 'Connect Okta' }).click()
    await popup.getByText(`will be called ${name}`).waitFor()
    await enterValues(popup, desk)
    await page.getByText(new RegExp(`^PosternClosed;connected ${name} `)).waitFor()
  }, 40_000)

  it('hears that the browser opens no window, or that the url is no link', async () => {
    const { page } = await openSite('popup')
    await page.evaluate('open = () => null')
    await page.getByRole('button', { name: 'Connect Okta' }).click()
    await page.getByText('PosternBlocked;').waitFor()
    await page.evaluate(`asked.set('url', 'javascript:alert(1)#a.b')`)
    await page.getByRole('button', { name: 'Connect Okta' }).click()
    await page.getByText('PosternLink;').waitFor()
  }, 40_000)

  it('in a frame gives it the height that it needs, and hears of the connection', async () => {
    const { page, desk, name, id, complaints } = await openSite('frame')
    await page.getByRole('button', { name: 'Connect Okta' }).click()
    const frame = page.frameLocator('#place iframe')
    await frame.getByRole('radio', { name: /Guide me/ }).waitFor()
    await expect.poll(() => frameHeight(page)).toBe(await contentHeight(frame))
    const before = await frameHeight(page)
    await frame.getByRole('radio', { name: /Guide me/ }).check()
    await expect.poll(() => frameHeight(page)).not.toBe(before)
    await frame.getByRole('radio', { name: /I have the values/ }).check()
    await enterValues(frame, desk)
    await page.getByText(`connected ${name} by ${id};`).waitFor()
    await frame.getByRole('button', { name: 'Close' }).click()
    await page.locator('#place iframe').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  }, 40_000)

  it('hears nothing where the session was made for another origin, or for none', async () => {
    const other = await serveSite()
    for (const origin of [other.origin, undefined]) {
      const { page, desk, name } = await openSite('popup', { origin, more: [other.origin] })
      const popup = await openPopup(page)
      await enterValues(popup, desk)
      await popup.getByRole('heading', { name: 'Connected' }).waitFor()
      expect((await desk.app.send('GET', `/v1/connections/${name}`)).status).toBe(200)
      expect(await page.locator('#heard').innerText()).toBe('')
      expect(await page.locator('#outcome').innerText()).toBe('')
    }
  }, 40_000)

  it('of an origin that the operator did not name gets no frame', async () => {
    const other = await serveSite()
    const { page } = await openSite('frame', { origin: other.origin, allowed: [other.origin] })
    await page.getByRole('button', { name: 'Connect Okta' }).click()
    await page.locator('#place iframe').waitFor()
    const frame = page.frameLocator('#place iframe')
    await expect(frame.getByRole('radio').first().waitFor({ timeout: 1_000 })).rejects.toThrow()
  }, 40_000)
})

interface SiteOptions {
  /** Of the session; default: the site's. */
  readonly origin?: string | undefined
  /** What the operator allows; default: the site's origin and `more`. */
  readonly allowed?: readonly string[]
  readonly more?: readonly string[]
}

async function openSite(mode: 'popup' | 'frame', options: SiteOptions = {}) {
  const site = await serveSite()
  const { more = [], allowed = [site.origin, ...more] } = options
  const origin = 'origin' in options ? options.origin : site.origin
  const { kept, seal } = place
  const desk = await openConnectDesk({ store: kept.store, seal }, { connectOrigins: allowed })
  const { id, name, link } = await desk.make(origin === undefined ? {} : { origin })
  const opened = await openPage()
  await opened.page.goto(site.pageFor(desk.app.url, link, mode))
  return { ...opened, desk, id, name, origin }
}

async function openPopup(page: Page): Promise<Page> {
  const opening = page.waitForEvent('popup')
  await page.getByRole('button', { name: 'Connect Okta' }).click()
  const popup = await opening
  await popup.getByRole('radio', { name: /Guide me/ }).waitFor()
  return popup
}

async function frameHeight(page: Page): Promise<number> {
  return (await page.locator('#place iframe').boundingBox())?.height ?? 0
}

function contentHeight(frame: FrameLocator): Promise<number> {
  return frame.locator('html').evaluate((html) => Math.ceil(html.getBoundingClientRect().height))
}
