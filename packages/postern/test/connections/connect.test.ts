import { Secret } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { ConnectionError } from '../../src/config/connection-form.ts'
import type { Connections } from '../../src/connections/connections.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, codeOf, openConnections, valuesOfApp } from './kept.ts'

describe.each(stores)('a connection kept on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let connections: Connections
  let org: RunningOrg
  const onRequest = vi.fn()
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
    org = await startOrg({ keyType: 'EC', users: 3 })
    connections = await openConnections(kept, { seal, onRequest })
  })
  afterAll(async () => {
    await org.close()
    await kept.close()
  })

  const audit = () =>
    kept.store.db
      .selectFrom('audit')
      .select(['actor', 'action', 'connection', 'outcome', 'request_id'])
      .orderBy('seq')
      .execute()

  test('is tried out first, and then reads the org by its name alone', async () => {
    const told: string[] = []
    const { row, findings } = await connections.connect(
      { name: 'acme', values: { ...valuesOfApp(org), description: 'Directory' } },
      by,
      { onFinding: ({ check }) => told.push(check) },
    )
    expect(row).toMatchObject({
      name: 'acme',
      description: 'Directory',
      kind: 'service-app',
      org_url: org.url,
      client_id: org.app.clientId,
      revision: 1,
      doctor: { status: 'ok', problems: [] },
      settings: { scopes: [...org.app.scopes].sort(), publicJwk: { kid: org.app.key.kid } },
    })
    expect(told).toEqual(findings.map(({ check }) => check))
    expect(told).toContain('reading')
    const { org: client } = await connections.open('acme')
    const users = await client.request({ path: '/api/v1/users' })
    expect(users.json()).toHaveLength(3)
    expect(await audit()).toEqual([
      {
        actor: 'access-key:test',
        action: 'connection.connect',
        connection: 'acme',
        outcome: 'ok',
        request_id: 'request-1',
      },
    ])
  })

  test('opens again after a restart of the process', async () => {
    const again = await openConnections(kept, { seal })
    const { org: client, tokens } = await again.open('acme')
    await client.request({ path: '/api/v1/groups' })
    expect((await tokens?.token())?.type).toBe('Bearer')
  })

  test('shows no private key in any row', async () => {
    const dump = await kept.dump()
    const { d } = org.app.key
    for (const encoding of ['utf8', 'hex', 'base64'] as const) {
      expect(dump).not.toContain(Buffer.from(String(d)).toString(encoding).slice(0, 20))
    }
  })

  test('is kept once under its name', async () => {
    const again = connections.connect({ name: 'acme', values: valuesOfApp(org) }, by)
    expect(await codeOf(again)).toBe('connection_exists')
    expect(await connections.list()).toHaveLength(1)
    expect((await audit()).at(-1)).toMatchObject({ outcome: 'connection_exists' })
  })

  test('with values that cannot be used is refused with all of them at once', async () => {
    const values = { orgUrl: 'acme.auth0.com', clientId: '', key: new Secret('none'), scopes: '' }
    const error: unknown = await connections
      .connect({ name: 'No Name', values, wants: 'okta.nothing*' }, by)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConnectionError)
    expect((error as ConnectionError).problems.map(({ member, code }) => [member, code])).toEqual([
      ['name', 'connection_name'],
      ['orgUrl', 'org_url_not_okta_domain'],
      ['clientId', 'client_id_empty'],
      ['key', 'key_unrecognised'],
      ['scopes', 'scope_empty'],
      ['wants', 'scope_wildcard'],
    ])
  })

  test('that does not sign in is not kept, unless it is forced', async () => {
    const request = {
      name: 'wrong',
      values: { ...valuesOfApp(org), clientId: '0oaWRONG000000000000' },
    }
    const refused: { code?: string; details?: { findings?: { code?: string }[] } } =
      await connections.connect(request, by).then(
        () => ({}),
        (error) => error,
      )
    expect(refused.code).toBe('connection_unusable')
    expect(refused.details?.findings?.map(({ code }) => code)).toEqual(['app_unknown'])
    expect(await codeOf(connections.get('wrong'))).toBe('connection_not_found')
    const { row } = await connections.connect({ ...request, force: true }, by)
    expect(row.doctor).toMatchObject({ status: 'failed', problems: ['app_unknown'] })
  })

  test('with an API token opens too, and has no tokens to give', async () => {
    const values = { orgUrl: org.url, apiToken: new Secret(org.adminToken) }
    await connections.connect({ name: 'by-token', values }, by)
    const { org: client, tokens } = await connections.open('by-token')
    expect(tokens).toBeUndefined()
    expect((await client.request({ path: '/api/v1/users/me' })).status).toBe(200)
    expect(await kept.dump()).not.toContain(org.adminToken)
  })

  test('of an API token has no scheduled rotation', async () => {
    const values = { orgUrl: org.url, apiToken: new Secret(org.adminToken) }
    const refused = connections.connect({ name: 'later', values, rotationIntervalDays: 30 }, by)
    await expect(refused).rejects.toMatchObject({
      problems: [{ member: 'rotationIntervalDays', code: 'rotation_not_possible' }],
    })
  })

  test('to this machine is neither kept nor opened without dev', async () => {
    const server = await openConnections(kept, { seal, dev: false })
    await expect(
      server.connect({ name: 'local', values: valuesOfApp(org) }, by),
    ).rejects.toMatchObject({ problems: [{ member: 'orgUrl' }] })
    expect(await codeOf(server.open('acme'))).toMatch(/^org_url_/)
  })

  test('is gone with all that belongs to it once it is removed, and what is under way ends', async () => {
    const opened = await connections.open('acme')
    org.faults.on('timeout')
    const seen = onRequest.mock.calls.length
    const underWay = codeOf(opened.org.request({ path: '/api/v1/users' }))
    await vi.waitFor(() => expect(onRequest.mock.calls.length).toBe(seen + 1))
    const row = await connections.remove('acme', by)
    org.faults.off('timeout')
    expect(await underWay).toBe('connection_not_found')
    expect(opened.signal.aborted).toBe(true)
    expect(await codeOf(connections.open('acme'))).toBe('connection_not_found')
    expect(await codeOf(opened.org.request({ path: '/api/v1/users' }))).toBe('connection_not_found')
    expect((await kept.dump()).split('-- audit')[0]).not.toContain(row.id)
    expect((await audit()).at(-1)).toMatchObject({ action: 'connection.remove', outcome: 'ok' })
  })
})
