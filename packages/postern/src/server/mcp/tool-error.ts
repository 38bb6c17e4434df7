/** @module Why a tool does not do what it was called for. */

import { PosternError } from '@postern/core'

/** What can be wrong with the call of a tool, beside what its work runs into. */
export type ToolErrorCode =
  | 'tool_unknown'
  | 'tool_arguments_invalid'
  | 'tool_action_not_listed'
  | 'tool_connection_needed'
  | 'tool_cursor_invalid'

/** A call of a tool that is refused. */
export class ToolError extends PosternError<ToolErrorCode> {
  override readonly name = 'ToolError'
}

/** The refusal of a cursor that no answer gave. */
export function cursorInvalid(): ToolError {
  return new ToolError('tool_cursor_invalid', 'The cursor is none that this tool gave.', {
    remedy: 'Leave the cursor out, and begin with the first page.',
  })
}

/** The refusal of a tool that is not there, or of no use to this caller: nobody can tell them apart. */
export function toolUnknown(): ToolError {
  return new ToolError('tool_unknown', 'There is no tool of that name for this access key.', {
    remedy: 'List the tools; a tool is there where the access key and a connection allow it.',
  })
}
