/** @module Some of the objects that a feed knows, to ask the org whether it still shows them. */

import { randomBytes, randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { MirrorRow } from './mirror.ts'
import type { Store } from './store.ts'

/** What a sample leaves out. */
export interface MirrorExcept {
  readonly ids?: readonly string[]
  /** All that is behind it. */
  readonly parent?: string
  /** What is to be read again, as something happened to it. */
  readonly isListed?: boolean
}

/** An object of a sample. */
export type SampledObject = Pick<MirrorRow, 'id' | 'parent'>

/** Of which objects a sample is taken: of all that are known, or of those that a complete read saw. */
export interface SampledMirror {
  readonly feedId: string
  readonly kind: string
  readonly generation?: number | undefined
}

/**
 * Some objects that are there, to ask whether they can still be seen: all, where there are no more; else from random places in
 * the order of their ids, so that they lie behind different parents.
 */
export async function sampleMirror(
  store: Store,
  of: SampledMirror,
  { except, limit }: { readonly except: MirrorExcept; readonly limit: number },
): Promise<readonly SampledObject[]> {
  const others = othersInMirror(store, of, except)
  const first = await others
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  if (first.length <= limit) return first
  const last = await others.orderBy('id', 'desc').limit(1).executeTakeFirst()
  const sample = new Map<string, SampledObject>()
  for (let place = 0; place < limit; place++) {
    const from = randomIdBetween(first[0]?.id ?? '', last?.id ?? '')
    const found = await others.where('id', '>=', from).orderBy('id').limit(1).executeTakeFirst()
    if (found !== undefined) sample.set(found.id, found)
  }
  for (const one of first) if (sample.size < limit) sample.set(one.id, one)
  return [...sample.values()]
}

function othersInMirror(
  store: Store,
  of: SampledMirror,
  { ids = [], parent, isListed }: MirrorExcept,
) {
  let query = store.db
    .selectFrom('mirror as m')
    .select(['id', 'parent'])
    .where('feed_id', '=', of.feedId)
    .where('kind', '=', of.kind)
    .where('deleted_at', 'is', null)
  if (of.generation !== undefined) query = query.where('generation', '>=', of.generation)
  if (ids.length > 0) query = query.where('id', 'not in', ids)
  if (parent !== undefined) query = query.where('parent', '!=', parent)
  if (isListed !== true) return query
  return query.where(
    sql<boolean>`not exists (select from reread r
      where r.feed_id = m.feed_id and r.kind = m.kind and r.id in (m.id, m.parent))`,
  )
}

/** Where the first of two ids has another character than the last one, any between them, and any behind it. */
function randomIdBetween(first: string, last: string): string {
  let at = 0
  while (at < first.length && first[at] === last[at]) at++
  const [low = 0, high = 0] = [first.charCodeAt(at), last.charCodeAt(at)].toSorted((a, b) => a - b)
  const next = low < high ? String.fromCharCode(randomInt(low, high + 1)) : ''
  return first.slice(0, at) + next + randomBytes(4).toString('hex')
}
