/** @module Every row of the matrix of actions, and the actions that have none, with the reason. */

import { appRows } from './app-rows.ts'
import { groupRows } from './group-rows.ts'
import type { ActionRow } from './row.ts'
import { userRows } from './user-rows.ts'

/** One row at least for each action. */
export const rows: readonly ActionRow[] = [...groupRows, ...appRows, ...userRows]

/** Actions that fit into no row, and where they are tried instead. */
export const elsewhere: Readonly<Record<string, string>> = {
  'user.expire_sessions':
    'is a change each time; packages/core/test/actions/user-lifecycle.test.ts',
  request: 'names no object; packages/core/test/actions/request.test.ts',
  'request.change': 'names no object; packages/core/test/actions/request.test.ts',
}
