/** @module Every tool there is, in the order they are listed. */

import type { Tool } from './tool.ts'
import { audit } from './tools/audit.ts'
import { applyChange, listChanges, planChange, planStatus } from './tools/changes.ts'
import { doctor } from './tools/doctor.ts'
import { explainErrorTool } from './tools/explain-error.ts'
import { feeds } from './tools/feeds.ts'
import { checkMembership, find } from './tools/find.ts'
import { get } from './tools/get.ts'
import { logs } from './tools/logs.ts'
import { status } from './tools/status.ts'
import { count, query } from './tools/stored.ts'

/** The tools. */
export const tools: readonly Tool[] = [
  status,
  find,
  checkMembership,
  get,
  logs,
  query,
  count,
  doctor,
  explainErrorTool,
  feeds,
  audit,
  listChanges,
  planChange,
  planStatus,
  applyChange,
]
