/** @module Runs an action that reads for a tool. */

import { getAction, runAction } from '@postern/core'
import type { ToolCall } from './tool.ts'

/** Which action, of which connection, with what. */
export interface ReadRun {
  readonly connection: string
  readonly action: string
  readonly given: object
}

/** What the action answers, without what only changes have. */
export async function runRead(
  { services, by, signal }: Omit<ToolCall<unknown>, 'input'>,
  { connection, action, given }: ReadRun,
): Promise<object> {
  const { org } = await services.connections.open(connection)
  const { objects, result, notes } = await runAction(org, getAction(action), given, { signal })
  await services.auditBatch.add({
    ...by,
    action: 'action.run',
    connection,
    target: action,
    outcome: 'ok',
  })
  return { connection, objects, result, ...(notes.length > 0 ? { notes } : {}) }
}
