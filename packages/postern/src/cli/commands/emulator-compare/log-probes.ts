/** @module Probes of the System Log: cursors, bounds, and how late it is. */

import { parseLinks } from '@postern/core'
import { isRecord, rowsOf, type Seen } from './exchange-log.ts'
import { choice, notApplicable, type Probe, range, unclear } from './probe.ts'
import type { Subject } from './subject.ts'

const logs = '/api/v1/logs'
const scopes = ['okta.logs.read']
const TOKEN_EVENT = 'app.oauth2.token.grant.access_token'

const SECOND_MS = 1_000
const DAY_MS = 86_400 * SECOND_MS
const SETTLE_MS = 2 * SECOND_MS
const LAG_STEPS_MS = [1, 2, 4, 8, 16, 32].map((seconds) => seconds * SECOND_MS)

/** Questions about the System Log. */
export const logProbes: readonly Probe[] = [
  {
    assumption: 'emptyPollCursor',
    asks: 'two polling pages without events, with a token in between that the log tells of',
    scopes,
    needsServiceApp: true,
    async ask(subject) {
      if (!(await showsEvents(subject))) return notApplicable('The log shows no event.')
      const filter = 'eventType eq "no.such.event"'
      const query = { since: ago(subject, 60 * SECOND_MS), filter, limit: 100 }
      const first = await subject.get(logs, query)
      const cursor = nextAfter(first)
      if (rowsOf(first)?.length !== 0 || cursor === undefined) return unclear(first)
      // Something has to happen that the cursor could move behind.
      await subject.requestToken()
      await subject.wait(SETTLE_MS)
      const second = await subject.get(logs, { filter, limit: 100, after: cursor })
      const later = nextAfter(second)
      if (rowsOf(second)?.length !== 0 || later === undefined) return unclear(second)
      return choice(later === cursor ? 'kept' : 'advanced')
    },
  },
  {
    assumption: 'logSinceWithAfter',
    asks: 'a polling page, and the next one with both since and after',
    scopes,
    async ask(subject) {
      const since = ago(subject, DAY_MS)
      const first = await subject.get(logs, { since, limit: 1 })
      const after = nextAfter(first)
      if (after === undefined) return unclear(first)
      const seen = await subject.get(logs, { since, after, limit: 1 })
      if (rowsOf(seen)) return choice('after-wins')
      return seen.status === 400 ? choice('refused') : unclear(seen)
    },
  },
  {
    assumption: 'logUntil',
    asks: 'an event, and a bounded page whose until is the instant of that event',
    scopes,
    async ask(subject) {
      const bounds = { since: ago(subject, 30 * DAY_MS), until: ago(subject, 0) }
      const first = await subject.get(logs, { ...bounds, limit: 1, sortOrder: 'ASCENDING' })
      const [event] = rowsOf(first) ?? []
      if (!isRecord(event)) {
        return first.status === 200 ? notApplicable('The log shows no event.') : unclear(first)
      }
      const until = String(event['published'])
      const since = new Date(Date.parse(until) - SECOND_MS).toISOString()
      const seen = await subject.get(logs, { since, until, limit: 1_000 })
      const events = rowsOf(seen)
      if (events === undefined) return unclear(seen)
      const isThere = events.some((one) => isRecord(one) && one['uuid'] === event['uuid'])
      if (isThere) return choice('included')
      return events.length < 1_000 ? choice('excluded') : unclear(seen)
    },
  },
  {
    assumption: 'logLagMs',
    asks: 'a token, and the log for up to 32 s until it tells of it',
    scopes,
    needsServiceApp: true,
    async ask(subject) {
      if (!(await showsEvents(subject))) return notApplicable('The log shows no event.')
      // So that no token of a probe before is taken for this one.
      await subject.wait(SETTLE_MS)
      const made = await subject.requestToken()
      if (made.status !== 200) return unclear(made)
      const sinceMs = subject.orgNow().getTime() - SECOND_MS
      const filter = `eventType eq "${TOKEN_EVENT}"`
      const query = { since: new Date(sinceMs).toISOString(), filter, limit: 100 }
      let unseenMs = 0
      for (const stepMs of [0, ...LAG_STEPS_MS]) {
        await subject.wait(stepMs - unseenMs)
        const seen = await subject.get(logs, query)
        const events = rowsOf(seen)
        if (events === undefined) return unclear(seen)
        if (events.some((event) => isOwn(subject, event, sinceMs))) {
          return range(unseenMs, Math.max(stepMs, SECOND_MS))
        }
        unseenMs = stepMs
      }
      return range(unseenMs, Number.POSITIVE_INFINITY)
    },
  },
]

function ago(subject: Subject, byMs: number): string {
  return new Date(subject.orgNow().getTime() - byMs).toISOString()
}

/** The cursor in the next link of a page. */
function nextAfter({ headers }: Seen): string | undefined {
  const links = parseLinks(headers.get('link') ?? '') ?? []
  const next = links.find(({ relations }) => relations.includes('next'))
  const query = next?.target.split('?')[1]
  return query === undefined ? undefined : (new URLSearchParams(query).get('after') ?? undefined)
}

/** Whether the credential sees anything of the log: without a role it is empty, which says nothing of its cursors. */
async function showsEvents(subject: Subject): Promise<boolean> {
  const query = { since: ago(subject, 30 * DAY_MS), sortOrder: 'DESCENDING', limit: 1 }
  return (rowsOf(await subject.get(logs, query))?.length ?? 0) > 0
}

/** Whether an event is about the app, and not of a time before. Polling shows late ones, too. */
function isOwn({ serviceApp }: Subject, event: unknown, sinceMs: number): boolean {
  if (!isRecord(event) || serviceApp === undefined) return false
  if (!(Date.parse(String(event['published'])) >= sinceMs)) return false
  const named = JSON.stringify([event['actor'], event['client'], event['target']])
  return named.includes(JSON.stringify(serviceApp.clientId))
}
