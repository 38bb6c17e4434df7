/** @module A run of a feed, as the API tells it. */

import { z } from '@hono/zod-openapi'
import type { RunRow } from '../../store/runs.ts'

/** One run. */
export const run = z
  .object({
    id: z.string(),
    trigger: z.enum(['schedule', 'request', 'continuation']),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    outcome: z
      .enum(['ok', 'partial', 'failed', 'interrupted', 'fenced'])
      .optional()
      .describe('Absent while it is under way.'),
    report: z.object({
      records: z.int(),
      emitted: z.int(),
      batches: z.int(),
      requests: z.int(),
      waitedMs: z.number(),
      cursors: z.record(
        z.string(),
        z.object({ before: z.string().optional(), after: z.string().optional() }),
      ),
      confirmed: z.record(z.string(), z.int()),
      notes: z.array(z.string()),
      error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }).optional(),
    }),
  })
  .openapi('Run')

/** A run as it is shown. */
export function shownRun({ id, trigger, started_at, ended_at, outcome, report }: RunRow) {
  return {
    id,
    trigger,
    startedAt: started_at.toISOString(),
    endedAt: ended_at?.toISOString(),
    outcome: outcome ?? undefined,
    report: { ...report, notes: [...report.notes] },
  }
}
