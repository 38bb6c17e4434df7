/** @module An operator who looks for events among a million of them: each deed, until what it leads to is shown. */

import type { Page, Request } from 'playwright-core'

/** What one deed took, in milliseconds. */
export interface Deed {
  readonly name: string
  /** Until the last change of the page. */
  readonly shownMs: number
  /** The longest answer of the server, from the first byte of the question to the last one of the answer. */
  readonly answerMs: number
  /** The longest piece of work that kept the page from answering; 0: none was longer than 50. */
  readonly taskMs: number
  /** From the click or the key to the next picture; 0: less than 16. */
  readonly paintMs: number
}

const QUIET_MS = 150

/** Has a page tell what it does, from its first script on. */
export const watchPage = `
  window.watched = { began: 0, changed: 0, tasks: [], paints: [] }
  const watch = (type, into, options) => new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries())
      if (startTime >= watched.began) watched[into].push(duration)
  }).observe({ type, ...options })
  watch('longtask', 'tasks', {})
  watch('event', 'paints', { durationThreshold: 16 })
  new MutationObserver(() => { watched.changed = performance.now() })
    .observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
`

/** Goes through the log, deed by deed. @param address - of the System Log of a connection */
export async function exploreLog(page: Page, address: string): Promise<readonly Deed[]> {
  const deeds: Deed[] = []
  const asked = new Set<Request>()
  let answers: number[] = []
  let lastAt = performance.now()
  const note = (request: Request, isOver: boolean) => {
    const { pathname } = new URL(request.url())
    if (!pathname.startsWith('/v1/') || pathname === '/v1/changes') return
    lastAt = performance.now()
    if (!isOver) return void asked.add(request)
    asked.delete(request)
    const { requestStart, responseEnd } = request.timing()
    answers.push(responseEnd - requestStart)
  }
  page.on('request', (request) => note(request, false))
  page.on('requestfinished', (request) => note(request, true))
  page.on('requestfailed', (request) => note(request, true))
  const settle = async () => {
    await page.locator('.view h1').waitFor()
    while (asked.size > 0 || performance.now() - lastAt < QUIET_MS) await page.waitForTimeout(20)
  }
  const deed = async (name: string, act: () => Promise<unknown>, { pauseMs = 0 } = {}) => {
    answers = []
    if (deeds.length > 0)
      await page.evaluate(
        'Object.assign(watched, { began: performance.now(), changed: 0, tasks: [], paints: [] })',
      )
    lastAt = performance.now() + pauseMs
    await act()
    await settle()
    const [shownMs = 0, taskMs = 0, paintMs = 0] = (await page.evaluate(`[
      watched.changed - watched.began, Math.max(0, ...watched.tasks), Math.max(0, ...watched.paints)
    ]`)) as readonly number[]
    deeds.push({ name, shownMs, answerMs: Math.max(0, ...answers), taskMs, paintMs })
  }
  const choose = (label: string, value: string) => () =>
    page.getByLabel(label, { exact: true }).selectOption(value)
  const type = (label: string, text: string) => () =>
    page.getByLabel(label, { exact: true }).fill(text)
  const typed = { pauseMs: 250 }
  const older = () => page.getByRole('link', { name: 'Older' }).click()

  await deed('open the explorer: the last 24 hours', () => page.goto(address))
  await deed('ninety days', choose('Time', '90d'))
  await deed('a page further', older)
  for (let pages = 2; pages < 10; pages++) await deed('', older)
  await deed('the tenth page', older)
  await deed('those that failed', choose('Outcome', 'FAILURE'))
  await deed('of types by a prefix *', type('Type, or its beginning', 'kind5.'), typed)
  await deed('with a text *', type('Text anywhere', 'Deed 5'), typed)
  await deed('no filter', () => page.getByRole('link', { name: 'Clear the filter' }).click())
  await deed('a target that is everywhere *', type('Target: ID', '0oa7'), typed)
  await deed('a text that stands nowhere *', type('Text anywhere', 'stands nowhere'), typed)
  await deed('search further back', () =>
    page.getByRole('link', { name: 'Search further back' }).click(),
  )
  await deed('no filter again', () => page.getByRole('link', { name: 'Clear the filter' }).click())
  await deed('one event', () => page.locator('tbody th a').first().click())
  await deed('all of its actor', () => page.locator('a[href*="actor="]').first().click())
  await deed('back to the event', () => page.goBack())
  await deed('back to the list', () => page.goBack())
  await deed('a bar of the timeline', async () => {
    await page.locator('.chart-cursor').first().focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
  })
  return deeds.filter(({ name }) => name !== '')
}
