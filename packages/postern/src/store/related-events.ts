/** @module How many events have something in common with one: who acted, the session, the request. */

import { countUpTo } from './event-figures.ts'
import type { EventQuery } from './event-search.ts'
import type { ReadEvent } from './read-events.ts'
import type { Store } from './store.ts'

/** More are not counted. */
export const MOST_RELATED = 1_000

/** What a group of events has in common. */
export type Relation = 'actor' | 'session' | 'transaction'

/** Events that have something in common, the one that is asked about among them. */
export interface RelatedEvents {
  readonly relation: Relation
  /** What they have in common. */
  readonly value: string
  /** At most {@link MOST_RELATED}. */
  readonly count: number
}

/** The groups that an event belongs to. */
export async function countRelated(
  store: Store,
  event: ReadEvent,
): Promise<readonly RelatedEvents[]> {
  const { connectionId, actorId, actorLogin, sessionId, transactionId } = event
  const common = [
    ['actor', actorId === null || actorId === 'unknown' ? actorLogin : actorId],
    ['session', sessionId],
    ['transaction', transactionId],
  ] as const
  const known = common.flatMap(([relation, value]) =>
    value === null || value === '' ? [] : [{ relation, value }],
  )
  const counts = await countUpTo(
    store,
    known.map(
      ({ relation, value }): EventQuery => ({ connectionIds: [connectionId], [relation]: value }),
    ),
    MOST_RELATED,
  )
  return known.map((group, index) => ({ ...group, count: counts[index] ?? 0 }))
}
