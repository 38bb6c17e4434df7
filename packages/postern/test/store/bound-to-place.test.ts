import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everythingShown } from '../../../../test/canary.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { readSecret } from '../../src/store/secrets.ts'
import { findUnopened, putSecrets, secretOf, secretPlaces } from './seeded-secrets.ts'

describe.each(stores)('a sealed secret on $name is bound to its place', ({ open }) => {
  const places = secretPlaces()
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
    await putSecrets(kept.store, seal, places)
    await sql`create table original as select *, row_number() over (
      order by connection_id, kind, label) - 1 as place from secret`.execute(kept.store.db)
  })
  afterAll(() => kept.close())

  /** Every row has the columns of the row so many places further on. */
  async function shift(by: number, columns: readonly string[]): Promise<void> {
    const changes = columns.map((column) => sql`${sql.ref(column)} = taken.${sql.ref(column)}`)
    await sql`update secret set ${sql.join(changes)} from original own, original taken
      where (secret.connection_id, secret.kind, secret.label) =
        (own.connection_id, own.kind, own.label)
      and taken.place = (own.place + ${by}) % ${places.length}`.execute(kept.store.db)
  }

  test.each([
    ['a whole row', ['key_version', 'wrapped_key', 'sealed']],
    ['a sealed text', ['sealed']],
    ['a wrapped key', ['wrapped_key']],
  ])('%s in the place of any other does not open, and the row is named', async (_what, columns) => {
    const every = ['key_version', 'wrapped_key', 'sealed']
    let refused = 0
    for (let by = 1; by < places.length; by++) {
      await shift(by, columns)
      for (const place of places) {
        const failed: unknown = await readSecret(kept.store, seal, place).catch((error) => error)
        expect(failed).toMatchObject({ code: 'seal_broken', details: place })
        if (by === 1) {
          const shown = everythingShown(failed)
          expect(places.filter((other) => shown.includes(secretOf(other)))).toEqual([])
        }
        refused++
      }
    }
    // Each of the 351 pairs, both ways.
    expect(refused).toBe(702)
    await shift(0, every)
    expect(await findUnopened(kept.store, seal, places)).toEqual([])
  })

  test.each([
    ['connection_id', 'renamed'],
    ['kind', 'header'],
    ['label', 'other'],
  ] as const)('a row whose %s was changed does not open', async (column, value) => {
    const [place] = secretPlaces(1)
    const { connectionId, kind, label } = place ?? expect.fail('no place')
    const moved = {
      connectionId: column === 'connection_id' ? value : connectionId,
      kind: column === 'kind' ? 'headers' : kind,
      label: column === 'label' ? value : label,
    } as const
    await kept.store.transaction(async () => {
      const { db } = kept.store
      const own = { connection_id: connectionId, kind, label }
      const changed = { ...own, [column]: column === 'kind' ? 'headers' : value }
      await db
        .deleteFrom('secret')
        .where('connection_id', '=', changed.connection_id)
        .where('kind', '=', changed.kind)
        .where('label', '=', changed.label)
        .execute()
      await sql`update secret set ${sql.ref(column)} = ${changed[column]} where
        (connection_id, kind, label) = (${connectionId}, ${kind}, ${label})`.execute(db)
      await expect(readSecret(kept.store, seal, moved)).rejects.toMatchObject({
        code: 'seal_broken',
        details: moved,
      })
      // As it was, for the next.
      await sql`update secret set ${sql.ref(column)} = ${own[column]} where
        (connection_id, kind, label) = (${moved.connectionId}, ${moved.kind}, ${moved.label})`.execute(
        db,
      )
    })
  })
})
