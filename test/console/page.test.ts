import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { AccessRule } from '../../packages/postern/src/config/access-rules.ts'
import { openPage } from '../chromium.ts'
import {
  type ConsolePlace,
  openConsole,
  openConsolePlace,
  signIn,
  viewOf,
} from './console-place.ts'

const MARKUP = '<img src=x onerror="window.wasRun=1"><script>window.wasRun=1</script>\u202egpj.exe'
const MOST_BYTES = 250_000

const IN_DIALOG = 'document.activeElement.closest("[role=dialog]") !== null'

let place: ConsolePlace

beforeAll(async () => {
  place = await openConsolePlace()
})

describe('the console', () => {
  it('loads at most 250,000 bytes for its first view, packed, and further views when they are opened', async () => {
    const { page } = await openPage()
    const loaded = new Map<string, number>()
    page.on('response', async (response) => {
      const path = new URL(response.url()).pathname
      if (!/^\/(assets|console)\//.test(path)) return
      loaded.set(path, Number((await response.allHeaders())['content-length']))
    })
    await page.goto(`${place.url}/console/`)
    const { text } = await place.makeKey('console', [{ connections: ['*'], verbs: ['read'] }])
    await signIn(page, text)
    await viewOf(page, 'Overview')
    const sizes = [...loaded.values()]
    const bytes = sizes.reduce((sum, one) => sum + one, 0)
    expect(sizes.length).toBeGreaterThan(3)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
    const before = loaded.size
    await page.getByRole('link', { name: 'Settings' }).click()
    await viewOf(page, 'Settings')
    expect(loaded.size).toBeGreaterThan(before)
  })

  it('shows whatever it is told as text', async () => {
    await place.ask('PATCH', '/v1/connections/north', { description: MARKUP })
    await place.makeKey(MARKUP, [{ connections: ['acme'], verbs: ['read'] }])
    const { page, complaints, requests } = await openConsole(place, { at: '/access-keys' })
    await viewOf(page, 'Access keys')
    await page.getByText('<img src=x').waitFor()
    await nothingRan(page)
    await page.goto(`${place.url}/console/connections/north`)
    await viewOf(page, 'north')
    await page.getByText('<img src=x').waitFor()
    expect(await page.getByText('<img src=x').evaluate(({ tagName }) => tagName)).toBe('BDI')
    await nothingRan(page)
    const address = encodeURIComponent('<img src=x onerror=window.wasRun=1>')
    await page.goto(`${place.url}/console/feeds/${address}?search=${address}#${address}`)
    await page.getByRole('heading', { level: 1, name: '<img src=x' }).waitFor()
    await nothingRan(page)
    expect(complaints.filter((said) => !said.includes('the server responded'))).toEqual([])
    expect(requests.filter((asked) => !asked.startsWith(`${place.url}/`))).toEqual([])
  })

  it('does not show what somebody may not do', async () => {
    const rules: readonly AccessRule[] = [{ connections: ['acme'], verbs: ['read'] }]
    const { page } = await openConsole(place, { at: '/connections', rules })
    await viewOf(page, 'Connections')
    const links = page.getByRole('navigation', { name: 'Console' }).getByRole('link')
    expect(await links.allInnerTexts()).toEqual([
      'Overview',
      'Connections',
      'Feeds',
      'System Log',
      'Objects',
      'Settings',
    ])
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['acme'])
    await page.getByRole('link', { name: 'acme', exact: true }).click()
    await viewOf(page, 'acme')
    await page.getByRole('button', { name: 'Check now' }).waitFor()
    expect(await page.getByRole('button', { name: 'Rotate…' }).count()).toBe(0)
    expect(await page.getByRole('heading', { name: 'Recent calls' }).count()).toBe(0)
    await page.goto(`${place.url}/console/feeds/log`)
    await viewOf(page, 'log')
    expect(await page.getByRole('button', { name: 'Run now' }).count()).toBe(0)
    for (const at of ['/audit', '/access-keys']) {
      await page.goto(`${place.url}/console${at}`)
      await viewOf(page, 'There is no such page')
    }
  })

  it('lets an admin of one connection rotate what gives no more than they have, and revoke the rest', async () => {
    await place.makeKey('looking', [{ connections: ['acme'], verbs: ['read'] }])
    await place.makeKey('acting', [{ connections: ['acme'], verbs: ['act'] }])
    await place.makeKey('elsewhere', [{ connections: ['north'], verbs: ['read'] }])
    const rules: readonly AccessRule[] = [{ connections: ['acme'], verbs: ['read', 'admin'] }]
    const { page } = await openConsole(place, { at: '/access-keys', rules })
    await viewOf(page, 'Access keys')
    const buttonsOf = (name: string) =>
      page.getByRole('row', { name }).getByRole('button', { name: '…' }).allInnerTexts()
    expect(await buttonsOf('acting')).toEqual(['Revoke…'])
    expect(await buttonsOf('looking')).toEqual(['Rotate…', 'Revoke…'])
    expect(await page.getByRole('row', { name: 'elsewhere' }).count()).toBe(0)
  })

  it('asks to sign in again, at the same place, once the session is over', async () => {
    const { page } = await openPage()
    const { text, id } = await place.makeKey('short', [{ connections: ['*'], verbs: ['read'] }])
    await page.goto(`${place.url}/console/feeds?sort=name`)
    await signIn(page, text)
    await viewOf(page, 'Feeds')
    await place.ask('DELETE', `/v1/access-keys/${id}`)
    await page.getByRole('link', { name: 'log', exact: true }).click()
    await page.getByRole('heading', { name: 'Sign in to Postern' }).waitFor()
    const again = await place.makeKey('again', [{ connections: ['*'], verbs: ['read'] }])
    await signIn(page, again.text)
    await viewOf(page, 'log')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to Postern' }).waitFor()
    expect(await page.context().cookies()).toEqual([])
  })

  it('keeps nothing of an access key that was entered', async () => {
    const { page } = await openPage()
    const { text } = await place.makeKey('entered', [{ connections: ['*'], verbs: ['read'] }])
    await page.goto(`${place.url}/console/`)
    await signIn(page, text)
    await viewOf(page, 'Overview')
    const kept = await page.evaluate(`JSON.stringify([
      document.documentElement.outerHTML, history.state, location.href, document.cookie,
      { ...localStorage }, { ...sessionStorage },
      [...document.querySelectorAll('input')].map(({ value }) => value),
    ])`)
    expect(kept).not.toContain(text.slice(-20))
  })
})

describe('what is loaded', () => {
  it('moves nothing that is there, and nothing moves where motion is not wanted', async () => {
    const { page } = await openConsole(place, { at: '/connections', reducedMotion: 'reduce' })
    await viewOf(page, 'Connections')
    const views = ['/', '/connections/acme', '/feeds/log', '/audit', '/approvals', '/feeds/+new']
    for (const at of [...views, '/log?connection=acme', '/actions', '/settings']) {
      await page.goto(`${place.url}/console${at}`)
      await page.locator('.view h1').waitFor()
      await page.locator('.awaited').first().waitFor({ state: 'detached' })
      expect(await page.evaluate('document.getAnimations().length')).toBe(0)
      const shift = Number(await page.evaluate(LAYOUT_SHIFT))
      expect([at, shift < 0.1 ? 'still' : shift]).toEqual([at, 'still'])
    }
  })
})

/** All that moved without anybody having done something half a second before, as browsers count it. */
const LAYOUT_SHIFT = `new Promise((resolve) => {
  let sum = 0
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value } of list.getEntries()) if (!hadRecentInput) sum += value
  }).observe({ type: 'layout-shift', buffered: true })
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)))
})`

it('colours that somebody chose leave the signs of a chart to be told apart', async () => {
  await place.ask('POST', '/v1/feeds/log/run')
  const { page } = await openConsole(place, { at: '/feeds/log', forcedColors: 'active' })
  await viewOf(page, 'log')
  await page.locator('.legend').first().waitFor()
  const [sign, ground] = (await page.evaluate(`[
    getComputedStyle(document.querySelector('.legend'), '::before').backgroundColor,
    getComputedStyle(document.body).backgroundColor,
  ]`)) as [string, string]
  expect(sign).not.toBe(ground)
})

describe('with the keyboard', () => {
  it('one skips to the content, and is led to the heading of a view that was opened', async () => {
    const { page } = await openConsole(place, { at: '/connections' })
    await viewOf(page, 'Connections')
    await page.reload()
    await viewOf(page, 'Connections')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('content')
    await page.getByRole('link', { name: 'Feeds' }).press('Enter')
    await viewOf(page, 'Feeds')
    expect(await focused(page)).toBe('Feeds')
    await page.goBack()
    await viewOf(page, 'Connections')
    expect(await focused(page)).toBe('Connections')
  })

  it('/ leads to the search, which filters the rows and stands in the address', async () => {
    const { page } = await openConsole(place, { at: '/connections' })
    await viewOf(page, 'Connections')
    await page.keyboard.press('/')
    await page.keyboard.type('nor')
    await page.getByText('1 row', { exact: true }).waitFor()
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['north'])
    expect(new URL(page.url()).search).toBe('?search=nor')
    await page.reload()
    await page.getByText('1 row', { exact: true }).waitFor()
  })

  it('a dialog holds the focus, closes with Escape, and gives the focus back', async () => {
    const { page } = await openConsole(place, { at: '/access-keys' })
    await viewOf(page, 'Access keys')
    const opener = page.getByRole('button', { name: 'Make a key…' })
    await opener.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    for (let pressed = 0; pressed < 30; pressed++) {
      await page.keyboard.press('Tab')
      await expect.poll(() => page.evaluate(IN_DIALOG)).toBe(true)
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('Make a key…')
  })

  it('a time says exactly when it was on focus, and a chart each of its values', async () => {
    await place.ask('POST', '/v1/feeds/log/run')
    const { page } = await openConsole(place, { at: '/feeds/log' })
    await viewOf(page, 'log')
    await page
      .getByRole('button', { name: /^just now, / })
      .first()
      .focus()
    // As somebody does who goes there with keys.
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    await page.locator('.tooltip').waitFor()
    expect(await page.locator('.tooltip').innerText()).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
    )
    const cursor = page.getByRole('slider', { name: /Records per half hour/ })
    const last = await cursor.getAttribute('aria-valuetext')
    expect(last).toMatch(/Records \d+/)
    await cursor.press('ArrowLeft')
    expect(await cursor.getAttribute('aria-valuetext')).not.toBe(last)
  })
})

async function focused(page: Page): Promise<unknown> {
  return page.evaluate('document.activeElement.textContent')
}

async function nothingRan(page: Page): Promise<void> {
  expect(await page.evaluate('window.wasRun')).toBe(undefined)
  expect(await page.locator('body :is(img, script, iframe, object, link, style)').count()).toBe(0)
}
