import { beforeAll, expect, it } from 'vitest'
import { openPage } from '../chromium.ts'
import {
  type ConsolePlace,
  everything,
  openConsole,
  openConsolePlace,
  signIn,
  viewOf,
} from './console-place.ts'

let place: ConsolePlace

beforeAll(async () => {
  place = await openConsolePlace()
})

it('whoever rotates the access key that signed them in has its new text before they are signed out', async () => {
  const { text, id } = await place.makeKey('own', [{ connections: ['*'], verbs: ['admin'] }])
  const { page } = await openConsole(place, { at: '/access-keys?search=own', accessKey: text })
  await viewOf(page, 'Access keys')
  await page.getByRole('button', { name: 'Rotate…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox').selectOption('No longer')
  await dialog.getByRole('button', { name: 'Rotate' }).click()
  await page.getByText('The console session is none, or is over.').first().waitFor()
  await page.goBack()
  const shown = await dialog.getByRole('textbox').inputValue()
  expect(shown).toContain(id)
  expect(shown).not.toBe(text)
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  await page.getByRole('heading', { name: 'Sign in to Postern' }).waitFor()
  await signIn(page, shown)
})

it('the next who signs in at a page is shown nothing of what was shown to the one before', async () => {
  const { page } = await openPage()
  const first = await place.makeKey('first', [{ connections: ['*'], verbs: ['read'] }])
  await page.goto(`${place.url}/console/connections`)
  await signIn(page, first.text)
  await page.getByRole('rowheader', { name: 'north' }).waitFor()
  await place.ask('DELETE', `/v1/access-keys/${first.id}`)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByLabel('Access key').waitFor()
  await page.route('**/v1/connections?*', () => {})
  const second = await place.makeKey('second', [{ connections: ['acme'], verbs: ['read'] }])
  await signIn(page, second.text)
  await page.getByRole('link', { name: 'Connections' }).click()
  await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor()
  await page.locator('.awaited').waitFor()
  expect(await page.getByRole('rowheader').count()).toBe(0)
})

it('what is typed is kept: a space before the next word, and the field before the next field', async () => {
  const { page } = await openConsole(place, { at: '/audit' })
  await viewOf(page, 'Audit')
  const [who, what] = [page.getByLabel('Who'), page.getByLabel('What')]
  await who.pressSequentially('ada ')
  await page.waitForURL('**/audit?actor=ada')
  await who.pressSequentially('lovelace')
  await page.keyboard.press('Tab')
  await page.keyboard.insertText('feed.add')
  await page.waitForURL('**/audit?actor=ada+lovelace&action=feed.add')
  expect(await who.inputValue()).toBe('ada lovelace')
  expect(await what.inputValue()).toBe('feed.add')
})

it('a time that is entered is the same in an address wherever it is opened, and its field stays', async () => {
  const { page } = await openConsole(place, { at: '/audit', timezoneId: 'Europe/Berlin' })
  await viewOf(page, 'Audit')
  await page.getByLabel('From').fill('2026-11-30T10:53')
  await page.waitForURL('**/audit?since=2026-11-30T09%3A53%3A00.000Z')
  await page.reload()
  expect(await page.getByLabel('From').inputValue()).toBe('2026-11-30T10:53')
  await page.goto(`${place.url}/console/log?connection=acme&from=2026-11-30T09:53:00.000Z`)
  await page.getByLabel('From').fill('')
  await page.waitForURL('**/log?connection=acme&range=exact')
  await page.getByLabel('From').fill('2026-11-30T11:00')
  await page.waitForURL('**/log?connection=acme&from=2026-11-30T10%3A00%3A00.000Z')
})

it('an access key whose end is entered in part is not made without one', async () => {
  const { page } = await openConsole(place, { at: '/access-keys' })
  await viewOf(page, 'Access keys')
  await page.getByRole('button', { name: 'Make a key…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('ending')
  await dialog.getByLabel('acme', { exact: true }).check()
  await dialog.getByLabel('Ends').press('1')
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  await dialog.getByText('Enter both the day and the time').waitFor()
  const { accessKeys } = await place.ask('GET', '/v1/access-keys?text=ending')
  expect(accessKeys).toEqual([])
})

it('what is searched for and refused can be searched for otherwise', async () => {
  const { page } = await openConsole(place, { at: '/connections' })
  await viewOf(page, 'Connections')
  const search = page.getByRole('searchbox')
  await search.fill('x'.repeat(301))
  await page.getByRole('alert').waitFor()
  await search.fill('nor')
  await page.getByText('1 row', { exact: true }).waitFor()
})

it('a server that does not answer for a while takes away neither a dialog nor what was entered', async () => {
  const { page } = await openPage()
  await page.clock.install()
  await page.goto(`${place.url}/console/connections/acme`)
  await signIn(page, (await place.makeKey('keys', everything)).text)
  await viewOf(page, 'acme')
  await page.getByRole('button', { name: 'Rotate…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox').selectOption('token')
  await dialog.getByLabel('API token').fill('00test')
  await page.context().setOffline(true)
  await page.clock.fastForward(10_000)
  await page.getByText('Postern did not answer.').first().waitFor()
  expect(await dialog.getByLabel('API token').inputValue()).toBe('00test')
  await page.context().setOffline(false)
})

it('a page that was refused to be told of changes asks again', async () => {
  const { page } = await openPage()
  await page.clock.install()
  await page.route('**/v1/changes', (route) => route.fulfill({ status: 503 }), { times: 1 })
  await page.goto(`${place.url}/console/`)
  const refused = page.waitForResponse('**/v1/changes')
  await signIn(page, (await place.makeKey('watch', [{ connections: ['*'], verbs: ['read'] }])).text)
  await refused
  await page.getByText('Not live').waitFor()
  await page.clock.fastForward(10_000)
  await page.getByText('Live', { exact: true }).waitFor()
})

it('a form that is sent twice at once makes one', async () => {
  const { page } = await openConsole(place, { at: '/access-keys' })
  await viewOf(page, 'Access keys')
  await page.getByRole('button', { name: 'Make a key…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('twice')
  await dialog.getByLabel('acme', { exact: true }).check()
  await page.evaluate(`{
    const form = document.querySelector('[role=dialog] form')
    form.requestSubmit()
    form.requestSubmit()
  }`)
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  const { accessKeys } = await place.ask('GET', '/v1/access-keys?text=twice')
  expect(accessKeys).toHaveLength(1)
})

it('a list of which the export is pressed twice at once is taken along, once', async () => {
  const { page } = await openConsole(place, { at: '/connections' })
  await viewOf(page, 'Connections')
  const names: string[] = []
  page.on('download', (download) => names.push(download.suggestedFilename()))
  await page.route('**/v1/connections', async (route) => {
    await page.getByRole('button', { name: 'Cancel' }).waitFor()
    await new Promise((resolve) => setTimeout(resolve, 400))
    await route.continue().catch(() => {})
  })
  const button = page.getByRole('button', { name: 'As JSON lines' })
  await button.dblclick({ delay: 60, position: { x: 80, y: 10 } })
  await page.getByText('is exported').waitFor()
  expect(names).toEqual(['connections.jsonl'])
})

it('whoever signs out from a server that does not answer is told that they are still signed in', async () => {
  const { page } = await openConsole(place, { at: '/settings' })
  await viewOf(page, 'Settings')
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are still signed in').waitFor()
  await page.context().setOffline(false)
})
