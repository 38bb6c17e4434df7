/** @module The System Log: what happened in an org, each event once. */

import { PageError } from '../org/page.ts'
import { decodeCursor, encodeCursor, textOf } from './cursor-text.ts'
import type { Batch, Input, ReadOptions } from './input.ts'
import { memberReader } from './member-reader.ts'

const DAY_MS = 86_400_000
const DEFAULT_SPAN_MS = DAY_MS

// Covers clocks inside Okta that differ: what is stored later was published at most this much earlier than a page shows.
const OVERLAP_MS = 15 * 60_000

/** How far back Okta keeps events, in days. */
export const logRetentionDays = 90

// Repeats stand close to each other: a page that came twice, or the edge of two windows.
const REMEMBERED_EVENTS = 20_000

const uuidOf = memberReader('uuid')
const publishedOf = memberReader('published')

/**
 * `/api/v1/logs`.
 *
 * Without `until` it polls: every event in the order in which Okta stored it, late ones too, and the run ends at the
 * first page that is not full. Its last cursor is where the next run begins, and no event falls between. With `until` it
 * reads a closed piece of history in the order of publishing, in which what Okta stores later is missing.
 *
 * @see Okta, "System Log query" - polling and bounded requests
 */
export const systemLog: Input = {
  name: 'system-log',
  title: 'System Log',
  plural: 'events',
  resource: '/api/v1/logs',
  scopes: ['okta.logs.read'],
  roles: ['READ_ONLY_ADMIN'],
  sync: 'incremental',
  cursor: 'The place in the log behind the last event, in the order in which Okta stored them.',
  takesSince: true,
  takesUntil: true,
  pageLimit: 1_000,
  bucket: '/api/v1/logs',
  everyOrgHas: 'every org has events of the last 90 days',
  columns: ['published', 'eventType', 'outcome.result', 'actor.alternateId', 'client.ipAddress'],
  async *read(org, options) {
    const start = startOf(options, org.authorizer.now().getTime())
    const isNew = firstTimes(REMEMBERED_EVENTS)
    let given = 0
    for (let next: Position | undefined = start.position; next !== undefined; ) {
      const { page: cursor, since } = next
      next = undefined
      const pages = org.pages(systemLog.resource, {
        query: { since, until: start.until, sortOrder: 'ASCENDING' },
        limit: systemLog.pageLimit,
        mode: start.until === undefined ? 'polling' : 'list',
        priority: options.priority ?? 'log',
        cursor,
        signal: options.signal,
      })
      for await (const { records, limit, cursor: page } of pages) {
        const isFull = records.length >= limit
        const fresh = records.filter((record) => isNew(uuidOf(record)))
        given += fresh.length
        const position =
          page === undefined ? behind(records, fresh, { ...start, isFull }) : { page }
        yield {
          records: fresh,
          ...cursorOf(position, start),
          ...(isFull ? remainingOf(records, start, given) : { remaining: 0 }),
        }
        if (page !== undefined || !isFull) continue
        if (fresh.length === 0 && start.until === undefined) throw linkMissing()
        next = position
      }
    }
  },
}

/** A place in the log: a page that Okta linked to, or a time. */
interface Position {
  readonly page?: string | undefined
  readonly since?: string | undefined
}

interface Start {
  readonly position: Position
  /** Of a bounded request; absent for polling. */
  readonly until?: string | undefined
  readonly sinceMs?: number
  readonly nowMs: number
}

function startOf(options: ReadOptions, nowMs: number): Start {
  const { cursor, since, until } = options
  if (cursor !== undefined) {
    const state = decodeCursor(systemLog.name, cursor)
    const position = { page: textOf(state, 'page'), since: textOf(state, 'since') }
    return { position, until: textOf(state, 'until'), nowMs }
  }
  const endMs = Math.min(until?.getTime() ?? nowMs, nowMs)
  // Okta keeps no more, and refuses to be asked for twice as much.
  const oldestMs = nowMs - logRetentionDays * DAY_MS
  const sinceMs = Math.max(since?.getTime() ?? endMs - DEFAULT_SPAN_MS, oldestMs)
  const position = { since: instant(sinceMs) }
  return { position, until: until && instant(until.getTime()), sinceMs, nowMs }
}

/**
 * The place behind a page that came without the link to it; some of its events will come again. For polling, a while before
 * them. A closed piece of history, which is in the order of time, goes on at the last of them, and ends with a page that
 * is not full or brought nothing new.
 */
function behind(
  records: readonly Uint8Array[],
  fresh: readonly Uint8Array[],
  { position, sinceMs = 0, until, isFull }: Start & { readonly isFull: boolean },
): Position | undefined {
  const isEnd = !isFull || fresh.length === 0
  if (until !== undefined && isEnd) return undefined
  const moments = records.flatMap((record) => momentOf(record) ?? [])
  if (moments.length === 0) return position
  if (until !== undefined) return { since: instant(Math.max(...moments)) }
  return { since: instant(Math.max(sinceMs, Math.min(...moments) - OVERLAP_MS)) }
}

function cursorOf(position: Position | undefined, { until }: Start): Pick<Batch, 'cursor'> {
  if (position === undefined) return {}
  const { page, since } = position
  const place = page === undefined ? { since: since ?? '' } : { page }
  const state = until === undefined ? place : { ...place, until }
  return { cursor: encodeCursor(systemLog.name, state) }
}

/** How many events are to come, if they go on as those before: a share of the time is left, and so is that share of them. */
function remainingOf(
  records: readonly Uint8Array[],
  { sinceMs, until, nowMs }: Start,
  given: number,
): Pick<Batch, 'remaining'> {
  const last = records.at(-1)
  const lastMs = last && momentOf(last)
  if (sinceMs === undefined || lastMs === undefined || lastMs <= sinceMs) return {}
  const endMs = until === undefined ? nowMs : Math.min(Date.parse(until), nowMs)
  return { remaining: Math.round((given / (lastMs - sinceMs)) * Math.max(0, endMs - lastMs)) }
}

/** Tells whether a text comes for the first time among the last ones. What has none is always new. */
function firstTimes(remembered: number): (text: string | undefined) => boolean {
  const seen = new Set<string>()
  return (text) => {
    if (text === undefined) return true
    if (seen.has(text)) return false
    seen.add(text)
    if (seen.size > remembered) seen.delete(seen.values().next().value ?? '')
    return true
  }
}

function momentOf(event: Uint8Array): number | undefined {
  const epochMs = Date.parse(publishedOf(event) ?? '')
  return Number.isNaN(epochMs) ? undefined : epochMs
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function linkMissing(): PageError {
  return new PageError(
    'page_missing_link',
    'A full page of the System Log came without a next link, and asking by time leads to the same events.',
    {
      remedy: 'Check the proxies on the way for one that drops Link headers, then go on.',
    },
  )
}
