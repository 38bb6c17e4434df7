/** @module The tool that says what an error code means and what to do. */

import { explainError } from '@postern/core'
import { z } from 'zod'
import { defineTool } from '../tool.ts'

/** `explain_error` */
export const explainErrorTool = defineTool({
  name: 'explain_error',
  title: 'Explain an error',
  description:
    "What an error code of Postern's or Okta's (E0000006, invalid_client, scope_not_granted) means, and what to do.",
  input: z.strictObject({
    code: z.string().min(1).max(128),
    status: z.int().min(100).max(599).optional(),
    message: z.string().max(2_000).optional().describe("Okta's description"),
  }),
  effect: 'read',
  needs: 'nothing',
  isOffered: () => true,
  run: async ({ input }) => {
    const meanings = explainError(input.code, input)
    return meanings.length > 0 ? { code: input.code, meanings } : { code: input.code, known: false }
  },
})
