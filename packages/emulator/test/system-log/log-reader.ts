/** An org with a Super Admin and a clock that the test moves, and a reader of its System Log over HTTP. */

import { TestClock } from '../../../../test/test-clock.ts'
import { type RunningOrg, type StartOptions, startOrg } from '../../src/index.ts'
import type { EventDraft } from '../../src/system-log/event.ts'

/** An event as a client sees it. */
export interface ShownEvent {
  readonly uuid: string
  readonly eventType: string
  readonly published: string
  readonly actor: { readonly id: string }
  readonly outcome: { readonly result: string }
  readonly target: readonly { readonly id: string; readonly type: string }[] | null
  readonly transaction: { readonly type: string }
}

/** A page as a client sees it. */
export interface Page {
  readonly status: number
  readonly text: string
  /** The parsed body: events or an error. */
  readonly body: readonly ShownEvent[] & {
    readonly errorCode?: string
    readonly errorSummary?: string
  }
  readonly uuids: readonly string[]
  readonly self: string | undefined
  readonly next: string | undefined
  /** The cursor of the next link. */
  readonly after: string | undefined
}

/** An org and its log. */
export interface LogOrg extends RunningOrg {
  readonly clock: TestClock
  /** Reads by query parameters or by a link. */
  read(query?: Readonly<Record<string, string>> | string): Promise<Page>
  /** Follows next links until a page is empty or has none. */
  readAll(query?: Readonly<Record<string, string>>): Promise<readonly ShownEvent[]>
  /** Makes something happen. */
  write(eventType: string, draft?: Partial<EventDraft>): void
}

/** Monday noon; every test of the log begins then. */
export const startMs = Date.parse('2026-03-30T12:00:00.000Z')

/** Starts the org. It has 50 users and no events. */
export async function startLogOrg(options: StartOptions = {}): Promise<LogOrg> {
  const clock = new TestClock(new Date(startMs))
  const size = { users: 50, groups: 5, apps: 3 }
  const running = await startOrg({
    clock,
    edition: 'unlimited',
    keyType: 'EC',
    ...size,
    ...options,
  })
  const { adminToken, org } = running
  const read: LogOrg['read'] = async (query = {}) => {
    // A token that nobody used for a month would be refused.
    for (const token of org.apiTokens) {
      org.apiTokens.put({ ...token, lastUsedMs: org.time.secondMs() })
    }
    const url =
      typeof query === 'string' ? query : `${running.url}/api/v1/logs?${new URLSearchParams(query)}`
    const response = await fetch(url, { headers: { Authorization: `SSWS ${adminToken}` } })
    const text = await response.text()
    const body = text === '' ? undefined : JSON.parse(text)
    const next = linkOf(response.headers.get('link'), 'next')
    return {
      status: response.status,
      text,
      body,
      uuids: Array.isArray(body) ? body.map(({ uuid }: ShownEvent) => uuid) : [],
      self: linkOf(response.headers.get('link'), 'self'),
      next,
      after:
        next === undefined ? undefined : (new URL(next).searchParams.get('after') ?? undefined),
    }
  }
  return {
    ...running,
    clock,
    read,
    readAll: async (query = {}) => {
      const events: ShownEvent[] = []
      for (let page = await read(query); page.body.length > 0; page = await read(page.next)) {
        events.push(...page.body)
        if (page.next === undefined) break
      }
      return events
    },
    write: (eventType, draft = {}) =>
      org.record({
        what: 'user',
        op: 'updated',
        id: '00u0000000000000TEST',
        events: [{ eventType, displayMessage: eventType, ...draft }],
      }),
  }
}

function linkOf(header: string | null, relation: string): string | undefined {
  return new RegExp(`<([^>]*)>; rel="${relation}"`).exec(header ?? '')?.[1]
}
