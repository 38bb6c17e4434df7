/** @module A feed is made in the console, its records arrive, and one event of them is found. */

import { readFile } from 'node:fs/promises'
import type { Locator } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { putDeadLetters } from '../../packages/postern/src/store/dead-letters.ts'
import { putGap } from '../../packages/postern/src/store/gaps.ts'
import { insertPlan } from '../../packages/postern/src/store/plans.ts'
import { keepEvents } from '../../packages/postern/test/server/kept-events.ts'
import {
  type ConsolePlace,
  everything,
  openConsole,
  openConsolePlace,
  viewOf,
} from './console-place.ts'

const HOSTILE = '<img src=x onerror="window.wasRun=1">'

let place: ConsolePlace

beforeAll(async () => {
  place = await openConsolePlace()
})

it('a feed is made by form after its plan and first records, and its records arrive while it is watched', async () => {
  const { page } = await openConsole(place, { at: '/feeds' })
  await viewOf(page, 'Feeds')
  await page.getByRole('link', { name: 'Make a feed…' }).click()
  await viewOf(page, 'Make a feed')
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  await page.getByText('Choose a connection.').waitFor()
  await page.getByText('Choose what it reads.').waitFor()
  await page.getByLabel('Connection').selectOption('north')
  await page.getByLabel('What it reads').selectOption('System Log')
  await page.getByLabel('Name').fill('Not a name')
  await page.getByLabel('When it runs').selectOption('Another schedule (cron)…')
  await page.getByLabel('Cron expression').fill('30 6 * * 1-5')
  await page.getByLabel('Time zone').selectOption('Europe/Berlin')
  await page.getByRole('checkbox', { name: /^files/ }).check()
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  await page.getByText('feed_invalid').waitFor()
  await page.getByLabel('Connection').selectOption('acme')
  await page.getByLabel('Name').fill('weekday-log')
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  const plan = page.locator('.panel').filter({ hasText: 'What it comes to' }).last()
  await plan
    .getByText(/06:30$/)
    .first()
    .waitFor()
  await plan.getByText('in Europe/Berlin').waitFor()
  await plan.locator('.code-block').first().getByText('"eventType"').waitFor()
  expect(await place.ask('GET', '/v1/feeds')).toMatchObject({
    feeds: [{ name: 'log' }, { name: 'people' }],
  })
  await plan.getByRole('button', { name: 'Make the feed' }).click()
  await viewOf(page, 'weekday-log')
  const runs = page.getByRole('region', { name: 'Runs' }).last()
  await runs.getByText('Done', { exact: true }).waitFor()
  const feed = await place.ask('GET', '/v1/feeds/weekday-log')
  expect(feed).toMatchObject({
    ...{ connection: 'acme', input: 'system-log', cron: '30 6 * * 1-5' },
    timezone: 'Europe/Berlin',
  })
  const { report } = feed['lastRun'] as { readonly report: { readonly records: number } }
  expect(report.records).toBeGreaterThan(0)
  await runs
    .getByRole('cell', { name: String(report.records), exact: true })
    .first()
    .waitFor()
})

it('an event is found by its type and its time, and shown with what belongs to it', async () => {
  const { page, complaints } = await openConsole(place, { at: '/log' })
  await makeUser('x', HOSTILE)
  await makeUser('y', 'Ada')
  await place.ask('POST', '/v1/feeds/log/run')
  await viewOf(page, 'System Log')
  await page.getByText('Choose a connection.').waitFor()
  await page.getByLabel('Connection').selectOption('north')
  await page.getByText('Nothing keeps the System Log of this connection here.').waitFor()
  await page.getByRole('link', { name: 'Make that feed…' }).waitFor()
  await page.getByLabel('Connection').selectOption('acme')
  const list = page.getByRole('region', { name: 'Events', exact: true })
  await list.getByRole('rowheader').first().waitFor()
  await page.getByLabel('Type, or its beginning').fill('user.lifecycle.')
  await list.getByRole('rowheader', { name: 'app.oauth2' }).first().waitFor({ state: 'detached' })
  const types = new Set(await list.getByRole('rowheader').allInnerTexts())
  expect([...types].filter((type) => !type.startsWith('user.lifecycle.'))).toEqual([])
  expect(new URL(page.url()).searchParams.get('eventType')).toBe('user.lifecycle.')

  const { csv, lines } = await exported(page.locator('.view'))
  expect(csv.text).toContain('<img src=x onerror=\\""window.wasRun=1\\"">')
  expect(lines.name).toBe('acme-events.jsonl')
  const events = lines.text.trimEnd().split('\n')
  expect(csv.text.trimEnd().split('\r\n')).toHaveLength(events.length + 1)
  expect(events.map((line) => String(JSON.parse(line)['eventType']).split('.')[1])).toEqual(
    events.map(() => 'lifecycle'),
  )

  const cursor = page.getByRole('slider', { name: /Events over time/ })
  await cursor.press('Enter')
  await expect.poll(() => new URL(page.url()).searchParams.has('from')).toBe(true)
  await page.getByLabel('To', { exact: true }).waitFor()
  await page.reload()
  await list
    .getByRole('row')
    .filter({ hasText: '<img src=x' })
    .getByRole('link', { name: 'user.lifecycle.create' })
    .click()
  await viewOf(page, 'user.lifecycle.create')
  const raw = page.getByRole('region', { name: 'As Okta sent it' }).last()
  await raw.getByText('<img src=x').waitFor()
  await page.getByText('Of the same actor').waitFor()
  await page.getByText('this one').first().waitFor()
  expect(await page.evaluate('window.wasRun')).toBe(undefined)
  expect(await page.locator('body :is(img, script, iframe, object, link, style)').count()).toBe(0)
  expect(complaints.filter((said) => !said.includes('the server responded'))).toEqual([])
  const target = page.getByRole('link', { name: /^00u/ }).last()
  const id = await target.innerText()
  await target.click()
  await page.getByRole('button', { name: /^Remove the filter/ }).waitFor()
  expect(new URL(page.url()).searchParams.get('range')).toBe('all')
  expect(Object.values(Object.fromEntries(new URL(page.url()).searchParams))).toContain(id)
  await list.getByRole('link', { name: 'user.lifecycle.create' }).waitFor()
  await page.getByRole('button', { name: /^Remove the filter/ }).click()
  await list.getByRole('rowheader', { name: 'app.oauth2' }).first().waitFor()
})

it('an object is found by its name and looked at as Okta sent it, and an event leads to it', async () => {
  const { page, complaints } = await openConsole(place, { at: '/objects' })
  await makeUser('kept', `${HOSTILE} Kept`)
  // The search of an org knows of a user a moment later; a run each moment until then would use up its rate limit.
  const kept = async () => {
    await place.ask('POST', '/v1/feeds/people/run')
    return place.ask('GET', '/v1/connections/acme/objects?kind=user&text=KEPT X')
  }
  await expect
    .poll(kept, { timeout: 20_000, interval: 1_000 })
    .toMatchObject({ objects: [{ kind: 'user' }] })
  await place.ask('POST', '/v1/feeds/log/run')
  await viewOf(page, 'Objects')
  await page.getByText('Choose a connection.').waitFor()
  await page.getByLabel('Connection').selectOption('acme')
  await page.getByLabel('Kind').selectOption('Groups')
  await page.getByText('None of these is kept here.').waitFor()
  await page.getByRole('link', { name: 'Make that feed…' }).waitFor()
  await page.getByLabel('Kind').selectOption('Users')
  await page.getByLabel('Search by name or login').fill('KEPT X')
  const list = page.getByRole('region', { name: 'Users' })
  await page.waitForURL((url) => url.searchParams.get('text') === 'KEPT X')
  await expect
    .poll(() => list.getByRole('rowheader').allInnerTexts())
    .toEqual([`${HOSTILE} Kept X`])
  const { lines } = await exported(page.locator('.view'))
  expect(lines.text.trimEnd().split('\n')).toHaveLength(1)
  await list.getByRole('link').first().click()
  await page.getByRole('heading', { level: 1, name: /<img src=x/ }).waitFor()
  await page.locator('.code-block').getByText('"profile"').waitFor()
  const address = page.url()

  await page.getByRole('link', { name: 'What happened to it, in the System Log' }).click()
  const events = page.getByRole('region', { name: 'Events', exact: true })
  await events.getByRole('link', { name: 'user.lifecycle.create' }).click()
  await viewOf(page, 'user.lifecycle.create')
  await page
    .locator('.facts')
    .getByRole('link', { name: /<img src=x/ })
    .click()
  await page.waitForURL(address)
  expect(await page.evaluate('window.wasRun')).toBe(undefined)
  await page.getByRole('link', { name: 'Its groups' }).click()
  await page.getByRole('button', { name: 'Remove the filter User' }).waitFor()
  await page.getByText('No object fits.').waitFor()
  await page.goto(`${place.url}/console/objects/acme/user/00unone`)
  await page.getByText('object_not_kept').waitFor()
  expect(complaints.filter((said) => !said.includes('the server responded'))).toEqual([])
})

it('a person sees the log of the connections that their rules give, and no other', async () => {
  const rules = [{ connections: ['north'], verbs: ['read' as const] }]
  const { page } = await openConsole(place, { at: '/log?connection=acme', rules })
  await page.getByText('connection_not_found').first().waitFor()
  expect(await page.getByRole('table').count()).toBe(0)
})

it('every event that fits is taken along, and a hostile one is no formula for a spreadsheet', async () => {
  const { store, connections } = place.service
  const { id } = await connections.get('north')
  const hostile = {
    ...{ uuid: 'hostile', published: '2026-01-02T00:00:00.000Z', eventType: '=cmd|calc!A1' },
    ...{
      displayMessage: '\u202e@SUM(1)',
      actor: { id: '+1', alternateId: '-1', displayName: '\t=1' },
    },
  }
  const many = Array.from({ length: 1_200 }, (_, index) => ({
    ...{ uuid: `e${index}`, published: new Date(Date.UTC(2026, 0, 1) + index).toISOString() },
    ...{ eventType: 'user.session.start', displayMessage: 'x'.repeat(1_000) },
  }))
  await keepEvents(store, id, [...many, hostile])
  const { page, complaints } = await openConsole(place, { at: '/log?connection=north&range=all' })
  await viewOf(page, 'System Log')
  const { csv, lines } = await exported(page.locator('.view'))
  expect(lines.text.trimEnd().split('\n')).toHaveLength(1_201)
  const rows = csv.text.trimEnd().split('\r\n')
  expect(rows).toHaveLength(1_202)
  expect(rows[1]).toBe(
    `hostile,2026-01-02T00:00:00.000Z,'=cmd|calc!A1,,,,\u202e@SUM(1),'+1,,'-1,'\t=1,[],,,`,
  )
  await page.getByText(/^north-events.jsonl is exported: \d+ KiB\.$/).waitFor()

  const network = await page.context().newCDPSession(page)
  await network.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: 50_000, uploadThroughput: 50_000 },
  })
  await page.getByRole('button', { name: 'As CSV' }).first().click()
  await page.getByText(/^Exporting… [1-9]\d* KiB$/).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'As CSV' }).first().waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  await network.send('Network.emulateNetworkConditions', {
    ...{ offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
  })
  await page.getByRole('button', { name: 'As CSV' }).first().click()
  await page.getByText('server_unreachable').first().waitFor()
  expect(complaints.filter((said) => !said.startsWith('Failed to load resource'))).toEqual([])
})

it.each([
  ['connections', 'Connections', 'acme'],
  ['access-keys', 'Access keys', 'console'],
  ['audit?action=connection.', 'Audit', 'connection.connect'],
  ['feeds', 'Feeds', 'people'],
  ['approvals', 'Approvals', 'request.change'],
  ['settings', 'Settings', 'login.acme.com'],
  ['feeds/people', 'people', '=1+1', 'Dead letters'],
  ['feeds/people', 'people', 'The org forgot it.', 'Gaps'],
])('%s is taken along from %s, every row of it', async (at, title, known, panel = '') => {
  await keepOneOfEach()
  const rules = [...everything, { connections: ['*'], verbs: ['approve' as const] }]
  const { page } = await openConsole(place, { at: `/${at}`, rules })
  await viewOf(page, title)
  const heading = page.getByRole('heading', { name: panel || title, exact: true })
  const part = page.locator(panel === '' ? '.view' : '.panel').filter({ has: heading })
  const { csv, lines } = await exported(part)
  const rows = lines.text.trimEnd().split('\n')
  expect(rows.every((row) => typeof JSON.parse(row) === 'object')).toBe(true)
  expect(lines.text).toContain(known)
  expect(csv.text).toContain(known)
  expect(csv.text).not.toMatch(/(^|,)=/m)
  expect(csv.text.split('\r\n')).toHaveLength(rows.length + 2)
})

interface GivenFile {
  readonly name: string
  readonly text: string
}

/** The files that the buttons of a part of a page give. */
async function exported(
  part: Locator,
): Promise<{ readonly csv: GivenFile; readonly lines: GivenFile }> {
  const given = async (button: string): Promise<GivenFile> => {
    const downloading = part.page().waitForEvent('download')
    // While one file is made, the buttons of its list are not there, and those of the next one are.
    const own = part.locator('.export').first()
    await own.getByRole('button', { name: button, exact: true }).click()
    const download = await downloading
    const text = await readFile(await download.path(), 'utf8')
    return { name: download.suggestedFilename(), text }
  }
  return { csv: await given('As CSV'), lines: await given('As JSON lines') }
}

/** Keeps a dead letter, a gap, a plan that has expired and a domain, once. */
async function keepOneOfEach(): Promise<void> {
  const { store, feeds, connections } = place.service
  const { id: feedId } = await feeds.find('people')
  if ((await feeds.gaps('people')).length > 0) return
  const at = new Date('2026-01-01T00:00:00Z')
  await putGap(store, feedId, { to: at, reason: 'The org forgot it.' }, at)
  const letter = { record: Buffer.from('{}'), code: 'page_record_invalid', reason: '=1+1' }
  await putDeadLetters(store, { feedId, sinkId: '', seq: 1 }, [letter], at)
  const plan = { id: 'plan1', connection_id: (await connections.get('acme')).id }
  await insertPlan(
    store,
    {
      ...{ ...plan, action: 'request.change', requested_by: 'access-key:x' },
      ...{ code_hash: Buffer.alloc(32), created_at: at, expires_at: at },
    },
    1,
  )
  await place.ask('POST', '/v1/domains', { host: 'login.acme.com' })
}

/** Makes a user in the org, as others do. */
async function makeUser(name: string, firstName: string): Promise<void> {
  const login = `${name}@example.com`
  const displayName = `${firstName} X`
  const profile = { firstName, lastName: 'X', displayName, login, email: login }
  const { status } = await fetch(`${place.org.url}/api/v1/users?activate=false`, {
    method: 'POST',
    headers: {
      authorization: `SSWS ${place.org.adminToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ profile }),
  })
  expect(status).toBe(200)
}
