/** @module What the System Log tells of a feed's objects: never believed, but reason enough to read them again. */

import {
  ApiError,
  dateOf,
  hintFilter,
  type JsonObject,
  logRetentionDays,
  memberReader,
  PageError,
  readHints,
  scopeCovers,
  UpstreamError,
} from '@postern/core'
import { addRereads } from '../store/rereads.ts'
import { startAt } from './log-state.ts'
import { isLostLogCursor } from './lost-cursor.ts'
import { mirroredOf } from './mirroring.ts'
import { rereadDue } from './reread.ts'
import type { Stream, StreamContext } from './stream.ts'
import { momentIn, textIn } from './stream-state.ts'
import { readSweepState } from './sweep-state.ts'
import { untilStopped } from './until-stopped.ts'

/** How far the log was read. */
interface HintsState {
  /** The page that goes on; absent: from `since`. */
  readonly cursor?: string | undefined
  readonly since: Date
  /** Why no hints come; absent: they do. It is said once. */
  readonly refused?: string | undefined
}

const HINTS = 'hints'
const LOG = '/api/v1/logs'
const LOG_SCOPE = 'okta.logs.read'
const PAGE = 1_000
// What an event is about may be read a moment too early; and once more, for what is later still.
const DUE_MS = 30_000
const AGAIN_MS = 10 * 60_000
// Covers clocks inside Okta that differ, where the log is asked by time again.
const OVERLAP_MS = 15 * 60_000

const publishedOf = memberReader('published')

/**
 * The log hints of a feed of objects. Where the log cannot be read, whether for good or for now, the other streams do without
 * them, and the run says why.
 */
export const hints: Stream = {
  name: HINTS,
  read: (context) => untilStopped(context, () => readHinted(context)),
  describe: (state) => {
    const { refused, since } = parseHints(state)
    return refused === undefined ? `the log since ${since.toISOString()}` : 'without the log'
  },
}

async function readHinted(context: StreamContext): ReturnType<Stream['read']> {
  const { isBehind } = await pollHints(context)
  if (context.signal.aborted) return { more: true }
  const state = await readHintsState(context)
  const generation = (await readSweepState(context.spool))?.generation ?? 0
  const { more } = await rereadDue(context, {
    generation,
    commit: (work) =>
      context.spool.commit(HINTS, async () => ({
        state: hintsJson(state ?? { since: context.org.authorizer.now() }),
        records: await work(),
      })),
  })
  return { more: more || isBehind }
}

/** Reads what the log tells. Behind is who could not, though the log is open to it. */
async function pollHints(context: StreamContext): Promise<{ readonly isBehind: boolean }> {
  const earlier = await readHintsState(context)
  if (!(await mayReadLog(context))) {
    await refuse(context, earlier, `The token has no ${LOG_SCOPE}`)
    return { isBehind: false }
  }
  try {
    await pollFrom(context, earlier)
    return { isBehind: false }
  } catch (error) {
    if (context.signal.aborted || !isOfOrg(error)) throw error
    const { code, message, remedy } = error
    if (code === 'role_insufficient' || code === 'scope_insufficient') {
      await refuse(context, earlier, message.replace(/\.$/, ''))
      return { isBehind: false }
    }
    context.note(
      `The System Log told nothing of changes (${code}): ${message} ${remedy} Until it does, they are found by asking for them and by complete reads alone.`,
    )
    return { isBehind: true }
  }
}

async function pollFrom(context: StreamContext, earlier: HintsState | undefined): Promise<void> {
  const { spool, note } = context
  try {
    const state = earlier ?? { since: await readOrgTime(context) }
    if (earlier === undefined) {
      await spool.commit(HINTS, async () => ({ state: hintsJson(state), records: [] }))
    }
    await poll(context, { ...state, refused: undefined })
  } catch (error) {
    if (earlier?.cursor === undefined || !isLostLogCursor(error)) throw error
    note('The place in the log was refused: hints go on from a quarter of an hour before it.')
    await poll(context, { since: new Date(earlier.since.getTime() - OVERLAP_MS) })
  }
}

/** Whether it is what the org answered, or that it did not. */
function isOfOrg(error: unknown): error is ApiError | PageError | UpstreamError {
  return error instanceof ApiError || error instanceof PageError || error instanceof UpstreamError
}

async function poll(context: StreamContext, from: HintsState): Promise<void> {
  const { org, store, feed, spool, signal } = context
  const mirrored = mirroredOf(context)
  let state = from
  // What is older comes with the next complete read.
  const { since: begin } = startAt(from.since, org.authorizer.now(), logRetentionDays)
  const pages = org.pages(LOG, {
    query: {
      since: from.cursor === undefined ? begin.toISOString() : undefined,
      sortOrder: 'ASCENDING',
      filter: hintFilter(mirrored.hints),
    },
    limit: PAGE,
    mode: 'polling',
    cursor: from.cursor,
    priority: 'log',
    signal,
  })
  for await (const { records, cursor } of pages) {
    const keys = records.flatMap((event) => readHints(mirrored.hints, event))
    const last = records.at(-1)
    const since = (last && momentIn(publishedOf(last))) ?? state.since
    const next = {
      cursor: cursor ?? state.cursor,
      since: since > state.since ? since : state.since,
    }
    if (records.length === 0 && next.cursor === state.cursor) continue
    state = next
    const nowMs = org.authorizer.now().getTime()
    await spool.commit(HINTS, async () => {
      await addRereads(store, feed.id, keys, {
        dueAt: new Date(nowMs + DUE_MS),
        againAt: new Date(nowMs + DUE_MS + AGAIN_MS),
      })
      return { state: hintsJson(next), records: [] }
    })
  }
}

async function mayReadLog({ org, signal }: StreamContext): Promise<boolean> {
  const { token } = await org.authorizer.authorize({
    method: 'GET',
    url: `${org.url}${LOG}`,
    signal,
  })
  return token === undefined || scopeCovers(token.scopes, LOG_SCOPE)
}

/** Now, as the org has it: its answer to a question about the log. */
async function readOrgTime({ org, signal }: StreamContext): Promise<Date> {
  const query = { limit: 1, sortOrder: 'DESCENDING' }
  const { headers } = await org.request({ path: LOG, query, priority: 'log', signal })
  return momentIn(dateOf(headers)) ?? org.authorizer.now()
}

/** Goes on without hints, and says so once. */
async function refuse(
  { spool, note, org }: StreamContext,
  earlier: HintsState | undefined,
  refused: string,
): Promise<void> {
  if (earlier?.refused !== undefined) return
  note(
    `${refused}: changes are found by asking for them and by complete reads alone. Grant ${LOG_SCOPE} on the app's Okta API Scopes tab, and an admin role that shows the System Log, to hear of them within a minute.`,
  )
  const state = { ...(earlier ?? { since: org.authorizer.now() }), refused }
  await spool.commit(HINTS, async () => ({ state: hintsJson(state), records: [] }))
}

async function readHintsState({ spool }: StreamContext): Promise<HintsState | undefined> {
  const state = await spool.readState(HINTS)
  return state === undefined ? undefined : parseHints(state)
}

function parseHints(state: JsonObject): HintsState {
  return {
    cursor: textIn(state['cursor']),
    since: momentIn(state['since']) ?? new Date(0),
    refused: textIn(state['refused']),
  }
}

function hintsJson({ cursor, since, refused }: HintsState): JsonObject {
  return {
    ...(cursor === undefined ? {} : { cursor }),
    since: since.toISOString(),
    ...(refused === undefined ? {} : { refused }),
  }
}
