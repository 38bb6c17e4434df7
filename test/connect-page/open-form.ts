/** @module The form of a Connect session in a browser, with an org that it can connect. */

import { type RunningOrg, startOrg } from '@postern/emulator'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, onTestFinished } from 'vitest'
import { type ServedPostern, servePostern } from '../../packages/postern/test/cli/served-postern.ts'
import { type OpenedPage, openPage } from '../chromium.ts'

let served: Promise<ServedPostern> | undefined
let count = 0

afterAll(async () => {
  await (await served)?.close()
  served = undefined
})

/** A form that was opened by its link. */
export interface OpenedForm extends OpenedPage {
  readonly form: Locator
  /** The name of the connection that is to be. */
  readonly name: string
  /** Asks the API as whoever made the session. */
  ask(method: string, path: string): Promise<Readonly<Record<string, unknown>>>
}

/** A session that nobody has opened. */
export interface MadeLink {
  readonly link: string
  /** The name of the connection that is to be. */
  readonly name: string
  /** Asks the API as whoever made the session. */
  ask(method: string, path: string): Promise<Readonly<Record<string, unknown>>>
}

/** Makes a session on the one server of the test file. @param more - what it is made with. */
export async function makeLink(more: object = {}): Promise<MadeLink> {
  served ??= servePostern()
  const { url, service } = await served
  const name = `form-${count++}`
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${service.localKey.reveal()}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return (await response.json()) as Readonly<Record<string, unknown>>
  }
  const session = await ask('POST', '/v1/connect-sessions', { name, ...more })
  return { link: String(session['url']).replace(/^.*(?=\/connect\/)/, url), name, ask }
}

/** Makes a session and opens its link. @param more - what it is made with. */
export async function openForm(
  more: object = {},
  options: BrowserContextOptions = {},
): Promise<OpenedForm> {
  const { link, name, ask } = await makeLink(more)
  const opened = await openPage(options)
  // What does not come is named before the test ends for its time.
  opened.page.setDefaultTimeout(8_000)
  await opened.page.goto(link)
  const form = opened.page.locator('form.values')
  await form.getByLabel('Connection Name').waitFor()
  return { ...opened, form, name, ask }
}

/** An org whose ready app signs with an EC key. */
export async function openOrg(): Promise<RunningOrg> {
  const org = await startOrg({ keyType: 'EC', users: 2 })
  onTestFinished(org.close)
  return org
}

/** Puts a text into the focused control as a paste does. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.keyboard.insertText(text)
}

/** Everything that a page shows or keeps: its document with what is in its controls, and every place that outlives it. */
export async function everythingOf(page: Page): Promise<string> {
  const found: unknown = await page.evaluate(`(async () => [
    document.documentElement.outerHTML,
    [...document.querySelectorAll('input, textarea')].map(({ value }) => value),
    [history.state, { ...localStorage }, { ...sessionStorage }, document.cookie, location.href],
    await indexedDB.databases(),
  ])()`)
  return JSON.stringify(found)
}

/** The id of what has the focus. */
export async function focusOf(page: Page): Promise<unknown> {
  return page.evaluate('document.activeElement?.id')
}
