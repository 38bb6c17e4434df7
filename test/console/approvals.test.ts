/** @module S30 in the console: a change is made once somebody else approved it there, and never otherwise; the org's ledger says so. */

import { type RunningOrg, startOrg } from '@postern/emulator'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AccessRule } from '../../packages/postern/src/config/access-rules.ts'
import {
  type ConsolePlace,
  type Json,
  openConsole,
  openConsolePlace,
  valuesOf,
  viewOf,
} from './console-place.ts'

const SCOPES = ['okta.users.manage', 'okta.groups.manage', 'okta.users.read', 'okta.groups.read']
const runs: readonly AccessRule[] = [{ connections: ['hr'], verbs: ['act'] }]
const plans: readonly AccessRule[] = [{ connections: ['hr'], verbs: ['act'], approval: 'required' }]
const approves: readonly AccessRule[] = [
  { connections: ['hr'], verbs: ['approve'] },
  { connections: ['hr'], verbs: ['act'], approval: 'required' },
]
const HOSTILE = '<img src=x onerror="window.wasRun=1"> \u202egpj.exe'

let place: ConsolePlace
let org: RunningOrg
let logins: readonly string[]
let runner: string

beforeAll(async () => {
  org = await startOrg({
    ...{ keyType: 'EC', users: 5, groups: 3, edition: 'unlimited', role: 'SUPER_ADMIN' },
    scopes: SCOPES,
  })
  place = await openConsolePlace()
  await place.ask('POST', '/v1/connections', { name: 'hr', ...valuesOf(org) })
  logins = [...org.org.users].map(({ profile }) => String(profile['login']))
  runner = (await place.makeKey('runner', runs)).text
  await act('group.create', { name: HOSTILE })
  await act('group.create', { name: 'Payroll' })
})
afterAll(() => org.close())

it('a change is planned by one, approved by another, and made once by the first', async () => {
  const before = changes()
  const asker = await opened(plans, '/actions')
  await asker.getByLabel('Connection').selectOption('hr')
  await asker.getByRole('link', { name: 'Add a group member', exact: true }).click()
  await viewOf(asker, 'Add a group member')
  const look = asker.getByRole('button', { name: 'See what would change' })
  await look.click()
  expect(await asker.getByText('Fill it in.').count()).toBe(2)
  await asker.getByLabel('group', { exact: true }).fill(HOSTILE)
  await asker.getByLabel('user', { exact: true }).fill(logins[0] ?? '')
  await look.click()
  await asker.getByRole('heading', { name: 'What would change' }).first().waitFor()
  expect(await asker.getByRole('button', { name: 'Do it' }).count()).toBe(0)
  await asker.getByRole('button', { name: 'Ask for approval' }).click()
  await asker.getByRole('heading', { name: 'Waiting for approval' }).waitFor()
  const apply = asker.getByRole('button', { name: 'Do what was approved' })
  expect(await apply.count()).toBe(0)

  const approver = await opened(approves, '/')
  await approver.getByText('1 change waits for an approval.').waitFor()
  await approver.getByRole('link', { name: 'Look at them' }).click()
  const card = approver.locator('.panel').filter({ hasText: 'group.add_member · hr' })
  await card.getByRole('cell', { name: 'false' }).waitFor()
  await card.getByText(/ left$/).waitFor()
  // By its name: the approver may look at no access key.
  await card.getByText('console asked for it').waitFor()
  await card.getByText('How far it goes').waitFor()
  await card.getByRole('button', { name: 'Approve…' }).click()
  const dialog = approver.getByRole('dialog', { name: 'Approve this?' })
  await dialog.getByText(logins[0] ?? '').waitFor()
  await dialog.getByRole('button', { name: 'Approve', exact: true }).click()
  await approver.getByText('Nothing waits for approval.').waitFor()
  expect(changes()).toBe(before)

  await apply.click()
  await asker.getByText('Done.', { exact: true }).waitFor()
  expect(changes()).toBe(before + 1)
  for (const page of [asker, approver]) await nothingRan(page)
  const row = approver.getByRole('row').filter({ hasText: 'group.add_member' })
  await row.getByText('Done').waitFor()
})

it('what is refused is made by nobody, and says so under its own address', async () => {
  const before = changes()
  const asker = await place.makeKey('asker', plans)
  const { id, code } = await planned(asker.text, 'Payroll')
  const page = await opened(approves, `/approvals/${id}`)
  await viewOf(page, 'group.add_member')
  await page.getByRole('button', { name: 'Refuse…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Refuse this?' })
  await dialog.getByRole('button', { name: 'Refuse', exact: true }).click()
  await page.locator('.decide').getByText('Refused').waitFor()
  expect(await page.getByRole('button', { name: 'Approve…' }).count()).toBe(0)
  const applied = await send(asker.text, '/v1/connections/hr/actions/group.add_member', {
    plan: code,
  })
  expect([applied.status, applied.json['code']]).toEqual([409, 'plan_refused'])
  expect(changes()).toBe(before)
})

it('whoever was about to decide is told that somebody else was faster', async () => {
  const asker = await place.makeKey('asker', plans)
  const { id } = await planned(asker.text, 'Payroll')
  const page = await opened(approves, `/approvals/${id}`)
  await viewOf(page, 'group.add_member')
  const open = page.getByRole('button', { name: 'Approve…' })
  await open.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await open.click()
  const faster = await place.makeKey('faster', approves)
  const { status } = await send(faster.text, `/v1/plans/${id}/refuse`, {})
  expect(status).toBe(200)
  await page.getByText('This waits no longer').waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
})

it('nobody decides on what they asked for themselves: it is not shown, and the server refuses it', async () => {
  const before = changes()
  const { text } = await place.makeKey('both', approves)
  const { id } = await planned(text, 'Payroll')
  const page = await opened(approves, `/approvals/${id}`, text)
  await viewOf(page, 'group.add_member')
  await page.getByText('You asked for it: somebody else decides.').waitFor()
  expect(await page.getByRole('button', { name: /^(Approve|Refuse)…$/ }).count()).toBe(0)
  const refused = await inPage(page, `/v1/plans/${id}/approve`)
  expect(refused).toEqual([403, 'plan_own'])
  const other = await opened(plans, '/approvals')
  await viewOf(other, 'Approvals')
  expect(await other.getByText('group.add_member').count()).toBe(0)
  expect(await inPage(other, `/v1/plans/${id}/approve`)).toEqual([403, 'access_denied'])
  expect(changes()).toBe(before)
})

it('whoever may runs a change after its dry run, once, and sees that it is so already after it', async () => {
  const before = changes()
  const page = await opened(runs, '/actions/hr/group.add_member')
  await viewOf(page, 'Add a group member')
  await page.getByLabel('group', { exact: true }).fill('Payroll')
  await page.getByLabel('user', { exact: true }).fill(logins[1] ?? '')
  const look = page.getByRole('button', { name: 'See what would change' })
  await look.click()
  await page.getByText('Nothing has changed yet.').waitFor()
  expect(changes()).toBe(before)
  await page.getByRole('button', { name: 'Do it' }).click()
  await page.getByText('Done.', { exact: true }).waitFor()
  expect(changes()).toBe(before + 1)
  await look.click()
  await page.getByText('Nothing would change: it is so already.').waitFor()
  expect(await page.getByRole('button', { name: 'Do it' }).count()).toBe(0)
  expect(changes()).toBe(before + 1)
})

it('a question is answered, and a refusal says what to do', async () => {
  const page = await opened(runs, '/actions?connection=hr&search=find')
  await page.getByRole('link', { name: 'Find a group' }).click()
  await viewOf(page, 'Find a group')
  await page.getByLabel('group', { exact: true }).fill(HOSTILE)
  await page.getByRole('button', { name: 'Ask' }).click()
  await page.locator('.code-block').getByText('OKTA_GROUP').waitFor()
  await nothingRan(page)
  await page.getByLabel('group', { exact: true }).fill('nobody has this')
  expect(await page.locator('.code-block').count()).toBe(0)
  await page.getByRole('button', { name: 'Ask' }).click()
  await page.getByText('action_object_not_found').waitFor()
})

async function opened(rules: readonly AccessRule[], at: string, accessKey?: string): Promise<Page> {
  const key = accessKey === undefined ? {} : { accessKey }
  const { page } = await openConsole(place, { at, rules, ...key })
  return page
}

async function act(action: string, given: Json): Promise<void> {
  const path = `/v1/connections/hr/actions/${action}`
  const { status, json } = await send(runner, path, { arguments: given })
  expect([status, json['changed']]).toEqual([200, true])
}

/** Asks that the third user may be put into a group. */
async function planned(text: string, group: string): Promise<{ id: string; code: string }> {
  const given = { action: 'group.add_member', arguments: { group, user: logins[2] } }
  const { status, json } = await send(text, '/v1/connections/hr/plans', given)
  expect(status).toBe(201)
  return { id: String(json['id']), code: String(json['code']) }
}

async function send(
  accessKey: string,
  path: string,
  body: Json,
): Promise<{ status: number; json: Json }> {
  const headers = { authorization: `Bearer ${accessKey}`, 'content-type': 'application/json' }
  const response = await fetch(`${place.url}${path}`, {
    ...{ method: 'POST', headers, body: JSON.stringify(body) },
  })
  return { status: response.status, json: (await response.json()) as Json }
}

/** What the server answers to the page itself. */
function inPage(page: Page, path: string): Promise<[number, unknown]> {
  return page.evaluate(async (asked) => {
    const headers = { 'x-postern-console': '1' }
    const response = await fetch(asked, { method: 'POST', headers })
    const { code } = (await response.json()) as { readonly code?: unknown }
    return [response.status, code]
  }, path)
}

function changes(): number {
  const entries = org.org.ledger.read()
  return entries.filter((entry) => entry.kind === 'change' && entry.requestId).length
}

async function nothingRan(page: Page): Promise<void> {
  expect(await page.evaluate('window.wasRun')).toBe(undefined)
  expect(await page.locator('body :is(img, script, iframe, object, link, style)').count()).toBe(0)
}
