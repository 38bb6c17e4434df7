/** @module Audit rows that are written together: soon, each deed counted, and none lost. */

import type { Clock } from '@postern/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { AuditBatch } from '../../src/store/audit-batch.ts'
import { verifyAudit } from '../../src/store/verify-audit.ts'

const handOut = {
  actor: 'access-key:1',
  action: 'token.hand-out',
  connection: 'acme',
  outcome: 'ok',
}

describe.each(stores)('an audit batch on $name', ({ open }) => {
  let opened: TestStore
  let clock: HeldClock
  let batch: AuditBatch
  beforeAll(async () => {
    opened = await open()
    await sql`grant delete on audit to current_user`.execute(opened.store.db)
  })
  afterAll(() => opened.close())
  beforeEach(async () => {
    await opened.store.db.deleteFrom('audit').execute()
    await opened.store.db
      .updateTable('audit_head')
      .set({ seq: 0, hash: new Uint8Array(32) })
      .execute()
    clock = new HeldClock()
    batch = new AuditBatch({ store: opened.store, clock })
  })

  const rows = () => opened.store.db.selectFrom('audit').selectAll().orderBy('seq').execute()

  test('writes within a second of the first deed', async () => {
    await batch.add({ ...handOut, requestId: 'one' })
    expect(await rows()).toEqual([])
    expect(clock.waitMs).toBeLessThan(1_000)
    clock.release()
    await batch.flush()
    expect(await rows()).toMatchObject([
      { ...handOut, request_id: 'one', details: '{}', at: clock.now() },
    ])
  })

  test('counts the same deed of the same caller in one row, with the ids of its requests', async () => {
    for (let request = 0; request < 30; request++)
      await batch.add({ ...handOut, details: { scopes: ['a'] }, requestId: `id ${request}` })
    await batch.add({ ...handOut, details: { scopes: ['b'] }, requestId: 'other' })
    await batch.flush()
    const [counted, other] = await rows()
    const { requestIds, ...details } = JSON.parse(counted?.details ?? '')
    expect(details).toEqual({ scopes: ['a'], count: 30 })
    expect(requestIds).toHaveLength(20)
    expect(requestIds[19]).toBe('id 19')
    expect(JSON.parse(other?.details ?? '')).toEqual({ scopes: ['b'] })
    expect((await verifyAudit(opened.store)).breach).toBeUndefined()
  })

  test('has everything written once it is closed', async () => {
    for (let caller = 0; caller < 2_500; caller++)
      await batch.add({ ...handOut, actor: `access-key:${caller}` })
    await batch.close()
    expect(await rows()).toHaveLength(2_500)
  })

  test('takes nothing more while nothing can be written, and goes on by itself afterwards', async () => {
    await batch.add(handOut)
    await refuseRows()
    await expect(batch.flush()).rejects.toMatchObject({ code: 'audit_unwritable' })
    await expect(batch.add(handOut)).rejects.toMatchObject({ code: 'audit_unwritable' })
    await expect(batch.add(handOut)).rejects.toMatchObject({ code: 'audit_unwritable' })
    await takeRows()
    await batch.add({ ...handOut, outcome: 'later' })
    await batch.close()
    const outcomes = (await rows()).map(({ outcome, details }) => [outcome, details])
    expect(outcomes).toEqual([
      ['ok', '{}'],
      ['later', '{}'],
    ])
  })

  test('loses nothing of what it was given while a write failed', async () => {
    await batch.add(handOut)
    await refuseRows()
    const failing = batch.flush()
    await batch.add(handOut)
    await batch.add({ ...handOut, outcome: 'new' })
    await expect(failing).rejects.toMatchObject({ code: 'audit_unwritable' })
    await takeRows()
    await batch.close()
    const counts = (await rows()).map(({ outcome, details }) => [
      outcome,
      JSON.parse(details).count,
    ])
    expect(counts).toEqual([
      ['ok', 2],
      ['new', undefined],
    ])
  })

  /** What is written by and by where nobody asks for anything more. */
  const outcomesSoon = () =>
    expect.poll(
      async () => {
        clock.release()
        return (await rows()).map(({ outcome }) => outcome)
      },
      { timeout: 30_000 },
    )

  test('writes what it is given while it writes, though nobody asks again', async () => {
    await batch.add(handOut)
    clock.release()
    // By then the write is under way.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    await batch.add({ ...handOut, outcome: 'meanwhile' })
    await outcomesSoon().toEqual(['ok', 'meanwhile'])
    await batch.close()
  })

  test('writes what it could not write when it can, though nobody asks again', async () => {
    await batch.add(handOut)
    await refuseRows()
    clock.release()
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    // That is the write which is under way.
    await expect(batch.flush()).rejects.toMatchObject({ code: 'audit_unwritable' })
    await takeRows()
    await outcomesSoon().toEqual(['ok'])
    await batch.close()
  })

  test('says nothing of the statement that failed', async () => {
    await refuseRows()
    await batch.add(handOut)
    const error = await batch.flush().then(
      () => undefined,
      (thrown) => thrown,
    )
    expect(JSON.stringify(error)).not.toMatch(/violates|values|constraint/i)
    await takeRows()
    await batch.close()
  })

  /** A real refusal by the database, such as a full disk gives. */
  async function refuseRows(): Promise<void> {
    await sql`alter table audit add constraint "full" check (seq < 0) not valid`.execute(
      opened.store.db,
    )
  }

  async function takeRows(): Promise<void> {
    await sql`alter table audit drop constraint "full"`.execute(opened.store.db)
  }
})

/** A clock whose one sleep ends when the test says so. */
class HeldClock implements Clock {
  waitMs = 0
  #wake = () => {}
  readonly #now = new Date('2026-01-01T00:00:00Z')

  now(): Date {
    return this.#now
  }

  monotonicMs(): number {
    return 0
  }

  sleep(
    waitMs: number,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    this.waitMs = waitMs
    return new Promise((resolve, reject) => {
      this.#wake = resolve
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason))
    })
  }

  release(): void {
    this.#wake()
  }
}
