import { retiredMinMs } from '@postern/core'
import { startOrg } from '@postern/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { rotateDue } from '../../src/connections/scheduled-rotation.ts'
import type { Seal } from '../../src/store/seal.ts'
import { type ServedApp, serveApp } from './served-app.ts'

const DAY_MS = 86_400_000

const names = Array.from({ length: 9 }, (_, index) => `rotated-${index}`)

describe.each(stores)('the routes of rotations on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let app: ServedApp<'keys' | 'admin'>
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  beforeEach(async () => {
    app = await serveApp({
      store: kept.store,
      services: { seal },
      keys: {
        keys: [{ connections: names, verbs: ['keys', 'read'] }],
        admin: [{ connections: ['*'], verbs: ['admin', 'keys', 'read'] }],
      },
    })
  })
  afterAll(() => kept.close())

  let count = 0
  /** An org, and a connection to an app of it that `POST /v1/setup/apply` made. */
  const desk = async (more: object = {}, org: object = {}) => {
    const running = await startOrg({
      edition: 'unlimited',
      keyType: 'EC',
      clock: app.clock,
      ...org,
    })
    onTestFinished(running.close)
    const name = names[count++] ?? ''
    const { adminToken } = running
    const body = { name, orgUrl: running.url, bundle: 'system-log', adminToken, ...more }
    const made = await app.send('POST', '/v1/setup/apply', { body })
    expect([made.status, made.text]).toEqual([200, made.text])
    const client = made.json as { readonly clientId: string }
    const keys = () =>
      [...running.org.apps].find(({ oauth }) => oauth?.clientId === client.clientId)?.oauth?.keys
    const rotate = (asked: object = {}, key: string = app.keys.keys) =>
      app.send('POST', `/v1/connections/${name}/rotate`, { key, body: asked })
    const works = async () => {
      const { org: client } = await app.services.connections.open(name)
      app.clock.advance(3_600_000)
      await client.request({ path: '/api/v1/logs', query: { limit: 1 } })
    }
    return { name, running, clientId: client.clientId, adminToken, rotate, works, keys }
  }
  const due = () => rotateDue(app.services)

  test('rotates for whoever has keys, tells each phase, and shows how it stands', async () => {
    const { name, adminToken, works } = await desk()
    const { lines } = await app.send('POST', `/v1/connections/${name}/rotate`, {
      key: app.keys.keys,
      body: { adminToken },
      headers: { accept: 'application/jsonl' },
    })
    const phases = lines.flatMap((line) => {
      const event = line['event'] as { readonly phase?: string } | undefined
      return event?.phase === undefined ? [] : [event.phase]
    })
    expect(phases).toEqual(['registered', 'proven', 'switched', 'retired'])
    expect(lines.at(-1)).toMatchObject({ result: { connection: name, phase: 'retired' } })
    const { json } = await app.send('GET', `/v1/connections/${name}/rotation`)
    expect(json).toEqual((lines.at(-1) as { result: object }).result)
    await works()
  })

  test('takes one end at a time, in its time', async () => {
    const { rotate, adminToken } = await desk()
    const two = await rotate({ keepOld: true, retire: true })
    expect([two.status, two.json?.['code']]).toEqual([400, 'request_invalid'])
    const none = await rotate({ retire: true })
    expect([none.status, none.json?.['code']]).toEqual([409, 'rotation_out_of_order'])
    expect((await rotate({ adminToken, keepOld: true })).json?.['phase']).toBe('switched')
    expect((await rotate({ adminToken, graceSeconds: 0 })).json?.['phase']).toBe('retired')
    const early = await rotate({ adminToken, retire: true })
    expect([early.status, early.json?.['code']]).toEqual([409, 'rotation_too_early'])
    expect((await rotate({ adminToken, rollback: true })).json?.['phase']).toBe('rolled-back')
  })

  test('lets nobody use a connection as the administrator whose rights they do not have', async () => {
    const { name, rotate, running, adminToken } = await desk()
    const body = { name: `admin-of-${name}`, orgUrl: running.url, apiToken: adminToken }
    await app.send('POST', '/v1/connections', { body })
    const hidden = await rotate({ admin: body.name })
    expect([hidden.status, hidden.json?.['code']]).toEqual([404, 'connection_not_found'])
    expect(hidden.json?.['detail']).toBe(`There is no connection ${body.name}.`)
    const missing = await rotate({ admin: 'nobody' })
    expect(missing.json).toEqual({
      ...hidden.json,
      requestId: expect.any(String),
      detail: 'There is no connection nobody.',
      details: { connection: 'nobody' },
    })
    expect((await rotate({ admin: body.name }, app.keys.admin)).json?.['phase']).toBe('retired')
    const patch = (rotationAdmin: string, key: string) =>
      app.send('PATCH', `/v1/connections/${name}`, { key, body: { rotationAdmin } })
    expect((await patch(body.name, app.keys.admin)).status).toBe(200)
  })

  test('of a key that this server publishes needs nobody, from the first step to the last', async () => {
    const jwksUriCacheSeconds = 300
    const { name, running, clientId, works, rotate, keys } = await desk(
      { keys: 'url', rotationIntervalDays: 7 },
      { assumptions: { jwksUriCacheSeconds } },
    )
    const set = async () => {
      const { json } = await app.send('GET', `/jwks/${name}.json`, { key: null })
      const keySet = json as { readonly keys: readonly { readonly kid: string }[] }
      return keySet.keys.map(({ kid }) => kid)
    }
    const status = async () => (await app.send('GET', `/v1/connections/${name}/rotation`)).json
    expect(keys()).toEqual([])
    const [first] = await set()
    expect(await set()).toEqual([first])
    app.clock.advance(7 * DAY_MS)
    await works()
    await due()
    // Published, and nothing else until nobody keeps the set from before.
    expect(await status()).toMatchObject({ phase: 'registered', keyInUse: first })
    const [, next] = await set()
    expect(await set()).toEqual([first, next])
    await due()
    expect((await status())?.['phase']).toBe('registered')
    app.clock.advance(jwksUriCacheSeconds * 1_000)
    await due()
    expect(await status()).toMatchObject({ phase: 'retired', keyInUse: next, lastError: null })
    expect(await set()).toEqual([first, next])
    await works()
    app.clock.advance(retiredMinMs)
    await due()
    expect(await status()).toMatchObject({ phase: 'finished', keyInUse: next })
    expect(await set()).toEqual([next])
    await works()
    // By hand it goes as far as Okta lets it, and on by itself.
    const notYet = { name: 'keys-url-outdated', parameters: { client: clientId } } as const
    running.faults.on(notYet)
    const byHand = await rotate({})
    expect(byHand.json).toMatchObject({
      phase: 'registered',
      keyInUse: next,
      lastError: { code: 'rotation_unproven' },
    })
    running.faults.off(notYet.name)
    await works()
    await due()
    expect((await status())?.['phase']).toBe('retired')
    const back = await rotate({ rollback: true })
    expect(back.json).toMatchObject({ phase: 'rolled-back', keyInUse: next })
    expect(await set()).toEqual([next])
  }, 40_000)
})
