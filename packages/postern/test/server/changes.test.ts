/** @module Watching what changes: told at once, of what the caller may see, for as long as they may. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { verbs } from '../../src/config/access-rules.ts'
import { openLog } from '../../src/log.ts'
import { addChangesRoute } from '../../src/server/api/changes.ts'
import { addRoutes } from '../../src/server/api/registry.ts'
import type { Api } from '../../src/server/api.ts'
import { Changes } from '../../src/server/changes.ts'
import { Permissions } from '../../src/server/permissions.ts'
import { appendAudit } from '../../src/store/audit.ts'
import { beginRun, emptyReport, endRun } from '../../src/store/runs.ts'
import { serveApp } from './served-app.ts'

const PATH = '/v1/changes'
const EVERY_MS = 20
const log = openLog({ level: 'silent' })

describe.each(stores)('changes on $name', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
    for (const name of ['acme', 'other']) await addFeed(name)
  })
  afterAll(() => kept.close())

  /** A feed of a connection of the same name. */
  async function addFeed(name: string): Promise<void> {
    const { db } = kept.store
    const at = new Date()
    const of = { id: name, name, revision: 0, created_at: at, updated_at: at, settings: '{}' }
    const org = { org_url: `https://${name}.okta.com`, kind: 'api-token', credential_since: at }
    await db
      .insertInto('connection')
      .values({ ...of, ...org } as never)
      .execute()
    const read = { connection_id: name, input: 'users', timezone: 'UTC', missed: 'run' }
    await db
      .insertInto('feed')
      .values({ ...of, ...read } as never)
      .execute()
  }

  async function serve(heartbeatMs = 50) {
    const clock = new TestClock()
    const changes = new Changes({ store: kept.store, clock, log, everyMs: EVERY_MS })
    const app = await serveApp({
      store: kept.store,
      services: { changes },
      app: {
        addRoutes: (api: Api) => {
          addChangesRoute(api, heartbeatMs)
          addRoutes(api)
        },
      },
      keys: {
        all: [{ connections: ['*'], verbs: [...verbs] }],
        acme: [{ connections: ['acme'], verbs: ['read'] }],
      },
    })
    const watch = async (headers: Record<string, string>) => {
      const gone = new AbortController()
      onTestFinished(() => gone.abort())
      const response = await fetch(app.url + PATH, { headers, signal: gone.signal })
      let text = ''
      let ended = false
      void (async () => {
        for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
        ended = true
      })().catch(() => undefined)
      const seen = () => new Set([...text.matchAll(/^event: (\w+)$/gm)].map(([, kind]) => kind))
      await until(() => text !== '')
      // What was before is known by then.
      await sleep(EVERY_MS * 4)
      return {
        response,
        text: () => text,
        seen,
        isOver: () => ended,
      }
    }
    const watchAs = (key: string) => watch({ authorization: `Bearer ${key}` })
    const deed = (action: string, connection?: string) =>
      appendAudit(kept.store, { actor: 'local', action, connection, outcome: 'ok' })
    return { ...app, changes, watch, watchAs, deed }
  }

  test('are told as they happen, and as nothing but their kind and time', async () => {
    const { keys, watchAs, deed } = await serve()
    const watched = await watchAs(keys.all)
    expect(watched.response.headers.get('content-type')).toBe('text/event-stream')
    expect(watched.seen()).toEqual(new Set())
    await deed('plan.approve', 'acme')
    await until(() => watched.seen().has('plans'))
    await deed('feed.pause', 'acme')
    await until(() => watched.seen().has('feeds'))
    expect(watched.seen()).toEqual(new Set(['audit', 'plans', 'feeds']))
    expect(watched.text()).toMatch(/^event: plans\ndata: \{"at":"\d{4}-\d\d-\d\dT[\d:.]+Z"\}\n$/m)
    expect(watched.text()).not.toMatch(/acme|local|approve|pause/)
  })

  test('of runs are told when one begins and when it ends, whichever process it is of', async () => {
    const { keys, clock, watchAs } = await serve()
    const watched = await watchAs(keys.acme)
    const id = `run-${Math.round(performance.now() * 1_000)}`
    const runs = () => watched.text().match(/^event: runs$/gm)?.length ?? 0
    const now = clock.now()
    await beginRun(kept.store, { id, feedId: 'acme', trigger: 'manual', epoch: 1 } as never, now)
    await until(() => runs() === 1)
    await endRun(kept.store, id, { outcome: 'ok', report: emptyReport } as never, now)
    await until(() => runs() === 2)
    await beginRun(
      kept.store,
      { id: `${id}x`, feedId: 'other', trigger: 'manual', epoch: 1 } as never,
      now,
    )
    await sleep(EVERY_MS * 5)
    expect(runs()).toBe(2)
  })

  test('of a connection that a caller may not see are not told to them, and the audit log to nobody who may not read it', async () => {
    const { keys, watchAs, deed } = await serve()
    const one = await watchAs(keys.acme)
    const all = await watchAs(keys.all)
    await deed('plan.approve', 'other')
    await deed('sink.add')
    await deed('connection.update', 'acme')
    await until(() => all.seen().size === 4)
    await until(() => one.seen().size > 0)
    expect(one.seen()).toEqual(new Set(['connections']))
  })

  test('are asked for while somebody watches, and not otherwise', async () => {
    let asked = 0
    const store = new Proxy(kept.store, {
      get: (target, member) => {
        if (member === 'db') asked += 1
        return Reflect.get(target, member, target)
      },
    })
    const changes = new Changes({ store, clock: new TestClock(), log, everyMs: 1 })
    const permissions = new Permissions([])
    const watcher = { actor: 'a', permissions, onChange: () => {}, onEnd: () => {} }
    await sleep(20)
    expect(asked).toBe(0)
    const leave = changes.watch(watcher)
    await until(() => asked > 4)
    leave()
    await sleep(20)
    const before = asked
    await sleep(50)
    expect(asked).toBe(before)
  })

  test('are told no longer than the access key is good', async () => {
    const { services, watchAs } = await serve()
    const { view, text } = await services.accessKeys.add(
      { name: 'k', rules: [{ connections: ['*'], verbs: ['read'] }] },
      { actor: 'local' },
    )
    const watched = await watchAs(text.reveal())
    await sleep(120)
    expect([watched.isOver(), watched.text().includes('\n:\n\n')]).toEqual([false, true])
    await services.accessKeys.revoke(view.id, { actor: 'local' })
    await until(watched.isOver)
  })

  test('are told of what the access key gives by now, and of nothing that it gave before', async () => {
    const { services, keys, watch, watchAs, deed, url } = await serve()
    const by = { actor: 'local' }
    const rules = [{ connections: ['*'], verbs: ['read' as const] }]
    const { view, text } = await services.accessKeys.add({ name: 'k', rules }, by)
    const { cookie } = await services.consoleSessions.beginByKey(text.reveal(), 'request')
    const narrowed = [
      await watchAs(text.reveal()),
      await watch({
        cookie: `postern-console-${new URL(url).port}=${cookie.reveal()}`,
        'sec-fetch-site': 'same-origin',
      }),
    ]
    const all = await watchAs(keys.all)
    const fewer = [{ connections: ['acme'], verbs: ['read' as const] }]
    await services.accessKeys.update(view.id, { name: 'k', rules: fewer }, by)
    const beats = () => narrowed.map((one) => one.text().match(/^:$/gm)?.length ?? 0)
    const before = Math.max(...beats())
    await until(() => beats().every((count) => count > before + 1))
    await deed('plan.approve', 'other')
    await until(() => all.seen().has('plans'))
    await deed('connection.update', 'acme')
    await until(() => narrowed.every((one) => one.seen().size > 0))
    for (const one of narrowed) expect(one.seen()).toEqual(new Set(['connections']))
  })

  test('are told to a browser that is signed in, until it is signed out', async () => {
    const { url, keys, services, watch } = await serve()
    const { session, cookie } = await services.consoleSessions.beginByKey(keys.all, 'request')
    const headers = {
      cookie: `postern-console-${new URL(url).port}=${cookie.reveal()}`,
      'sec-fetch-site': 'same-origin',
    }
    const watched = await watch(headers)
    expect(watched.response.status).toBe(200)
    await services.consoleSessions.end(session.id, { actor: 'local' })
    await until(watched.isOver)
  })

  test('are not told to one caller many times over, and to nobody when the server stops', async () => {
    const { keys, changes, watchAs, send } = await serve()
    const all = await Promise.all(Array.from({ length: 16 }, () => watchAs(keys.acme)))
    const more = await send('GET', PATH, { key: keys.acme })
    expect([more.status, more.json?.['code']]).toEqual([429, 'changes_too_many'])
    changes.close()
    await until(() => all.every((watched) => watched.isOver()))
  })
})

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await isSo()) return
    await sleep(10)
  }
  throw new Error('It did not come to be so.')
}
