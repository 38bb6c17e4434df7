/** @module A server with a few connections and feeds, and its console in a browser. */

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningOrg, startOrg } from '@postern/emulator'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, inject } from 'vitest'
import type { AccessRule } from '../../packages/postern/src/config/access-rules.ts'
import { type ServedPostern, servePostern } from '../../packages/postern/test/cli/served-postern.ts'
import { by } from '../../packages/postern/test/connections/kept.ts'
import { type OpenedPage, openPage } from '../chromium.ts'

/** What the API answers. */
export type Json = Readonly<Record<string, unknown>>

/** A server, and the orgs behind it. */
export interface ConsolePlace extends Pick<ServedPostern, 'url' | 'service'> {
  /** The org of `acme`, which is well, and of `acme-admin`, its administrator. */
  readonly org: RunningOrg
  /** The org of `north`, whose app has no admin role. */
  readonly broken: RunningOrg
  /** The folder of the sink `files`. */
  readonly folder: string
  /** Asks the API as whoever started the server. */
  ask(method: string, path: string, body?: object): Promise<Json>
  /** Makes an access key. @returns its text and its ID. */
  makeKey(
    name: string,
    rules: readonly AccessRule[],
  ): Promise<{ readonly text: string; readonly id: string }>
}

/** Everything that a person who runs Postern may do. */
export const everything: readonly AccessRule[] = [
  {
    connections: ['*'],
    verbs: ['read', 'sync', 'act', 'proxy', 'token', 'keys', 'admin'],
  },
]

// Somebody who does not see what a test waits for would wait for a long time.
const PATIENCE_MS = 10_000

/** Serves Postern with `acme` and `north`, and with the feeds `log` and `people`, until the tests of the file are over. */
export async function openConsolePlace(): Promise<ConsolePlace> {
  const [served, org, broken, folder] = await Promise.all([
    servePostern(),
    startOrg({ keyType: 'EC', users: 30 }),
    startOrg({ keyType: 'EC', users: 2, faults: ['admin-role-missing'] }),
    mkdtemp(join(inject('runFolder'), 'console-')),
  ])
  afterAll(() => Promise.all([served.close(), org.close(), broken.close()]))
  const { url, service } = served
  const ask: ConsolePlace['ask'] = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${service.localKey.reveal()}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }
  // As an operator declares them: what others ask for, the key of whoever started the server lets nobody approve.
  const makeKey: ConsolePlace['makeKey'] = async (name, rules) => {
    const { view, text } = await service.accessKeys.add({ name, rules: [...rules] }, by)
    return { text: text.reveal(), id: view.id }
  }
  await Promise.all([
    ask('POST', '/v1/connections', { name: 'acme', description: 'HR portal', ...valuesOf(org) }),
    ask('POST', '/v1/connections', { name: 'north', ...valuesOf(broken) }),
    ask('POST', '/v1/connections', {
      ...{ name: 'acme-admin', orgUrl: org.url, apiToken: org.adminToken, force: true },
    }),
    ask('POST', '/v1/sinks', { name: 'files', kind: 'jsonl', settings: { path: folder } }),
  ])
  await ask('POST', '/v1/feeds', {
    ...{ name: 'log', connection: 'acme', input: 'system-log', sinks: ['files', 'store'] },
    ...{ cron: '@hourly' },
  })
  await ask('POST', '/v1/feeds', {
    ...{ name: 'people', connection: 'acme', input: 'users', sinks: ['store'] },
  })
  return { url, service, org, broken, folder, ask, makeKey }
}

/** The values of the ready app of an org. `force`: it is kept although it does not work. */
export function valuesOf({ url, app }: RunningOrg): Json {
  const { clientId, key, scopes } = app
  return { orgUrl: url, clientId, key: JSON.stringify(key), scopes: [...scopes], force: true }
}

/** Opens the console at a place, signed in with an access key that has these rules. */
export async function openConsole(
  place: ConsolePlace,
  { at = '/', rules = everything, accessKey, ...options }: ConsoleOptions = {},
): Promise<OpenedPage> {
  const opened = await openPage(options)
  opened.page.setDefaultTimeout(PATIENCE_MS)
  const text = accessKey ?? (await place.makeKey('console', rules)).text
  await opened.page.goto(`${place.url}/console${at}`)
  await signIn(opened.page, text)
  return opened
}

interface ConsoleOptions extends BrowserContextOptions {
  /** Below /console. */
  readonly at?: string
  readonly rules?: readonly AccessRule[]
  /** In the place of one that is made with the rules. */
  readonly accessKey?: string
}

/** Signs in with an access key, where the form for that is shown. */
export async function signIn(page: Page, accessKey: string): Promise<void> {
  await page.getByLabel('Access key').fill(accessKey)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** Waits until a view is there with all that it asked for. */
export async function viewOf(page: Page, title: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  await page.locator('.awaited').first().waitFor({ state: 'detached' })
}
