/** @module `postern config diff`: what is otherwise in the store than a file says, and what the store has beside. */

import { existsSync, writeFileSync } from 'node:fs'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { readConfigFile } from '../../src/config/file/read.ts'
import { applyConfig } from '../../src/service/apply-config.ts'
import { declarationJudges } from '../../src/service/judge-declared.ts'
import { openService } from '../../src/service.ts'
import { createPlace } from './run.ts'
import { prepareStore, type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
const by = { actor: 'test' } as const
let org: RunningOrg
let served: ServedPostern

beforeAll(async () => {
  ;[org, served] = await Promise.all([startOrg({ users: 1, keyType: 'EC' }), servePostern()])
  writeFileSync(
    place.path('postern.yaml'),
    `domains: [login.acme.com]
connections:
  acme:
    orgUrl: "${org.url}"
    clientId: ${org.app.clientId}
    description: the directory
    scopes: okta.users.read okta.logs.read
    secrets: { key: env:ACME_KEY }
sinks:
  archive: { kind: jsonl, settings: { path: "${place.path('out')}" } }
feeds:
  nightly: { connection: acme, input: users, sinks: [archive], cron: "0 2 * * *" }
actions:
  user.reset_factors:
    title: Reset factors
    summary: Takes every authenticator.
    method: POST
    path: /api/v1/users/{user}/lifecycle/reset_factors
    scopes: [okta.users.manage]
    parameters: [{ name: user, kind: user, description: The user. }]
accessKeys:
  ci: { rules: [{ connections: [acme], verbs: [read] }], key: env:CI_KEY }
`,
  )
})
afterAll(async () => {
  await served.close()
  await org.close()
  place.remove()
})

/** What the command says, and its code. */
async function diff(env: Readonly<Record<string, string>> = served.env) {
  const { code, stdout, stderr } = await place.run(['config', 'diff', '--output', 'json'], { env })
  expect(stderr).toBe('')
  return { code, drift: JSON.parse(stdout), stdout }
}

test('where nothing is kept everything is missing, and no store is made', async () => {
  const { code, drift } = await diff({ POSTERN_DATA: place.path('nowhere') })
  const names = ['login.acme.com', 'user.reset_factors', 'acme', 'archive', 'nightly', 'ci']
  expect([code, drift.map(({ state }: { state: string }) => state)]).toEqual([
    3,
    names.map(() => 'missing'),
  ])
  expect(drift.map(({ name }: { name: string }) => name)).toEqual(names)
  expect(existsSync(place.path('nowhere'))).toBe(false)
})

test('once the file is applied nothing differs; then each change is told, by whom', async () => {
  const { service } = served
  const key = `postern_0123456789abcdef_${'A'.repeat(43)}`
  const applied = await applyConfig(
    service,
    await readConfigFile(place.path('postern.yaml'), declarationJudges),
    {
      env: { ACME_KEY: JSON.stringify(org.app.key), CI_KEY: key },
      dev: true,
      isAttended: false,
    },
  )
  expect(new Set(applied?.map(({ outcome }) => outcome))).toEqual(new Set(['added']))
  const same = await place.run(['config', 'diff'], { env: served.env })
  expect([same.code, same.stdout]).toEqual([0, 'ok  the store is as the file says\n'])

  await service.connections.update('acme', { members: { description: 'by hand' } }, by, {})
  await service.feeds.update('nightly', { cron: '@hourly' }, by)
  await service.feeds.pause('nightly', by)
  const settings = { path: place.path('lab') }
  await service.sinks.add({ name: 'lab', kind: 'jsonl', settings }, by)
  const ci = (await service.accessKeys.list()).find(({ name }) => name === 'ci')
  const rules = [{ connections: ['*'], verbs: ['admin' as const] }]
  await service.accessKeys.update(ci?.id ?? '', { name: 'ci', rules }, by)
  await service.domains.remove('login.acme.com', by)
  const { code, drift, stdout } = await diff()
  expect(code).toBe(3)
  const changed = { changedBy: 'test', changedAt: expect.any(String) }
  expect(drift).toEqual([
    { kind: 'domain', name: 'login.acme.com', state: 'missing' },
    {
      ...{ kind: 'connection', name: 'acme', state: 'different', member: 'description' },
      ...{ file: 'the directory', store: 'by hand', ...changed },
    },
    { kind: 'sink', name: 'lab', state: 'undeclared' },
    {
      ...{ kind: 'feed', name: 'nightly', state: 'different', member: 'cron' },
      ...{ file: '0 2 * * *', store: '0 * * * *', ...changed },
    },
    {
      ...{ kind: 'access-key', name: 'ci', state: 'different', member: 'rules' },
      ...{ file: [{ connections: ['acme'], verbs: ['read'] }], store: rules, ...changed },
    },
  ])
  expect(stdout).not.toContain(String(org.app.key['d']))
  expect(stdout).not.toContain('AAAA')
  const text = await place.run(['config', 'diff'], { env: served.env })
  expect(text.stdout).toContain(
    'different  feed nightly: cron: file "0 2 * * *", store "0 * * * *" (test, ',
  )
  expect(text.stdout).toContain('undeclared sink lab\n')
})

test('without a server the store is opened, and of access keys of one name the newest counts', async () => {
  const { place: store, remove } = await prepareStore()
  onTestFinished(remove)
  const service = await openService({ ...store, env: {}, dev: true })
  const text =
    'accessKeys: { ci: { rules: [{ connections: ["*"], verbs: [read] }], key: env:CI_KEY } }'
  writeFileSync(place.path('keys.yaml'), text)
  const add = (verb: 'sync' | 'read') =>
    service.accessKeys.add({ name: 'ci', rules: [{ connections: ['*'], verbs: [verb] }] }, by)
  await add('sync')
  await add('read')
  await service.close()
  const env = { POSTERN_DATA: store.dataDir }
  const ended = await place.run(['config', 'diff', 'keys.yaml'], { env })
  expect(ended).toMatchObject({ code: 0, stdout: 'ok  the store is as the file says\n' })
})
