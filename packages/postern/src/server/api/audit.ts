/** @module Routes for the audit log. */

import { z } from '@hono/zod-openapi'
import type { AuditRow } from '../../store/audit-chain.ts'
import { listAudit } from '../../store/list-audit.ts'
import { type AuditEnd, verifyAudit } from '../../store/verify-audit.ts'
import type { Api } from '../api.ts'
import type { Services } from '../services.ts'
import { moment, momentOf } from '../span.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000

const auditRow = z
  .object({
    seq: z.int(),
    at: z.iso.datetime(),
    actor: z.string().describe('`access-key:ID`, `local` or `postern`.'),
    action: z.string(),
    connection: z.string().optional(),
    target: z.string().optional(),
    outcome: z.string().describe('`ok`, or the code of the error.'),
    requestId: z.string().optional(),
    details: z.record(z.string(), z.unknown()),
    hash: z.string().describe('SHA-256 of the row and the hash before, hexadecimal.'),
  })
  .openapi('AuditRow')
const auditEnd = z.object({ seq: z.int().min(0), hash: z.hex().length(64) }).openapi('AuditEnd')
const tag = 'audit'

/** Adds the routes. */
export function addAuditRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/audit',
      operationId: 'listAudit',
      tag,
      summary:
        'Lists what was done, the newest first, on the connections that the caller may manage.',
      access: { verb: 'admin', connection: 'any' },
      query: z.object({
        connection: z.string().optional(),
        actor: z.string().optional(),
        action: z
          .string()
          .max(500)
          .optional()
          .describe('One action, `connection.` for all of a concept, or several apart by commas.'),
        target: z.string().optional(),
        outcome: z
          .string()
          .optional()
          .describe('`ok`, the code of an error, or `refused` for every one.'),
        since: moment.optional(),
        until: moment.optional(),
        before: z.coerce
          .number()
          .int()
          .positive()
          .optional()
          .describe('`next` of the page before.'),
        limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
      }),
      answer: z.object({
        rows: z.array(auditRow),
        next: z.int().optional().describe('Where the next page begins; absent at the end.'),
      }),
      list: { rows: 'rows', cursor: 'before', pageRows: 1_000 },
    },
    async ({ services, caller, query }) => {
      const { since, until, limit } = query
      await writeWaiting(services)
      const rows = await listAudit(services.store, {
        ...query,
        connections: caller.permissions.connectionsFor('admin'),
        since: momentOf(since),
        until: momentOf(until),
      })
      return { rows: rows.map(viewOf), next: rows.length < limit ? undefined : rows.at(-1)?.seq }
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/audit/verify',
      operationId: 'verifyAudit',
      tag,
      summary:
        'Goes over the whole audit log and finds the first row that is not as it was written.',
      access: { verb: 'admin' },
      body: z.strictObject({
        known: auditEnd
          .optional()
          .describe('The end of an earlier answer; a log that was cut off before it is found out.'),
      }),
      bodyOptional: true,
      event: z.object({ rows: z.int() }),
      answer: z.object({
        intact: z.boolean(),
        end: auditEnd.describe('The last row that is as it was written, as are all before it.'),
        breach: z
          .object({
            seq: z.int(),
            kind: z.enum(['changed', 'missing', 'moved', 'cut-off', 'unexpected']),
          })
          .optional(),
      }),
    },
    async ({ services, body, signal, tell }) => {
      await writeWaiting(services)
      const known = body.known && { ...body.known, hash: Buffer.from(body.known.hash, 'hex') }
      const { end, breach } = await verifyAudit(services.store, {
        known,
        signal,
        onRows: (rows) => tell({ rows }),
      })
      return { intact: breach === undefined, end: endOf(end), breach }
    },
  )
}

/** What was handed out a moment ago is in the log too. A log that cannot be written can still be read. */
async function writeWaiting({ auditBatch }: Services): Promise<void> {
  await auditBatch.flush().catch(() => undefined)
}

function viewOf(row: AuditRow): z.input<typeof auditRow> {
  const { seq, at, actor, action, connection, target, outcome, request_id, details, hash } = row
  return {
    seq,
    at: at.toISOString(),
    actor,
    action,
    connection: connection ?? undefined,
    target: target ?? undefined,
    outcome,
    requestId: request_id ?? undefined,
    details: JSON.parse(details),
    hash: Buffer.from(hash).toString('hex'),
  }
}

function endOf({ seq, hash }: AuditEnd): z.input<typeof auditEnd> {
  return { seq, hash: Buffer.from(hash).toString('hex') }
}
