/** @module The audit log: what was written is found as it was, and every change to it is found out. */

import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { appendAudit } from '../../src/store/audit.ts'
import { type AuditRow, hashOfRow } from '../../src/store/audit-chain.ts'
import { listAudit } from '../../src/store/list-audit.ts'
import type { Store } from '../../src/store/store.ts'
import { verifyAudit } from '../../src/store/verify-audit.ts'

const COUNT = 5

describe.each(stores)('the audit log on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
    await grantChanges(opened.store)
  })
  afterAll(() => opened.close())
  beforeEach(async () => {
    const { db } = opened.store
    await db.deleteFrom('audit').execute()
    await db
      .updateTable('audit_head')
      .set({ seq: 0, hash: new Uint8Array(32) })
      .execute()
    for (let entry = 1; entry <= COUNT; entry++)
      await appendAudit(opened.store, {
        actor: `access-key:${entry}`,
        action: 'connection.connect',
        connection: 'acme',
        target: 'x',
        outcome: 'ok',
        requestId: `request ${entry}`,
        details: { entry, text: 'a "quoted" \u2028 ümlaut' },
      })
  })

  test('is intact as it was written, and its end can be kept elsewhere', async () => {
    const { end, breach } = await verifyAudit(opened.store)
    expect([breach, end.seq]).toEqual([undefined, COUNT])
    await appendAudit(opened.store, { actor: 'local', action: 'domain.allow', outcome: 'ok' })
    expect((await verifyAudit(opened.store, { known: end })).breach).toBeUndefined()
  })

  test('an empty one is intact', async () => {
    await opened.store.db.deleteFrom('audit').execute()
    await opened.store.db
      .updateTable('audit_head')
      .set({ seq: 0, hash: new Uint8Array(32) })
      .execute()
    const { end, breach } = await verifyAudit(opened.store)
    expect([breach, end.seq]).toEqual([undefined, 0])
  })

  const changes: Partial<AuditRow>[] = [
    { at: new Date(0) },
    { actor: 'local' },
    { action: 'connection.remove' },
    { connection: 'other' },
    { connection: null },
    { target: 'y' },
    { outcome: 'access_denied' },
    { request_id: 'request 9' },
    { request_id: null },
    { details: '{}' },
    { hash: new Uint8Array(32) },
  ]
  test.each(changes.map((change) => [Object.keys(change)[0], change] as const))(
    'another %s in a row is found out, with the number of the row',
    async (_member, change) => {
      for (const seq of [1, 3, COUNT]) {
        const before = await rowOf(seq)
        await update(seq, change)
        const { breach, end } = await verifyAudit(opened.store)
        expect([breach, end.seq]).toEqual([{ seq, kind: 'changed' }, seq - 1])
        await update(seq, before)
      }
      expect((await verifyAudit(opened.store)).breach).toBeUndefined()
    },
  )

  test('another hash of the row before is found out', async () => {
    await update(3, { previous_hash: new Uint8Array(32) })
    expect((await verifyAudit(opened.store)).breach).toEqual({ seq: 3, kind: 'changed' })
  })

  test('a row that was changed with its own hash made new is found out at the next', async () => {
    await rewrite(3, { actor: 'local' })
    expect((await verifyAudit(opened.store)).breach).toEqual({ seq: 4, kind: 'moved' })
  })

  test('a last row that was changed with its own hash made new is found out', async () => {
    await rewrite(COUNT, { actor: 'local' })
    expect((await verifyAudit(opened.store)).breach).toEqual({ seq: COUNT, kind: 'changed' })
  })

  test.each([1, 3])('a missing row %i is found out', async (seq) => {
    await remove(seq)
    expect((await verifyAudit(opened.store)).breach).toEqual({ seq, kind: 'missing' })
  })

  test('two rows in each other’s place are found out', async () => {
    await update(2, { seq: 100 })
    await update(3, { seq: 2 })
    await update(100, { seq: 3 })
    expect((await verifyAudit(opened.store)).breach).toEqual({ seq: 2, kind: 'changed' })
  })

  test('rows that are cut off at the end are found out', async () => {
    await remove(COUNT)
    expect((await verifyAudit(opened.store)).breach).toEqual({ seq: COUNT, kind: 'cut-off' })
  })

  test('so are those cut off together with the mark of the end, by an end that was kept', async () => {
    const { end } = await verifyAudit(opened.store)
    await remove(COUNT)
    const { hash } = await rowOf(COUNT - 1)
    await opened.store.db
      .updateTable('audit_head')
      .set({ seq: COUNT - 1, hash })
      .execute()
    expect((await verifyAudit(opened.store)).breach).toBeUndefined()
    expect((await verifyAudit(opened.store, { known: end })).breach).toEqual({
      seq: COUNT,
      kind: 'cut-off',
    })
    await appendAudit(opened.store, { actor: 'local', action: 'domain.allow', outcome: 'ok' })
    expect((await verifyAudit(opened.store, { known: end })).breach).toEqual({
      seq: COUNT,
      kind: 'changed',
    })
  })

  test('a row that nobody appended is found out', async () => {
    const last = await rowOf(COUNT)
    await opened.store.db
      .insertInto('audit')
      .values({ ...last, seq: COUNT + 1, previous_hash: last.hash })
      .execute()
    expect((await verifyAudit(opened.store)).breach).toEqual({ seq: COUNT + 1, kind: 'unexpected' })
  })

  test('rows of several writers at once are in one chain', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () =>
        appendAudit(opened.store, { actor: 'local', action: 'domain.allow', outcome: 'ok' }),
      ),
    )
    const { end, breach } = await verifyAudit(opened.store)
    expect([breach, end.seq]).toEqual([undefined, COUNT + 20])
  })

  test('more rows than one statement and one page take are in one chain', async () => {
    const entry = { actor: 'local', action: 'token.hand-out', outcome: 'ok' }
    await appendAudit(opened.store, Array(2_500).fill(entry))
    const told: number[] = []
    const { end, breach } = await verifyAudit(opened.store, { onRows: (rows) => told.push(rows) })
    expect([breach, end.seq, told]).toEqual([
      undefined,
      COUNT + 2_500,
      [1_000, 2_000, COUNT + 2_500],
    ])
  })

  test('a change that is taken back leaves no row', async () => {
    const failing = opened.store.transaction(async () => {
      await appendAudit(opened.store, { actor: 'local', action: 'domain.allow', outcome: 'ok' })
      throw new Error('taken back')
    })
    await expect(failing).rejects.toThrow('taken back')
    expect((await verifyAudit(opened.store)).end.seq).toBe(COUNT)
  })

  test('is listed the newest first, a page at a time, by what is asked for', async () => {
    const at = new Date('2020-01-01T00:00:00Z')
    await appendAudit(opened.store, { actor: 'local', action: 'domain.allow', outcome: 'ok', at })
    const seqs = async (query: Partial<Parameters<typeof listAudit>[1]>) =>
      (await listAudit(opened.store, { limit: 100, ...query })).map(({ seq }) => seq)
    expect(await seqs({ limit: 2 })).toEqual([6, 5])
    expect(await seqs({ limit: 2, before: 5 })).toEqual([4, 3])
    expect(await seqs({ actor: 'access-key:2' })).toEqual([2])
    expect(await seqs({ action: 'domain.allow' })).toEqual([6])
    expect(await seqs({ action: 'connection.' })).toEqual([5, 4, 3, 2, 1])
    expect(await seqs({ action: 'domain.allow,connection.' })).toEqual([6, 5, 4, 3, 2, 1])
    expect(await seqs({ action: 'domain.allow,none' })).toEqual([6])
    expect(await seqs({ connection: 'acme', limit: 1 })).toEqual([5])
    expect(await seqs({ connections: ['other'] })).toEqual([])
    expect(await seqs({ until: new Date('2021-01-01T00:00:00Z') })).toEqual([6])
    expect(await seqs({ since: at, limit: 1 })).toEqual([6])
    expect(await seqs({ since: new Date('2021-01-01T00:00:00Z'), limit: 1 })).toEqual([5])
  })

  async function rowOf(seq: number): Promise<AuditRow> {
    return opened.store.db
      .selectFrom('audit')
      .selectAll()
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow()
  }

  async function update(seq: number, change: Partial<AuditRow>): Promise<void> {
    await opened.store.db.updateTable('audit').set(change).where('seq', '=', seq).execute()
  }

  async function remove(seq: number): Promise<void> {
    await opened.store.db.deleteFrom('audit').where('seq', '=', seq).execute()
  }

  /** Changes a row as somebody would who knows how hashes are made. */
  async function rewrite(seq: number, change: Partial<AuditRow>): Promise<void> {
    const row = { ...(await rowOf(seq)), ...change }
    await update(seq, { ...change, hash: hashOfRow(row) })
  }
})

test('the role that PostgreSQL knows Postern as adds rows and changes none', async () => {
  const opened = await stores.find(({ name }) => name === 'PostgreSQL')?.open()
  if (opened === undefined) throw new Error('there is no PostgreSQL')
  onTestFinished(() => opened.close())
  const { store } = opened
  await appendAudit(store, { actor: 'local', action: 'domain.allow', outcome: 'ok' })
  const denied = /permission denied/
  await expect(store.db.updateTable('audit').set({ actor: 'x' }).execute()).rejects.toThrow(denied)
  await expect(store.db.deleteFrom('audit').execute()).rejects.toThrow(denied)
})

/** Somebody with more rights than Postern. */
async function grantChanges({ db }: Store): Promise<void> {
  await sql`grant update, delete on audit to current_user`.execute(db)
}
