import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leaksIn } from '../../../../../test/canary.ts'
import { sendRaw } from '../raw-http.ts'
import { type Desk, openDesk, reading, serveDesk } from './desk.ts'
import { connectHttp, eras } from './mcp-client.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ users: 2 })
})
afterAll(() => desk.close())

const serve = () => serveDesk(desk, { agent: [reading], other: [reading] })
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
const accept = 'application/json, text/event-stream'

describe('who is let in', () => {
  test.each(eras)('in the era %j nobody without an access key that is good', async (era) => {
    const { url } = await serve()
    const strange = 'postern_0123456789abcdef_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    await expect(connectHttp(url, strange, { era })).rejects.toThrow()
  })

  test.each(eras)('in the era %j an access key that is revoked ends what it began', async (era) => {
    const { url, keys, services } = await serve()
    const agent = await connectHttp(url, keys.agent, { era })
    expect((await agent.call('status')).isError).toBe(false)
    const id = /^postern_([0-9a-f]+)_/.exec(keys.agent)?.[1] ?? ''
    await services.accessKeys.revoke(id, { actor: 'local' })
    await expect(agent.call('status')).rejects.toThrow()
    await expect(agent.list()).rejects.toThrow()
  })

  test('no page of another origin, no other name of the server, and no other credential', async () => {
    const { send, url, keys } = await serve()
    const post = (headers: Readonly<Record<string, string>>) =>
      send('POST', '/mcp', { key: keys.agent, body: list, headers: { accept, ...headers } })
    expect((await post({})).status).toBe(200)
    expect((await post({ origin: 'https://evil.example' })).json).toMatchObject({
      code: 'request_cross_origin',
    })
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await post({ cookie: 'a=b' })).json).toMatchObject({ code: 'access_header_refused' })
    const headers = { host: 'rebound.example', authorization: `Bearer ${keys.agent}` }
    expect(await sendRaw(url, { path: '/mcp', headers })).toMatchObject({
      status: 421,
      code: 'request_host_unknown',
    })
  })
})

test('no answer of a tool, and no refusal, has a secret in it', async () => {
  const app = await serve()
  const keys = {
    agent: app.keys.agent,
    other: app.keys.other,
    signing: String(desk.org.app.key['d']),
  }
  const secretOf = (key: string) => key.split('_').slice(2).join('_')
  const marks = {
    agent: secretOf(keys.agent),
    other: secretOf(keys.other),
    signing: keys.signing,
    admin: desk.org.adminToken,
  }
  const agent = await connectHttp(app.url, keys.agent)
  const shown: unknown[] = [await agent.client.listTools()]
  for (const name of await agent.list())
    for (const args of [{}, { kind: 'user' }, { path: '/api/v1/apps' }, { code: keys.other }])
      shown.push(await agent.call(name, args).catch((error: unknown) => String(error)))
  shown.push(await agent.call('get', { path: `/api/v1/apps/${desk.org.app.clientId}` }))
  shown.push(await agent.call('get', { path: `/api/v1/${keys.other}` }))
  expect(shown.length).toBeGreaterThan(40)
  expect(leaksIn(JSON.stringify([shown, app.logged]), marks)).toEqual([])
})

describe('what is taken', () => {
  test('is one message at a time, without sessions or streams', async () => {
    const { send, keys } = await serve()
    const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      send('POST', '/mcp', { key: keys.agent, body, headers: { accept, ...headers } })
    const answer = await post(list)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.headers.has('mcp-session-id')).toBe(false)
    expect((await post([list, list])).json).toMatchObject({ code: 'request_invalid' })
    expect((await post('{')).json).toMatchObject({ code: 'request_malformed' })
    expect((await post({ ...list, params: { pad: 'x'.repeat(300_000) } })).status).toBe(413)
    expect((await post({ ...list, method: 'secrets/list' })).json).toMatchObject({
      error: { code: -32601 },
    })
    for (const method of ['GET', 'DELETE'])
      expect((await send(method, '/mcp', { key: keys.agent })).status).toBe(405)
  })

  test('is told in the log without what it said, and goes nowhere with the access key in it', async () => {
    const app = await serve()
    const agent = await connectHttp(app.url, app.keys.agent)
    await agent.call('get', { path: '/api/v1/users?limit=1' })
    await agent.call('find', { kind: 'user', name: 'somebody@example.com' })
    await app.services.auditBatch.flush()
    const audit = await app.send('GET', '/v1/audit?connection=acme')
    const rows = audit.json?.['rows']
    expect(rows).toContainEqual(expect.objectContaining({ action: 'org.call', outcome: 'ok' }))
    const shown = JSON.stringify([app.logged, rows])
    expect(shown).not.toContain('somebody@example.com')
    expect(shown).not.toContain(app.keys.agent)
  })
})
