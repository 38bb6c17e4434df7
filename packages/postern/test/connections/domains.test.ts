/** @module The custom domains that are allowed. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { Domains } from '../../src/connections/domains.ts'
import { insertConnection } from '../../src/store/connections.ts'

const by = { actor: 'local', requestId: 'r-1' }

describe.each(stores)('custom domains on $name', ({ open }) => {
  const clock = new TestClock()
  let opened: TestStore
  let domains: Domains

  beforeAll(async () => {
    opened = await open()
    domains = new Domains({ store: opened.store, clock })
  })
  afterAll(() => opened.close())
  beforeEach(async () => {
    await opened.store.db.deleteFrom('domain').execute()
    await opened.store.db.deleteFrom('connection').execute()
  })

  /** What the audit log says since it had so many rows. */
  async function audited(since: number) {
    const rows = await opened.store.db
      .selectFrom('audit')
      .select(['action', 'target', 'outcome', 'actor', 'request_id'])
      .orderBy('seq')
      .execute()
    return rows.slice(since)
  }

  const connect = (name: string, orgUrl: string) =>
    insertConnection(
      opened.store,
      { id: name, name, orgUrl, kind: 'api-token', settings: {} },
      clock.now(),
    )

  test('a domain is allowed as its host, whatever was written around it', async () => {
    const { host } = await domains.allow(' https://Login.Acme.COM/admin ', by)
    expect(host).toBe('login.acme.com')
    expect(await domains.hosts()).toEqual(['login.acme.com'])
  })

  test('a domain that is allowed twice is there once, with the time and one audit row of the first', async () => {
    const before = (await audited(0)).length
    const first = await domains.allow('login.acme.com', by)
    clock.advance(60_000)
    expect(await domains.allow('LOGIN.acme.com', by)).toEqual(first)
    expect(await domains.list()).toEqual([first])
    const row = { target: 'login.acme.com', outcome: 'ok', actor: 'local', request_id: 'r-1' }
    expect(await audited(before)).toEqual([{ ...row, action: 'domain.allow' }])
  })

  test('a host that is none, or looks like one of Okta, is refused and nothing is kept', async () => {
    for (const [text, code] of [
      ['203.0.113.7', 'org_url_ip_literal'],
      ['acme.okta.com', 'domain_of_okta'],
      ['acme.okta.com.example.net', 'domain_look_alike'],
    ] as const) {
      await expect(domains.allow(text, by)).rejects.toMatchObject({ code })
    }
    expect(await domains.hosts()).toEqual([])
  })

  test('a domain that connections use stays, and they are named', async () => {
    await domains.allow('login.acme.com', by)
    await connect('zeta', 'https://login.acme.com')
    await connect('alpha', 'https://login.acme.com')
    await connect('other', 'https://acme.okta.com')
    const [domain] = await domains.list()
    expect(domain?.connections).toEqual(['alpha', 'zeta'])
    await expect(domains.remove('login.acme.com', by)).rejects.toMatchObject({
      code: 'domain_in_use',
      message: expect.stringContaining('alpha, zeta use it'),
      details: { host: 'login.acme.com', connections: ['alpha', 'zeta'] },
    })
    expect(await domains.hosts()).toEqual(['login.acme.com'])
  })

  test('a domain that nothing uses is removed, and that is in the audit log', async () => {
    await domains.allow('login.acme.com', by)
    const before = (await audited(0)).length
    await domains.remove('Login.acme.com.', by)
    expect(await domains.hosts()).toEqual([])
    expect(await audited(before)).toMatchObject([
      { action: 'domain.remove', target: 'login.acme.com', outcome: 'ok' },
    ])
    await expect(domains.remove('login.acme.com', by)).rejects.toMatchObject({
      code: 'domain_not_found',
    })
  })
})
