/** @module Reads the audit log, a page at a time, the newest row first. */

import { sql } from 'kysely'
import type { AuditRow } from './audit-chain.ts'
import { literal } from './record-page.ts'
import type { Store } from './store.ts'

/** Which rows. */
export interface AuditQuery {
  readonly connection?: string | undefined
  /** Rows of these connections only. */
  readonly connections?: readonly string[] | undefined
  readonly actor?: string | undefined
  readonly target?: string | undefined
  /** An action, or a concept and its dot for all of its actions (`connection.`), or several of these with commas between them. */
  readonly action?: string | undefined
  /** `ok`, or the code of an error; `refused`: every other than `ok`. */
  readonly outcome?: string | undefined
  /** This instant and later. */
  readonly since?: Date | undefined
  /** Before this instant. */
  readonly until?: Date | undefined
  /** Rows before this number only: the last one of the page before. */
  readonly before?: number | undefined
  readonly limit: number
}

/** The rows of one page. */
export async function listAudit(store: Store, asked: AuditQuery): Promise<readonly AuditRow[]> {
  const { connection, connections, actor, target, action, outcome } = asked
  const { since, until, before, limit } = asked
  let query = store.db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(limit)
  if (connection !== undefined) query = query.where('connection', '=', connection)
  if (connections !== undefined) query = query.where('connection', 'in', [...connections])
  if (actor !== undefined) query = query.where('actor', '=', actor)
  if (target !== undefined) query = query.where('target', '=', target)
  if (outcome === 'refused') query = query.where('outcome', '!=', 'ok')
  else if (outcome !== undefined) query = query.where('outcome', '=', outcome)
  if (action !== undefined)
    query = query.where((where) => where.or(action.split(',').map(isAction)))
  if (since !== undefined) query = query.where('at', '>=', since)
  if (until !== undefined) query = query.where('at', '<', until)
  if (before !== undefined) query = query.where('seq', '<', before)
  return query.execute()
}

function isAction(action: string) {
  return action.endsWith('.')
    ? sql<boolean>`action like ${`${literal(action)}%`}`
    : sql<boolean>`action = ${action}`
}
