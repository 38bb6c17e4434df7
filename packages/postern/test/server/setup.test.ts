import { startOrg } from '@postern/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { appChanges, appState } from '../../../../test/app-changes.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { type ServedApp, serveApp } from './served-app.ts'

const once = ['app created', 'grant created', 'role created']

describe.each(stores)('the routes of setups on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let app: ServedApp<'narrow'>
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  beforeEach(async () => {
    app = await serveApp({
      store: kept.store,
      services: { seal },
      keys: { narrow: [{ connections: ['mine'], verbs: ['admin', 'keys', 'read'] }] },
    })
  })
  afterAll(() => kept.close())

  let count = 0
  const desk = async () => {
    const running = await startOrg({ edition: 'unlimited', keyType: 'EC', clock: app.clock })
    onTestFinished(running.close)
    const name = `new-${count++}`
    const request = { name, orgUrl: running.url, bundle: 'system-log' }
    return { name, running, request, admin: { adminToken: running.adminToken } }
  }
  const post = (path: string, body: object, headers = {}) =>
    app.send('POST', path, { body, headers })

  test('a plan is kept, shown in each of its forms, and asks nobody', async () => {
    const { request, running } = await desk()
    const { status, json } = await post('/v1/setup/plan', request)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      name: request.name,
      org: running.url,
      via: 'apps',
      scopes: ['okta.logs.read'],
      roles: [{ type: 'READ_ONLY_ADMIN' }],
      dpopRequired: true,
      publicJwk: { kty: 'RSA', use: 'sig' },
      text: expect.stringContaining('Client ID'),
      terraform: expect.stringContaining('resource "okta_app_oauth"'),
    })
    expect(json?.['steps']).toContainEqual(expect.objectContaining({ id: 'prove' }))
    expect(appChanges(running)).toEqual([])
  })

  test('applied, it tells each step in lines and ends with the connection', async () => {
    const { request, admin, running } = await desk()
    const accept = { accept: 'application/jsonl' }
    const { lines } = await post('/v1/setup/apply', { ...request, ...admin }, accept)
    const events = lines.flatMap((line) => ('event' in line ? [line['event']] : []))
    expect(events).toContainEqual({
      event: 'begun',
      step: { id: 'create-app', title: expect.stringContaining('Create the API Services app') },
      number: 2,
      of: 5,
    })
    expect(lines.at(-1)).toMatchObject({
      result: {
        connection: { name: request.name, kind: 'service-app', orgUrl: running.url },
        tokenType: 'DPoP',
        missingScopes: [],
        roles: ['Read-only Administrator'],
        read: { path: '/api/v1/logs', records: 1 },
      },
    })
    const shown = await app.send('GET', `/v1/connections/${request.name}`)
    expect(shown.json).toMatchObject({ scopes: ['okta.logs.read'], dpop: 'always' })
    expect(appChanges(running).toSorted()).toEqual(once)
  })

  test('refused by the org, it goes on with the same plan when asked again, and says back no token', async () => {
    const { request, admin } = await desk()
    const wrong = await post('/v1/setup/apply', { ...request, adminToken: `00${'a'.repeat(40)}` })
    expect(wrong.status).toBeGreaterThanOrEqual(400)
    expect(wrong.text).not.toContain('a'.repeat(40))
    const { status } = await post('/v1/setup/apply', { name: request.name, ...admin })
    expect(status).toBe(200)
  })

  test('taken back, it leaves the org as it was and no connection', async () => {
    const { request, admin, running } = await desk()
    const before = appState(running)
    await post('/v1/setup/apply', { ...request, ...admin })
    const { json } = await post('/v1/setup/undo', { name: request.name, ...admin })
    expect(json).toEqual({
      deeds: [
        { deed: 'role-withdrawn', role: 'Read-only Administrator' },
        { deed: 'app-deactivated', appId: expect.any(String) },
        { deed: 'app-deleted', appId: expect.any(String) },
      ],
    })
    expect(appState(running)).toEqual(before)
    expect((await app.send('GET', `/v1/connections/${request.name}`)).status).toBe(404)
    const again = await post('/v1/setup/undo', { name: request.name, ...admin })
    expect([again.status, again.json?.['code']]).toEqual([404, 'setup_not_found'])
  })

  test('without anybody to do it as is refused, and with both kinds of them', async () => {
    const { request, admin } = await desk()
    const nobody = await post('/v1/setup/apply', request)
    expect([nobody.status, nobody.json?.['code']]).toEqual([422, 'admin_missing'])
    const both = await post('/v1/setup/apply', { ...request, ...admin, admin: 'other' })
    expect(both.json?.['code']).toBe('admin_two_credentials')
  })

  test('the guide gives steps as data, looks at each, and ends with the connection', async () => {
    const { request } = await desk()
    const { json } = await post('/v1/setup/guide', request)
    const steps = json?.['steps'] as { id: string; isDone: boolean; asks?: { field: string } }[]
    expect(steps.map(({ isDone }) => isDone)).not.toContain(true)
    const unknown = await post('/v1/setup/check', { name: request.name, step: 'dance' })
    expect(unknown.json?.['code']).toBe('setup_step_unknown')
    const [first] = steps
    const checked = await post('/v1/setup/check', { name: request.name, step: first?.id })
    expect(checked.json).toMatchObject({ status: 'done', observed: expect.any(String) })
    const later = await post('/v1/setup/guide', { name: request.name })
    const doneNow = later.json?.['steps'] as { isDone: boolean }[]
    expect(doneNow.filter(({ isDone }) => isDone)).toHaveLength(1)
    const early = await post('/v1/setup/finish', {
      name: request.name,
      clientId: '0oa1b2c3d4e5f6g7h8i9',
    })
    expect(early.status).toBeGreaterThanOrEqual(400)
    expect((await app.send('GET', `/v1/connections/${request.name}`)).status).toBe(404)
  }, 40_000)

  test('is for whoever may make connections', async () => {
    const { request, admin } = await desk()
    for (const path of ['plan', 'apply', 'finish', 'undo', 'guide', 'check']) {
      const body = { ...request, ...admin, name: 'mine' }
      const { status } = await app.send('POST', `/v1/setup/${path}`, { key: app.keys.narrow, body })
      expect([path, status]).toEqual([path, 403])
    }
  })
})
