/** @module `postern support`: a bundle of whatever can be told, above all where something is wrong. */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { startOrg } from '@postern/emulator'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { connectionRequestOf } from '../../src/config/named-connection.ts'
import { openService } from '../../src/service.ts'
import { createPlace } from './run.ts'
import { prepareStore, servePostern } from './served-postern.ts'

const place = createPlace()
afterAll(place.remove)

const by = { actor: 'test' } as const
let count = 0

/** Runs `support` and reads what it wrote. */
async function support(flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  count += 1
  const file = `bundle-${count}.json`
  const ended = await place.run(['support', file, '--output', 'json', ...flags], { env })
  expect(ended.code).toBe(0)
  const text = readFileSync(place.path(file), 'utf8')
  const sections: readonly { section: string; missing?: string }[] = JSON.parse(ended.stdout)
  const missing = Object.fromEntries(sections.map(({ section, missing }) => [section, missing]))
  return { ...ended, file: place.path(file), text, bundle: JSON.parse(text), missing }
}

describe('of a server that runs', { timeout: 60_000 }, () => {
  test('has its state, and nothing that says whose it is, unless that is wanted', async () => {
    const [org, served] = await Promise.all([startOrg({ users: 3 }), servePostern()])
    onTestFinished(async () => {
      await served.close()
      await org.close()
    })
    const { service, env } = served
    const { app } = org
    const key = JSON.stringify(app.key)
    const credential = { orgUrl: org.url, clientId: app.clientId, key }
    const scopes = app.scopes.join(' ')
    const description = 'The directory of Acme'
    const connection = { ...credential, name: 'acme-prod', description, scopes }
    await service.connections.connect(connectionRequestOf(connection), by, {})
    const settings = { url: 'https://hooks.acme.example/okta' }
    const secrets = { signingSecret: 'TESTSECRETTESTSECRETTESTSECRET' }
    await service.sinks.add({ name: 'acme-soc', kind: 'http', settings, secrets }, by, {
      force: true,
    })
    const feed = { name: 'acme-nightly', connection: 'acme-prod', input: 'users' }
    await service.feeds.add({ ...feed, sinks: ['acme-soc'] }, by)
    await service.feeds.run('acme-nightly', by)
    writeFileSync(
      place.path('postern.yaml'),
      [
        'connections:',
        '  acme-prod:',
        '    orgUrl: https://acme.okta.com',
        '    clientId: 0oa1b2c3d4e5f6g7h8i9',
        '    scopes: okta.users.read',
        '    description: the directory of Acme',
        '    jwtClaims: { note: directory of Acme }',
        '    secrets: { key: env:ACME_KEY }',
        'sinks:',
        '  acme-soc: { kind: http, settings: { url: "https://hooks.acme.example/in" } }',
        'actions:',
        '  user.note:',
        '    title: directory of Acme',
        '    summary: directory of Acme',
        '    method: POST',
        '    path: /api/v1/users/{user}',
        '    body: { password: directory of Acme }',
        '    scopes: [okta.users.manage]',
        '    parameters: [{ name: user, kind: user, description: directory of Acme }]',
      ].join('\n'),
    )
    const { bundle, text, file, stderr, missing } = await support([], env)
    expect(Object.values(missing)).toEqual(Object.keys(missing).map(() => undefined))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(bundle.about).toMatchObject({ through: 'server' })
    expect(bundle.status).toMatchObject({ status: 'ready', store: 'pglite' })
    expect(bundle.connections).toMatchObject([
      { name: 'connection-1', orgUrl: 'org-1', scopes: [...app.scopes].sort(), dpop: 'auto' },
    ])
    expect(bundle.sinks).toMatchObject([{ name: 'sink-1', kind: 'http', settings: ['url'] }])
    expect(bundle.feeds).toMatchObject([
      { name: 'feed-1', connection: 'connection-1', input: 'users', sinks: [{ name: 'sink-1' }] },
    ])
    expect(bundle.work).toMatchObject({ feeds: { 'on-demand': 1 } })
    expect(bundle.metrics).toContainEqual(
      expect.stringMatching(/^postern_feed_spool_records\{feed="feed-1"\} /),
    )
    expect(bundle.configuration).toContainEqual({
      path: 'connections.connection-1.secrets.key',
      value: '(secret)',
      from: 'line 8, env (not set)',
    })
    expect(text).not.toMatch(/acme|0oa1b2|TESTSECRET/i)
    expect(text).not.toContain(app.clientId)
    expect(text).not.toContain(new URL(org.url).host)
    expect(stderr).toContain('Not in it: keys, tokens')

    const named = await support(['--with-names'], env)
    expect(named.bundle.connections).toMatchObject([{ name: 'acme-prod', orgUrl: org.url }])
    expect(named.bundle.configuration).toContainEqual(
      expect.objectContaining({
        path: 'connections.acme-prod.orgUrl',
        value: 'https://acme.okta.com',
      }),
    )
    expect(named.text).not.toMatch(/TESTSECRET|hooks\.acme|directory of Acme/)

    const again = await place.run(['support', file], { env })
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('(file_exists)')])
  })
})

describe('says what it can', { timeout: 60_000 }, () => {
  test('of a store whose master key is missing', async () => {
    const { place: store, remove } = await prepareStore()
    onTestFinished(remove)
    const service = await openService({ ...store, env: {}, dev: true })
    await service.close()
    const env = { POSTERN_DATA: store.dataDir }
    const { bundle } = await support(['--master-key', 'env:NOT_SET'], env)
    expect(bundle.about.through).toBe('store')
    expect(bundle.status).toMatchObject({ status: 'locked', locked: 'missing' })
    expect(bundle.store).toMatchObject({ kind: 'pglite', masterKey: { status: 'locked' } })
    expect(bundle.connections).toEqual([])
  })

  test('of a store that does not open', async () => {
    const { place: store, remove } = await prepareStore()
    onTestFinished(remove)
    writeFileSync(join(store.dataDir, 'store/global/pg_control'), 'x')
    const { bundle, text } = await support([], { POSTERN_DATA: store.dataDir })
    expect(bundle.status.problem).toMatchObject({ code: 'store_damaged' })
    expect(bundle.feeds.problem).toMatchObject({ code: 'store_damaged' })
    expect(bundle.dataDirectory.files).toContainEqual(expect.objectContaining({ name: 'store' }))
    expect(bundle.machine).toMatchObject({ platform: process.platform })
    expect(text).not.toContain(store.dataDir)
  })

  test('of a store that another process has open and does not serve', async () => {
    const { place: store, remove } = await prepareStore()
    const service = await openService({ ...store, env: {}, dev: true })
    onTestFinished(async () => {
      await service.close()
      await remove()
    })
    const { bundle } = await support([], { POSTERN_DATA: store.dataDir })
    expect(bundle.status.problem).toMatchObject({ code: 'store_in_use' })
  })

  test('to a new file alone', async () => {
    const dash = await place.run(['support', '-'])
    expect([dash.code, dash.stderr]).toEqual([2, expect.stringContaining('(usage_invalid)')])
    symlinkSync(place.path('elsewhere'), place.path('link'))
    const link = await place.run(['support', 'link'])
    expect([link.code, link.stderr]).toEqual([1, expect.stringContaining('(file_exists)')])
    expect(existsSync(place.path('elsewhere'))).toBe(false)
  })

  test('where there is nothing, and where others may write', async () => {
    const { bundle } = await support([])
    expect(bundle.about.through).toBe('nothing')
    expect(bundle.status.problem).toMatchObject({ code: 'file_not_found' })
    mkdirSync(place.path('open'))
    chmodSync(place.path('open'), 0o777)
    const unsafe = await support(['--data', place.path('open')])
    expect(unsafe.bundle.status.problem).toMatchObject({ code: 'config_data_unsafe' })
  })

  test('of a log: its own lines without names, and nothing of any other', async () => {
    const line = { level: 'warn', time: '2026-11-30T14:14:19.493Z', msg: 'acme.okta.com is away' }
    writeFileSync(place.path('log'), `password=hunter2\n${JSON.stringify({ ...line, x: 'y' })}\n`)
    const { bundle, text } = await support(['--log', 'log'])
    expect(bundle.log).toEqual({ lines: [{ ...line, msg: 'host-1 is away' }], leftOut: 1 })
    expect(text).not.toContain('hunter2')
    const gone = await support(['--log', 'nowhere'])
    expect(gone.bundle.log.problem).toMatchObject({ code: 'ENOENT' })
  })
})
