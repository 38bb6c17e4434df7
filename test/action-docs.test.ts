/** @module docs/actions.md says what actions do, and its HTTP step works as it stands there. */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startOrg } from '@postern/emulator'
import { expect, onTestFinished, test } from 'vitest'
import { connectionInFile } from '../packages/postern/src/config/file/schema.ts'
import { by, valuesOfApp } from '../packages/postern/test/connections/kept.ts'
import { openEmbedded, serveApp } from '../packages/postern/test/server/served-app.ts'
import { compareActionDocs } from '../scripts/action-docs.ts'
import { openTestSeal } from './test-seal.ts'

const page = readFileSync(fileURLToPath(new URL('../docs/actions.md', import.meta.url)), 'utf8')

test('the reference of docs/actions.md is that of the code; node --conditions=source scripts/action-docs.ts writes it', () => {
  const { found, wanted } = compareActionDocs()
  expect(found).toBe(wanted)
})

test('the standing approvals of docs/actions.md are some', async () => {
  const { parse } = await import('yaml')
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
  const { preApproved } = parse(yaml).connections.acme
  const { data } = connectionInFile.safeParse({ orgUrl: 'acme.okta.com', preApproved })
  expect(data?.preApproved).toHaveLength(2)
})

test('the HTTP step of docs/actions.md adds a member, without any client library, and once', async () => {
  const scopes = ['okta.groups.manage', 'okta.users.read']
  const org = await startOrg({
    ...{ keyType: 'EC', edition: 'unlimited', users: 2, groups: 1, scopes },
    role: 'GROUP_MEMBERSHIP_ADMIN',
  })
  onTestFinished(org.close)
  const store = await openEmbedded()
  onTestFinished(() => store.close())
  const seal = await openTestSeal(store.store)
  const served = await serveApp({
    store: store.store,
    services: { seal },
    keys: {
      onboarding: [{ connections: ['acme'], verbs: ['act'], actions: ['group.add_member'] }],
    },
  })
  const values = { ...valuesOfApp(org), scopes: scopes.join(' ') }
  await served.services.connections.connect({ name: 'acme', values, force: true }, by)
  const [group, user] = await Promise.all([
    named('/api/v1/groups?filter=type eq "OKTA_GROUP"'),
    named('/api/v1/users'),
  ])

  const step = stepOf(page)
  const send = async () => {
    const sent = request(step.url.replace(/^http:\/\/127\.0\.0\.1:\d+/, served.url), {
      method: step.method,
      headers: {
        ...step.headers,
        Authorization: String(step.headers['Authorization']).replace(
          '$POSTERN_ACCESS_KEY',
          served.keys.onboarding,
        ),
      },
    })
    sent.end(step.body.replace('Staff', group).replace('ada@example.com', user))
    const [response] = await once(sent, 'response')
    const body = JSON.parse(await textOf(response))
    return { status: response.statusCode, headers: response.headers, body }
  }
  const first = await send()
  expect([first.status, first.body.changed]).toEqual([200, true])
  const again = await send()
  expect([again.status, again.body]).toEqual([200, first.body])
  expect(again.headers['idempotency-replayed']).toBe('true')
  const added = org.org.ledger
    .read()
    .filter((entry) => entry.kind === 'change' && entry.what === 'group-member' && entry.requestId)
  expect(added).toHaveLength(1)

  async function named(path: string): Promise<string> {
    const headers = { authorization: `SSWS ${org.adminToken}` }
    const [first] = await (await fetch(org.url + path, { headers })).json()
    return first.profile.login ?? first.profile.name
  }
})

/** The parts of the page's curl, as a form of a workflow tool has them. */
function stepOf(text: string) {
  const [, command = ''] = /```\n(curl [\s\S]*?)\n```/.exec(text) ?? []
  const headers = [...command.matchAll(/-H "([\w-]+): ([^"]*)"/g)].map(([, name, value]) => [
    name,
    value,
  ])
  const [, method = '', url = ''] = /-X (\w+) (\S+)/.exec(command) ?? []
  const [, body = ''] = /-d '([^']*)'/.exec(command) ?? []
  return { method, url, body, headers: Object.fromEntries(headers) as Record<string, string> }
}
