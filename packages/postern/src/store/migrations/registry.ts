/** @module Every migration, in the order of its name. One that was released is never changed. */

import type { Migration } from 'kysely/migration'
import { first } from './0001-first.ts'
import { feeds } from './0002-feeds.ts'
import { records } from './0003-records.ts'
import { connectSessions } from './0004-connect-sessions.ts'
import { actions } from './0005-actions.ts'
import { consoleSessions } from './0006-console-sessions.ts'
import { runTimes } from './0007-run-times.ts'
import { auditSearch } from './0008-audit-search.ts'
import { listPages } from './0009-list-pages.ts'
import { lastUse } from './0010-last-use.ts'

/** By name; they are applied in alphabetical order. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-feeds': feeds,
  '0003-records': records,
  '0004-connect-sessions': connectSessions,
  '0005-actions': actions,
  '0006-console-sessions': consoleSessions,
  '0007-run-times': runTimes,
  '0008-audit-search': auditSearch,
  '0009-list-pages': listPages,
  '0010-last-use': lastUse,
}
