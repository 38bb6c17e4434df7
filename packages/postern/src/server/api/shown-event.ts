/** @module An event as the API tells it: what a list of them has room for, out of the text that Okta sent. */

import { z } from '@hono/zod-openapi'
import { member, textOf } from '../../sinks/stored-records.ts'
import type { ReadEvent } from '../../store/read-events.ts'

const text = z.string().optional()
const who = { id: text, type: text, login: text, name: text }

/** One event. */
export const event = z
  .object({
    uuid: z.string(),
    published: z.iso.datetime(),
    eventType: text,
    severity: text,
    outcome: text,
    reason: text.describe('Why it came out so.'),
    message: text,
    actor: z.object(who).optional(),
    targets: z.array(z.object(who)),
    ip: text,
    session: text,
    transaction: text,
  })
  .openapi('Event')

const MOST_TARGETS = 100

/** An event as it is shown. */
export function shownEvent(row: ReadEvent): z.input<typeof event> {
  const value: unknown = JSON.parse(row.raw)
  const actor = whoOf(member(value, 'actor'))
  const targets = member(value, 'target')
  return {
    uuid: row.uuid,
    published: row.published.toISOString(),
    eventType: row.eventType ?? undefined,
    severity: row.severity ?? undefined,
    outcome: row.outcome ?? undefined,
    reason: textOf(member(value, 'outcome', 'reason')) ?? undefined,
    message: textOf(member(value, 'displayMessage')) ?? undefined,
    ...(Object.values(actor).every((part) => part === undefined) ? {} : { actor }),
    targets: (Array.isArray(targets) ? targets : []).slice(0, MOST_TARGETS).map(whoOf),
    ip: row.clientIp ?? undefined,
    session: row.sessionId ?? undefined,
    transaction: row.transactionId ?? undefined,
  }
}

function whoOf(value: unknown) {
  return {
    id: textOf(member(value, 'id')) ?? undefined,
    type: textOf(member(value, 'type')) ?? undefined,
    login: textOf(member(value, 'alternateId')) ?? undefined,
    name: textOf(member(value, 'displayName')) ?? undefined,
  }
}
