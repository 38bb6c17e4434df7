/** @module An action as an operator declares it, as JSON: of a file, and of the API's body. */

import { type JsonValue, parameterKinds } from '@postern/core'
import { z } from 'zod'

const text = (maxCharacters: number) => z.string().max(maxCharacters)

const parameter = z.strictObject({
  name: text(32).describe('In camelCase.'),
  kind: z
    .enum(parameterKinds)
    .describe('`user`, `group` and `app` are found first, and stand for their ids.'),
  description: text(200).describe('A sentence.'),
  required: z.boolean().optional().describe('Default: true.'),
  choices: z.array(text(128)).max(100).optional().describe('What a text may be.'),
  max: z.int().optional().describe('Characters at most of a text; default 512.'),
})

/** The members of a declared action, less its name. What they hold is judged by the action they make. */
export const actionDeclaration = z
  .strictObject({
    title: text(80).describe('As people say it.'),
    summary: text(400).describe('What it does, in a sentence.'),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
    path: text(512).describe('Such as /api/v1/users/{user}/lifecycle/reset_factors.'),
    query: z
      .record(text(64), z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe('A text that is {name} stands for that parameter.'),
    body: z
      .unknown()
      .optional()
      .describe('JSON; a text in it that is {name} stands for that parameter.'),
    effect: z.enum(['read', 'change']).optional().describe('By its method: GET and HEAD read.'),
    destructive: z.boolean().optional().describe('Default: whether the method is DELETE.'),
    scopes: z.array(text(128)).min(1).max(50).describe('All are needed.'),
    roles: z.array(text(64)).max(50).optional().describe('Each allows it; the least first.'),
    parameters: z.array(parameter).max(20).optional(),
    connections: z
      .array(text(64))
      .min(1)
      .max(1_000)
      .optional()
      .describe('The connections that it is for. Default: every one.'),
  })
  .meta({ id: 'ActionDeclaration' })

/** A declared action, as the schema reads it. */
export type ActionDeclarationMembers = z.output<typeof actionDeclaration>

/** What core takes, and the connections beside it. */
export function declarationOf({ connections, ...declaration }: ActionDeclarationMembers) {
  const entries = Object.entries(declaration).filter(([, value]) => value !== undefined)
  return {
    declaration: Object.fromEntries(entries) as Readonly<Record<string, JsonValue>>,
    connections,
  }
}
