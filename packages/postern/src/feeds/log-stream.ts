/** @module The System Log as a stream: Okta's own next link, kept with every page, and a way on where that fails. */

import {
  getInput,
  type Input,
  logRetentionDays,
  type Page,
  requireScopes,
  requireSight,
} from '@postern/core'
import { putDeadLetters } from '../store/dead-letters.ts'
import { type NewGap, putGap } from '../store/gaps.ts'
import { ledgerEntry, putLedgerEntry, withoutKnown } from '../store/ledger.ts'
import { packLines } from '../store/spool.ts'
import { idsOf, type LogPage, LogSorter, readLogPage } from './log-page.ts'
import { linkMissing, loopError } from './log-refusals.ts'
import {
  afterOf,
  fromStored,
  isSame,
  isUnread,
  type LogStart,
  type LogState,
  startAgain,
  startAt,
  stateBehind,
  toStored,
} from './log-state.ts'
import { isLostLogCursor } from './lost-cursor.ts'
import { oneAhead } from './one-ahead.ts'
import { isSighted } from './sighted.ts'
import type { Commit, Stream, StreamContext } from './stream.ts'
import { fromStoredVerification, mayBeVerified, verifyStreamName } from './verification.ts'

const MAX_SHOWN = 80
const DAY_MS = 86_400_000

/** The System Log, in the order in which Okta stored it, late events too. */
export const logStream: Stream = {
  name: 'log',
  read: (context) => new LogReader(context).read(),
  describe: (state) => {
    const { page, since } = fromStored(state)
    const after = afterOf(page)
    return after === undefined
      ? `since ${since.toISOString()}`
      : `after ${after.slice(0, MAX_SHOWN)}`
  },
}

/** How a page was reached, and what is behind it. */
interface Position {
  readonly state: LogState
  /** Whether the page was short: everything there is was read. */
  readonly isEnd: boolean
  /** The state behind an empty page, which counts once that is believed. */
  readonly behindEmpty?: LogState
}

/** Reads the log during one run. */
class LogReader {
  readonly #context: StreamContext
  readonly #input: Input = getInput('system-log')
  readonly #sorter = new LogSorter()
  /** What was left out, by code. */
  readonly #leftOut = new Map<string, number>()
  #given = 0
  /** How many events there were when reading began again by time. */
  #restartedAt: number | undefined
  #startMs: number | undefined

  constructor(context: StreamContext) {
    this.#context = context
  }

  async read(): Promise<{ readonly more: boolean }> {
    const { org, signal } = this.#context
    try {
      // It also teaches the org's time, where a token has to be asked for.
      await requireScopes(org, this.#input, signal)
      let position: Position = { state: await this.#begin(), isEnd: false }
      while (!position.isEnd) position = await this.#pollOrRestart(position.state)
      await this.#believeEmpty(position)
      return { more: false }
    } catch (error) {
      if (signal.aborted && error === signal.reason) return { more: true }
      throw error
    } finally {
      this.#noteLeftOut()
    }
  }

  /** The state to go on from. Where to begin is stored before anything is asked for. */
  async #begin(): Promise<LogState> {
    const { spool, feed } = this.#context
    const now = this.#now()
    const stored = await spool.readState(logStream.name)
    if (stored === undefined) {
      const { since: wanted } = feed.settings
      const start = startAt(
        wanted === undefined ? undefined : new Date(wanted),
        now,
        logRetentionDays,
      )
      return this.#restart({ since: start.since, readUntil: start.since }, start)
    }
    const state = fromStored(stored)
    const { since, gap } = startAt(state.readUntil, now, logRetentionDays)
    if (gap === undefined) return state
    // Whoever wants what there is, and has read none of it, misses nothing.
    if (feed.settings.since === undefined && isUnread(state)) return this.#restart(state, { since })
    return this.#restart({ ...state, isRepeating: true }, { since, gap })
  }

  /** Stores that reading goes on by time. */
  async #restart(state: LogState, { since, gap }: LogStart): Promise<LogState> {
    const readUntil = since > state.readUntil ? since : state.readUntil
    const next = { ...state, since, page: undefined, readUntil }
    const reason = 'Okta keeps events for 90 days.'
    await this.#commit({ state: toStored(next), records: [] }, gap && { ...gap, reason })
    if (gap !== undefined) {
      const [from, to] = [gap.from.toISOString(), gap.to.toISOString()]
      this.#context.note(
        `What Okta stored from ${from} to ${to} cannot be read any more: ${reason}`,
      )
    }
    return next
  }

  async #pollOrRestart(state: LogState): Promise<Position> {
    let reached = state
    try {
      return await this.#poll(state, (next) => {
        reached = next
      })
    } catch (error) {
      const isRefused = isLostLogCursor(error)
      // An org that refuses every cursor would have the same events read for ever.
      if (!isRefused || reached.page === undefined || this.#given === this.#restartedAt) throw error
      this.#restartedAt = this.#given
      const start = startAgain(reached, this.#now(), logRetentionDays)
      this.#context.note(
        `cursor_rejected: Okta refused the stored cursor. Reading goes on from ${start.since.toISOString()}, without what was read before.`,
      )
      const next = await this.#restart({ ...reached, isRepeating: true }, start)
      return { state: next, isEnd: false }
    }
  }

  /** Reads on from a state until the log is caught up with, or a page has no link. Each page is asked for while the one before is stored. */
  async #poll(state: LogState, onReached: (state: LogState) => void): Promise<Position> {
    const { org, signal } = this.#context
    const ending = new AbortController()
    const pages = org.pages(this.#input.resource, {
      query: { since: state.since.toISOString(), sortOrder: 'ASCENDING' },
      limit: this.#input.pageLimit,
      mode: 'polling',
      priority: 'log',
      cursor: state.page,
      signal: AbortSignal.any([signal, ending.signal]),
    })
    let position: Position = { state, isEnd: true }
    for await (const page of oneAhead(pages)) {
      position = await this.#keep(page, position.state).catch((error: unknown) => {
        // Nobody waits for the page behind this one.
        ending.abort()
        throw error
      })
      onReached(position.state)
    }
    return position
  }

  async #keep({ records, limit, cursor }: Page, state: LogState): Promise<Position> {
    const page = readLogPage(records)
    if (records.length === 0) return this.#keepNothing(page, state, cursor)
    const mayRepeat = state.isRepeating || (await this.#mayBeVerified(page))
    const known = mayRepeat ? await this.#knownOf(page) : undefined
    const { events, invalid, duplicates } = this.#sorter.sort(page, known)
    const { signal, feed, store, onRead } = this.#context
    const leadsBack = cursor !== undefined && isSame(cursor, state.page)
    const isFull = records.length >= limit
    const next = stateBehind(state, page, { cursor, leadsBack, isFull }, this.#now())
    const packed = await packLines(events.map(({ line }) => line))
    const ledger = ledgerEntry(
      events.map(({ id }) => id),
      page.span,
    )
    signal.throwIfAborted()
    await this.#context.spool.commit(logStream.name, async (seq) => {
      const now = this.#now()
      const place = { feedId: feed.id, seq }
      if (events.length > 0) await putLedgerEntry(store, place, ledger, now)
      if (invalid.length > 0) await putDeadLetters(store, { ...place, sinkId: '' }, invalid, now)
      const replay = state.isRepeating === true
      return { state: toStored(next), records: events, packed, replay }
    })
    this.#count('page_record_invalid', invalid.length)
    this.#count('page_duplicates_removed', duplicates)
    this.#given += events.length
    onRead({
      records: records.length,
      ...(isFull ? this.#remainingAfter(page, state) : { remaining: 0 }),
    })
    if (leadsBack) throw loopError()
    if (cursor === undefined) {
      this.#count('page_missing_link', 1)
      if (isFull && events.length === 0) throw linkMissing()
    }
    return { state: next, isEnd: cursor !== undefined || !isFull }
  }

  #keepNothing(page: LogPage, state: LogState, cursor: string | undefined): Position {
    const link = { cursor, leadsBack: false, isFull: false }
    this.#context.onRead({ records: 0, remaining: 0 })
    return { state, isEnd: true, behindEmpty: stateBehind(state, page, link, this.#now()) }
  }

  /**
   * Without an admin role every page is empty, and what happens meanwhile may be before its link: so the link is kept only once
   * the org has shown something after it. Until then the log stands where it was, however long that takes.
   */
  async #believeEmpty({ state, behindEmpty }: Position): Promise<void> {
    if (behindEmpty === undefined || isSighted(state, this.#now())) return
    await this.#requireSight()
    await this.#commit({ state: toStored(behindEmpty), records: [] }, undefined)
  }

  /** Proves that the log is shown at all. */
  #requireSight(): Promise<void> {
    const { org, signal } = this.#context
    const oldest = new Date(this.#now().getTime() - logRetentionDays * DAY_MS)
    const query = { since: oldest.toISOString(), sortOrder: 'DESCENDING' }
    return requireSight(org, this.#input, { query, priority: 'log', signal })
  }

  /** What is stored late is found by verifying where that comes first. */
  async #mayBeVerified({ span }: LogPage): Promise<boolean> {
    const stored = await this.#context.spool.readState(verifyStreamName)
    return span !== undefined && mayBeVerified(fromStoredVerification(stored), span.from)
  }

  async #knownOf(page: LogPage): Promise<ReadonlySet<string>> {
    const { store, feed } = this.#context
    const ids = idsOf(page)
    const unknown = await withoutKnown(store, feed.id, ids, page.span)
    return new Set(ids.filter((id) => !unknown.has(id)))
  }

  #commit(commit: Commit, gap: NewGap | undefined): Promise<void> {
    const { spool, store, feed } = this.#context
    return spool.commit(logStream.name, async () => {
      if (gap !== undefined) await putGap(store, feed.id, gap, this.#now())
      return commit
    })
  }

  /** How many events are to come, if they go on as those before: a share of the time is left, and so is that share of them. */
  #remainingAfter({ lastMs }: LogPage, state: LogState): { readonly remaining?: number } {
    this.#startMs ??= (state.first ?? state.since).getTime()
    if (lastMs === undefined || lastMs <= this.#startMs) return {}
    const leftMs = Math.max(0, this.#now().getTime() - lastMs)
    return { remaining: Math.round((this.#given / (lastMs - this.#startMs)) * leftMs) }
  }

  #count(code: string, count: number): void {
    if (count > 0) this.#leftOut.set(code, (this.#leftOut.get(code) ?? 0) + count)
  }

  #noteLeftOut(): void {
    const sentences: Readonly<Record<string, string>> = {
      page_record_invalid: 'records had no uuid and are dead letters of the feed.',
      page_duplicates_removed: 'events came again and were left out.',
      page_missing_link: 'pages came without a next link; reading went on by time.',
    }
    for (const [code, count] of this.#leftOut) {
      this.#context.note(`${code}: ${count} ${sentences[code]}`)
    }
  }

  #now(): Date {
    return this.#context.org.authorizer.now()
  }
}
