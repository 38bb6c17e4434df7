/** @module Runs an action that reads for a tool. */

import { answerBytes } from './answer.ts'
import { fitValue } from './fit.ts'
import type { ToolCall } from './tool.ts'

/** Which action, of which connection, with what. */
export interface ReadRun {
  readonly connection: string
  readonly action: string
  readonly given: object
}

const AROUND_BYTES = 2_048

/** What the action answers, without what only changes have. */
export async function runRead(
  { services, caller, by, signal }: Omit<ToolCall<unknown>, 'input'>,
  { connection, action, given }: ReadRun,
): Promise<object> {
  const asked = { connection, action, arguments: given, dryRun: true }
  const rights = caller.permissions
  const { answer } = await services.actions.run(asked, { by, rights }, { signal })
  const { objects, result, notes } = answer
  const shown = {
    objects: fitValue(objects, AROUND_BYTES),
    result: fitValue(result ?? null, answerBytes.usual - 3 * AROUND_BYTES),
    ...(notes.length > 0 ? { notes: fitValue(notes, AROUND_BYTES) } : {}),
  }
  return { connection, ...shown }
}
