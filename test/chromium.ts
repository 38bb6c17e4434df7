/** @module A headless Chromium for tests, and the record of what its pages ask for. */

import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, inject, onTestFinished } from 'vitest'

// It starts without a sandbox, as root has to, and asks nothing of the network by itself.
const ARGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

let browser: Promise<Browser> | undefined

/** One browser for a test file. */
function launch(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: inject('chromiumPath'), args: ARGS })
  return browser
}

afterAll(async () => {
  await (await browser)?.close()
  browser = undefined
})

/** A page of a browser that knows nothing of any other page. */
export interface OpenedPage {
  readonly page: Page
  /** Everything that was asked for, by any page of it. */
  readonly requests: readonly string[]
  /** What the pages complained about on their consoles, violations of their policy among it. */
  readonly complaints: readonly string[]
}

/** Opens a page that ends with the test. */
export async function openPage(options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const context = await (await launch()).newContext(options)
  onTestFinished(() => context.close())
  const requests: string[] = []
  const complaints: string[] = []
  context.on('request', (request) => requests.push(request.url()))
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  const page = await context.newPage()
  return { page, requests, complaints }
}

/** What axe finds wrong with what a page shows now: the rule, and where. @param rule - looks for this one alone. */
export async function accessibilityProblems(page: Page, rule?: string): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source)
  return page.evaluate(async (only) => {
    const { axe: inPage } = globalThis as unknown as { readonly axe: typeof axe }
    const { violations } = await inPage.run(only === undefined ? {} : { runOnly: [only] })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => `${id} (${help}): ${target.join(' ')}`),
    )
  }, rule)
}
