/** @module What pages of others can do in a browser that is signed in to the console: nothing (S19, S21). */

import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ServedPostern, servePostern } from '../../packages/postern/test/cli/served-postern.ts'
import { openPage } from '../chromium.ts'
import { serveOtherSite } from './other-site.ts'

const SESSION = '/v1/console/session'
const MADE = { name: 'made by others', rules: [{ connections: ['*'], verbs: ['read'] }] }

async function signedIn(): Promise<{ served: ServedPostern; page: Page }> {
  const served = await servePostern()
  onTestFinished(served.close)
  const { page } = await openPage()
  // Any document of this origin will do: the page of the console asks in the same way.
  await page.goto(`${served.url}/v1/console/sign-in`)
  const accessKey = served.service.localKey.reveal()
  expect(await ask(page, SESSION, { method: 'POST', body: { accessKey } })).toBe(200)
  return { served, page }
}

/** Asks as the page of the console does. */
function ask(
  page: Page,
  path: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: unknown } = {},
): Promise<number> {
  return page.evaluate(
    async ([url, how, text]) => {
      const { status } = await fetch(url, {
        method: how,
        headers: { 'content-type': 'application/json', 'x-postern-console': '1' },
        ...(text === null ? {} : { body: text }),
      })
      return status
    },
    [path, method, body === undefined ? null : JSON.stringify(body)] as const,
  )
}

const keysOf = async ({ service }: ServedPostern) =>
  (await service.accessKeys.list()).map(({ name }) => name)

describe('a browser that is signed in', () => {
  it('is so for each page of this server, and no script of them reads by what', async () => {
    const { served, page } = await signedIn()
    expect(await ask(page, SESSION)).toBe(200)
    expect(await ask(page, '/v1/connections')).toBe(200)
    expect(await ask(page, '/v1/access-keys', { method: 'POST', body: MADE })).toBe(201)
    expect(await keysOf(served)).toEqual(['made by others'])
    expect(await page.evaluate('document.cookie')).toBe('')
    const [cookie, ...more] = await page.context().cookies()
    const { httpOnly, sameSite, path } = cookie ?? {}
    expect([{ httpOnly, sameSite, path }, more]).toEqual([
      { httpOnly: true, sameSite: 'Strict', path: '/' },
      [],
    ])
    const other = await page.context().newPage()
    await other.goto(`${served.url}/v1/console/sign-in`)
    expect(await ask(other, SESSION)).toBe(200)
    expect(await ask(other, SESSION, { method: 'DELETE' })).toBe(204)
    expect(await page.context().cookies()).toEqual([])
    expect(await ask(page, SESSION)).toBe(401)
  })

  it.each(['samePlace', 'otherSite'] as const)(
    'does nothing for a page of %s: by script, by form, by leading there',
    async (where) => {
      const { served, page } = await signedIn()
      const origin = (await serveOtherSite())[where]
      const other = await page.context().newPage()
      const seen: [string, string, number][] = []
      other.on('response', (response) => {
        const { pathname } = new URL(response.url())
        if (response.url().startsWith(served.url))
          seen.push([response.request().method(), pathname, response.status()])
      })
      await other.goto(origin)
      const scripted = await other.evaluate(
        async ([url, body]) => {
          const deeds: [string, RequestInit][] = [
            ['/v1/connections', {}],
            ['/v1/access-keys', { method: 'POST', body }],
            ['/v1/access-keys', { method: 'POST', body, mode: 'no-cors' }],
            ['/v1/console/session', { method: 'DELETE', headers: { 'x-postern-console': '1' } }],
          ]
          const answers = deeds.map(([path, how]) =>
            fetch(url + path, { ...how, credentials: 'include' }).then(
              ({ type, status }) => `${type} ${status}`,
              () => 'failed',
            ),
          )
          return Promise.all(answers)
        },
        [served.url, JSON.stringify(MADE)] as const,
      )
      // A page may send what a form may send, and sees nothing of the answer.
      expect(scripted).toEqual(['failed', 'failed', 'opaque 0', 'failed'])
      for (const [action, enctype] of [
        ['/v1/access-keys', 'text/plain'],
        [SESSION, 'text/plain'],
        [SESSION, 'application/x-www-form-urlencoded'],
      ] as const) {
        await other.goto(`${origin}/?${new URLSearchParams({ url: served.url + action, enctype })}`)
        const answered = other.waitForResponse(`${served.url}${action}`)
        await other.getByRole('button').click()
        expect([action, (await answered).status()]).toEqual([action, 403])
        await other.waitForURL(`${served.url}${action}`)
      }
      await other.goto(origin)
      const led = other.waitForResponse(`${served.url}/v1/connections`)
      await other.evaluate(`location.href = '${served.url}/v1/connections'`)
      expect((await led).status()).toBe(403)
      expect(seen.filter(([, , status]) => status < 400)).toEqual([])
      expect(await keysOf(served)).toEqual([])
      expect(await ask(page, SESSION)).toBe(200)
    },
  )
})
