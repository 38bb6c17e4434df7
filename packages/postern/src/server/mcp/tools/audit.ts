/** @module The tool that reads the audit log. */

import { z } from 'zod'
import { listAudit } from '../../../store/list-audit.ts'
import { fitItems } from '../fit.ts'
import { connection, maxKb, moment } from '../parameters.ts'
import { defineTool } from '../tool.ts'

const need = { verb: 'admin' } as const

/** `audit` */
export const audit = defineTool({
  name: 'audit',
  title: 'Audit log',
  description:
    'What was done through Postern, by whom and how it ended, the newest first. action is one, or a concept with a dot: plan. Go on with before.',
  input: z.strictObject({
    actor: z.string().max(128).optional(),
    action: z.string().max(128).optional(),
    since: moment.optional(),
    until: moment.optional(),
    before: z.int().positive().optional(),
    limit: z.int().min(1).max(200).default(50),
    maxKb,
    connection,
  }),
  effect: 'read',
  needs: '`admin`',
  isOffered: (reach) => reach.having(need).length > 0,
  run: async ({ input, services, caller, reach }) => {
    const { since, until, limit, maxKb: kb, connection: name, ...which } = input
    const rowsOf = name === undefined ? reach.having(need) : [reach.require(need, name)]
    // What is about no connection is for those who may manage all of them.
    const isAll = name === undefined && !reach.isNarrowed && caller.may('admin')
    // A log that cannot be written can still be read.
    await services.auditBatch.flush().catch(() => undefined)
    const rows = await listAudit(services.store, {
      ...which,
      connections: isAll ? undefined : rowsOf.map((row) => row.name),
      since: since === undefined ? undefined : new Date(since),
      until: until === undefined ? undefined : new Date(until),
      limit,
    })
    const shown = rows.map(({ seq, at, actor, action, connection, target, outcome, details }) => ({
      ...{ seq, at, actor, action, connection, target, outcome },
      details: JSON.parse(details),
    }))
    const { items, taken } = fitItems(shown, kb * 1_024)
    const isEnd = taken === rows.length && rows.length < limit
    return { rows: items, ...(isEnd ? {} : { before: rows[taken - 1]?.seq }) }
  },
})
