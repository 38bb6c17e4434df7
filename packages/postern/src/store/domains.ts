/** @module The table of custom domains that the operator allows. */

import type { Selectable } from 'kysely'
import type { DomainTable } from './schema.ts'
import type { Store } from './store.ts'

/** A domain that is allowed. */
export type DomainRow = Readonly<Selectable<DomainTable>>

/** Allows a domain. False where it was allowed already. */
export async function insertDomain(store: Store, host: string, now: Date): Promise<boolean> {
  const inserted = await store.db
    .insertInto('domain')
    .values({ host, created_at: now })
    .onConflict((conflict) => conflict.column('host').doNothing())
    .returning('host')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Every domain that is allowed, by host. */
export function readDomains(store: Store): Promise<readonly DomainRow[]> {
  return store.db.selectFrom('domain').selectAll().orderBy('host').execute()
}

/** The domain of a host; undefined where it is not allowed. */
export function findDomain(store: Store, host: string): Promise<DomainRow | undefined> {
  return store.db.selectFrom('domain').selectAll().where('host', '=', host).executeTakeFirst()
}

/** Allows a domain no longer. False where it was not allowed. */
export async function deleteDomain(store: Store, host: string): Promise<boolean> {
  const deleted = await store.db
    .deleteFrom('domain')
    .where('host', '=', host)
    .returning('host')
    .executeTakeFirst()
  return deleted !== undefined
}

/** The connections whose orgs are called by custom domains, each with its host. */
export async function readDomainUses(
  store: Store,
): Promise<readonly { readonly host: string; readonly connection: string }[]> {
  const rows = await store.db.selectFrom('connection').select(['name', 'org_url']).execute()
  return rows.map(({ name, org_url }) => ({ host: new URL(org_url).host, connection: name }))
}
