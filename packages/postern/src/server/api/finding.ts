/** @module A finding of the doctor, as the API tells it. */

import { z } from '@hono/zod-openapi'

/** One thing that a check found. */
export const finding = z
  .object({
    check: z.string(),
    code: z.string().optional().describe('Absent where there is nothing to name.'),
    status: z.enum(['ok', 'information', 'warning', 'failed', 'unknown', 'skipped']),
    certainty: z.enum(['proven', 'likely']),
    observed: z.string(),
    remedy: z.string().optional(),
    details: z.record(z.string(), z.unknown()),
  })
  .openapi('Finding')
