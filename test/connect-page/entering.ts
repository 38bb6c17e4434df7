/** @module Values as a person enters them into the form of the Connect page. */

import type { RunningOrg } from '@postern/emulator'
import type { Page } from 'playwright-core'

/** What is entered; a text that is empty is left blank. */
export interface EnteredValues {
  readonly orgUrl: string
  readonly clientId: string
  readonly key: string
  readonly keyId: string
  readonly scopes: string
  /** Chooses the other way to sign in. */
  readonly apiToken: string
}

/** The values of the ready app of an org. */
export function valuesOf({ url, app }: RunningOrg): EnteredValues {
  const { clientId, key, scopes } = app
  return {
    ...{ orgUrl: url, clientId, key: JSON.stringify(key), keyId: '' },
    ...{ scopes: scopes.join(' '), apiToken: '' },
  }
}

/** Enters values, those that are blank aside, and waits until the page has understood the key. */
export async function enter(page: Page, values: Partial<EnteredValues>): Promise<void> {
  if (values.apiToken)
    await page
      .getByRole('radio', { name: /^API token/ })
      .first()
      .check()
  for (const [member, text] of Object.entries(values)) {
    if (text !== '') await page.locator(`#field-${member}`).fill(text)
  }
  if (values.key) await page.getByText('Private key understood').waitFor()
}

/** Presses the button of the form. */
export async function tryIt(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try it and connect' }).click()
}

/** Waits until the page says that the org is connected. */
export async function connected(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Connected' }).waitFor()
}
