/** @module What belongs to somebody else is, in every answer of every route, as if it were not there. */

import { startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { verbs } from '../../src/config/access-rules.ts'
import { Api } from '../../src/server/api.ts'
import { addRoutes } from '../../src/server/routes.ts'
import { serveApp } from './served-app.ts'

const declared = new Api()
addRoutes(declared)
const routes = declared.routes
  .map(({ route }) => route)
  .filter(({ access }) => typeof access === 'object' && access.connection === 'name')

describe.each(stores)('on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test('a connection of others is answered like one that nobody has, by every route that takes its name', async () => {
    const org = await startOrg()
    onTestFinished(org.close)
    const seal = await openTestSeal(opened.store)
    const { send, keys } = await serveApp({
      store: opened.store,
      services: { seal },
      keys: {
        mine: [{ connections: ['mine'], verbs: [...verbs] }],
        theirs: [{ connections: ['theirs'], verbs: [...verbs] }],
      },
    })
    for (const name of ['mine', 'theirs']) {
      const { url: orgUrl, app } = org
      const body = {
        name,
        orgUrl,
        clientId: app.clientId,
        key: JSON.stringify(app.key),
        force: true,
      }
      expect((await send('POST', '/v1/connections', { body })).status).toBe(201)
    }
    const upstream = async () =>
      (await send('GET', '/metrics')).text.match(/^postern_upstream_requests_total.*$/gm)
    const before = await upstream()
    expect(routes.length).toBeGreaterThan(5)
    for (const { method, path } of routes) {
      for (const [key, other] of [
        [keys.mine, 'theirs'],
        [keys.theirs, 'mine'],
      ] as const) {
        const ask = async (name: string) => {
          const answer = await send(method.toUpperCase(), path.replace('{name}', name), {
            key,
            ...(['get', 'head'].includes(method) ? {} : { body: {} }),
          })
          const text = answer.text.replaceAll(name, 'NAME')
          return { status: answer.status, text: text.replaceAll(idOf(answer.headers), 'ID') }
        }
        const there = await ask(other)
        expect([path, there.status]).toEqual([path, 404])
        expect(there).toEqual(await ask('nobody'))
      }
    }
    expect(await upstream()).toEqual(before)
    const listed = await send('GET', '/v1/connections', { key: keys.mine })
    expect(listed.text).toContain('"mine"')
    expect(listed.text).not.toContain('theirs')
    const audited = await send('GET', '/v1/audit', { key: keys.mine })
    expect(audited.text).not.toContain('"connection":"theirs"')
  })
})

function idOf(headers: Headers): string {
  return headers.get('x-request-id') ?? ''
}
