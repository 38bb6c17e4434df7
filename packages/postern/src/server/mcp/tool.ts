/** @module What a tool is: what it takes and says of itself, who is offered it, and what it does. */

import type { z } from 'zod'
import type { Caller } from '../../store/audit.ts'
import type { RequestCaller } from '../caller.ts'
import type { Services } from '../services.ts'
import type { Reach } from './reach.ts'

/** One call of a tool, its arguments judged. */
export interface ToolCall<Input> {
  readonly input: Input
  readonly services: Services
  readonly caller: RequestCaller
  /** The caller, for the audit log. */
  readonly by: Caller
  readonly reach: Reach
  /** Aborts when the caller is gone, or has cancelled. */
  readonly signal: AbortSignal
}

/** One tool, declared once. What it says of itself is the same for everybody: no text of a directory is in it. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string
  /** As people say it. */
  readonly title: string
  /** For the model: what it is for, and what it cannot do. */
  readonly description: string
  readonly input: Input
  /** `plan` keeps something in Postern and changes nothing in the org; `change` changes the org. */
  readonly effect: 'read' | 'plan' | 'change'
  /** What an access key needs for it, for the documents. */
  readonly needs: string
  /** Whether it could do anything for this caller. What could not is not listed. */
  isOffered(reach: Reach): boolean
  /** What it answers, as JSON; it is made safe and short before it is sent. */
  run(call: ToolCall<z.output<Input>>): Promise<object>
}

/** A tool whose arguments have the types of its schema. */
export function defineTool<Input extends z.ZodObject>(tool: Tool<Input>): Tool {
  // The types of a tool hold between its schema and its work; to the server all tools are alike.
  return tool as unknown as Tool
}
