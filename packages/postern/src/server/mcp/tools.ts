/** @module The tools as a caller has them: those that are of use to it are listed, and no other is run. */

import { PosternError, showHostile } from '@postern/core'
import { z } from 'zod'
import { answerWith, refusalOf, type ToolAnswer } from './answer.ts'
import type { Reach } from './reach.ts'
import { tools } from './registry.ts'
import type { Tool, ToolCall } from './tool.ts'
import { ToolError, toolUnknown } from './tool-error.ts'

/** A tool as it is listed. */
export interface DescribedTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: { readonly type: 'object' }
  readonly annotations: {
    readonly readOnlyHint: boolean
    readonly destructiveHint?: boolean
    readonly idempotentHint?: boolean
  }
}

/** The tools that are of use to a caller. */
export function describeTools(reach: Reach): DescribedTool[] {
  return tools.filter((tool) => tool.isOffered(reach)).map(describe)
}

/** Calls a tool. It never throws: what goes wrong is an answer too. */
export async function callTool(
  { name, arguments: given = {} }: { readonly name: string; readonly arguments?: unknown },
  call: Omit<ToolCall<unknown>, 'input'>,
): Promise<ToolAnswer> {
  try {
    const tool = tools.find((known) => known.name === name && known.isOffered(call.reach))
    if (tool === undefined) throw toolUnknown()
    return answerWith(await tool.run({ ...call, input: judge(tool, given) }))
  } catch (thrown) {
    const { requestId } = call.by
    if (!(thrown instanceof PosternError) && !call.signal.aborted)
      call.services.log.error({ requestId, tool: name, err: thrown }, 'a tool failed')
    return refusalOf(thrown)
  }
}

function describe({ name, title, description, input, effect }: Tool): DescribedTool {
  // What a model needs to know; the rest is judged all the same, and said where it matters.
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input', override: leaveOut })
  return {
    name,
    title,
    description,
    inputSchema: { ...schema, type: 'object' },
    annotations: {
      readOnlyHint: effect === 'read',
      ...(effect === 'read' ? {} : { destructiveHint: effect === 'change', idempotentHint: true }),
    },
  }
}

const UNTOLD = [
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'minItems',
  'propertyNames',
] as const

function leaveOut({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  for (const name of UNTOLD) delete jsonSchema[name]
  if (jsonSchema['additionalProperties'] === false) delete jsonSchema['additionalProperties']
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum']
}

function judge({ name, input }: Tool, given: unknown): Record<string, unknown> {
  const { data, error } = input.safeParse(given)
  if (data !== undefined) return data
  const problems = error.issues.map(({ path, message, ...issue }) => ({
    argument: path.join('.'),
    // The names of strange arguments may be anything.
    observed:
      issue.code === 'unrecognized_keys' ? 'There is an argument that it does not take.' : message,
  }))
  const [first] = problems
  const said = showHostile(`${first?.argument ?? ''}: ${first?.observed}`.replace(/^: /, ''))
  throw new ToolError('tool_arguments_invalid', `${name}: ${said}`, {
    remedy: `It takes ${Object.keys(input.shape).join(', ') || 'no arguments'}.`,
    details: { problems: problems.slice(0, 20) },
  })
}
