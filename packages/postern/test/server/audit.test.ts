/** @module The audit log over the API, and what happens while it cannot be written. */

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { appendAudit } from '../../src/store/audit.ts'
import { refuseRows, takeRows } from './refused-rows.ts'
import { serveApp } from './served-app.ts'

const newKey = { name: 'robot', rules: [{ connections: ['acme'], verbs: ['read'] }] }

describe.each(stores)('the audit log on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
    await sql`grant update on audit to current_user`.execute(opened.store.db)
  })
  afterAll(() => opened.close())

  const serve = () =>
    serveApp({
      store: opened.store,
      keys: {
        acmeAdmin: [{ connections: ['acme'], verbs: ['admin', 'read'] }],
        reader: [{ connections: ['*'], verbs: ['read'] }],
        caller: [{ connections: ['acme'], verbs: ['proxy'], paths: ['/api/v1/users'] }],
      },
    })

  test('shows who did what, with the id of the request', async () => {
    const { send } = await serve()
    const added = await send('POST', '/v1/access-keys', { body: newKey })
    const { json } = await send('GET', '/v1/audit?action=access-key.add&limit=1')
    expect(json).toEqual({
      rows: [
        {
          seq: expect.any(Number),
          at: expect.any(String),
          actor: 'local',
          action: 'access-key.add',
          target: added.json?.['id'],
          outcome: 'ok',
          requestId: added.headers.get('x-request-id'),
          details: newKey,
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      next: expect.any(Number),
    })
  })

  test('is paged to its beginning', async () => {
    const { send } = await serve()
    const seqs: number[] = []
    let next: unknown
    do {
      const before = next === undefined ? '' : `&before=${next}`
      const { json } = await send('GET', `/v1/audit?limit=3${before}`)
      const rows = json?.['rows'] as { seq: number }[]
      seqs.push(...rows.map(({ seq }) => seq))
      next = json?.['next']
    } while (next !== undefined)
    expect(seqs).toEqual(Array.from(seqs, (_, index) => seqs.length - index))
    expect(seqs.length).toBeGreaterThan(3)
  })

  test('shows a caller what was done on the connections that it may manage, and nothing else', async () => {
    const { send, keys } = await serve()
    const row = { actor: 'local', action: 'connection.update', outcome: 'ok' }
    await appendAudit(
      opened.store,
      ['acme', 'other'].map((connection) => ({ ...row, connection })),
    )
    const { json } = await send('GET', '/v1/audit', { key: keys.acmeAdmin })
    const rows = json?.['rows'] as { connection: string }[]
    expect(new Set(rows.map(({ connection }) => connection))).toEqual(new Set(['acme']))
    const other = await send('GET', '/v1/audit?connection=other', { key: keys.acmeAdmin })
    expect(other.json).toEqual({ rows: [] })
  })

  test('is verified, and a row that was changed is named', async () => {
    const { send } = await serve()
    const intact = await send('POST', '/v1/audit/verify')
    expect(intact.json).toMatchObject({ intact: true })
    await opened.store.db.updateTable('audit').set({ actor: 'x' }).where('seq', '=', 2).execute()
    const headers = { accept: 'application/jsonl' }
    const { lines } = await send('POST', '/v1/audit/verify', { headers, body: {} })
    expect(lines.at(-1)).toMatchObject({
      result: { intact: false, breach: { seq: 2, kind: 'changed' }, end: { seq: 1 } },
    })
    await opened.store.db
      .updateTable('audit')
      .set({ actor: 'local' })
      .where('seq', '=', 2)
      .execute()
  })

  test('has a row for a change that was refused, at most ten at once for one caller', async () => {
    const { send, keys, services } = await serve()
    for (let attempt = 0; attempt < 12; attempt++)
      await send('POST', '/v1/access-keys', { key: keys.reader, body: newKey })
    await services.auditBatch.flush()
    const actor = `access-key:${keys.reader.split('_')[1]}`
    const { json } = await send('GET', `/v1/audit?actor=${actor}`)
    const rows = json?.['rows'] as { details: { count: number } }[]
    expect(rows[0]).toMatchObject({
      action: 'access.refuse',
      target: 'addAccessKey',
      outcome: 'access_denied',
    })
    const counted = rows.reduce((sum, { details }) => sum + (details.count ?? 1), 0)
    expect(counted).toBeGreaterThanOrEqual(10)
    expect(counted).toBeLessThan(12)
  })

  test.each([
    [{ method: 'DELETE', path: '/api/v1/users/00u1' }, 'proxy_method_not_allowed'],
    [{ path: '/api/v1/groups' }, 'proxy_path_not_allowed'],
  ])('has a row for a call of the org that was refused: %j', async (body, code) => {
    const { send, keys, services } = await serve()
    const key = keys.caller
    const refused = await send('POST', '/v1/connections/acme/request', { key, body })
    expect(refused.json).toMatchObject({ status: 403, code })
    await services.auditBatch.flush()
    const { json } = await send('GET', `/v1/audit?actor=access-key:${key.split('_')[1]}`)
    expect(json?.['rows']).toMatchObject([
      { action: 'access.refuse', connection: 'acme', target: 'sendRequest', outcome: code },
    ])
  })

  describe('while it cannot be written', () => {
    test('changes are refused, status can still be read, and it mends by itself', async () => {
      const { send } = await serve()
      await refuseRows(opened.store)
      const refused = await send('POST', '/v1/access-keys', {
        body: { ...newKey, name: 'refused' },
      })
      expect([refused.status, refused.json?.['code']]).toEqual([503, 'audit_unwritable'])
      const listed = await send('GET', '/v1/access-keys')
      expect(listed.status).toBe(200)
      expect(listed.text).not.toContain('refused')
      expect((await send('GET', '/v1/audit')).status).toBe(200)
      await takeRows(opened.store)
      expect((await send('POST', '/v1/access-keys', { body: newKey })).status).toBe(201)
      expect((await send('POST', '/v1/audit/verify')).json).toMatchObject({ intact: true })
    })
  })
})
