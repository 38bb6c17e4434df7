/** @module A person who has the link of a Connect session open in a browser. */

import { Org, Secret } from '@postern/core'
import type { RunningOrg } from '@postern/emulator'
import type { FrameLocator, Page } from 'playwright-core'
import type { Seal } from '../../packages/postern/src/store/seal.ts'
import {
  type ConnectDesk,
  openConnectDesk,
} from '../../packages/postern/test/server/connect-desk.ts'
import { openEmbedded } from '../../packages/postern/test/server/served-app.ts'
import { type OpenedPage, openPage } from '../chromium.ts'
import type { TestStore } from '../stores.ts'
import { openTestSeal } from '../test-seal.ts'

/** Somebody on the page, and whoever sent the link. */
export interface InvitedPerson extends OpenedPage {
  readonly desk: ConnectDesk
  /** The id of the session. */
  readonly id: string
  /** The name of the connection that is to be. */
  readonly name: string
}

/** What sessions are kept in, for the tests of a file. */
export interface ConnectPlace {
  readonly kept: TestStore
  readonly seal: Seal
}

// Somebody who does not see what a test waits for would wait for a long time.
const PATIENCE_MS = 10_000

/** An empty place. */
export async function openPlace(): Promise<ConnectPlace> {
  const kept = await openEmbedded()
  return { kept, seal: await openTestSeal(kept.store) }
}

/** Serves Postern with an org, makes a session, and opens its link. */
export async function invitePerson(
  { kept: { store }, seal }: ConnectPlace,
  options: {
    readonly session?: object
    readonly desk?: Parameters<typeof openConnectDesk>[1]
    /** Lets the test move the clock of the page. */
    readonly clock?: boolean
  } = {},
): Promise<InvitedPerson> {
  const desk = await openConnectDesk({ store, seal }, options.desk)
  const { id, name, link } = await desk.make(options.session)
  const opened = await openPage()
  opened.page.setDefaultTimeout(PATIENCE_MS)
  if (options.clock) await opened.page.clock.install()
  await opened.page.goto(`${desk.app.url}/connect/#${link}`)
  await opened.page.getByRole('radio', { name: /Guide me/ }).waitFor()
  return { ...opened, desk, id, name }
}

/** Enters the values of the ready app, but for those that a test has, and tries them out. */
export async function enterValues(
  page: Page | FrameLocator,
  { values }: ConnectDesk,
  own: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const [member, value] of Object.entries({ ...values, ...own })) {
    await page.locator(`#field-${member}`).fill(String(value))
  }
  await page.getByText('Private key understood').waitFor()
  await page.getByRole('button', { name: 'Try it and connect' }).click()
}

/** The step of the guide that is open. */
export function openStep(page: Page) {
  return page.locator('.step[aria-current="step"]')
}

/** Says that the open step is done, and waits for what the page finds. */
export async function verifyStep(page: Page, button: 'Verify now' | 'I have done this' | 'Skip') {
  const answered = page.waitForResponse((response) => response.url().endsWith('/guide/check'))
  await openStep(page).getByRole('button', { name: button }).click()
  return (await (await answered).json()) as { readonly status: string; readonly remedy?: string }
}

/** What an administrator of the org may do. */
export function adminOf({ url, adminToken }: RunningOrg): Org {
  const credential = { kind: 'api-token', apiToken: new Secret(adminToken) } as const
  return new Org({ url: url as Org['url'], dev: true, credential })
}
