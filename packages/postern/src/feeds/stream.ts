/** @module What a feed reads: one or several streams, each with a state of its own, all into one spool. */

import type { Clock, InputName, JsonObject, Org } from '@postern/core'
import type { FeedRecord } from '../sinks/record.ts'
import type { FeedSettings } from '../store/feed-values.ts'
import type { PackedLines } from '../store/spool.ts'
import type { Store } from '../store/store.ts'

/** What is stored in one transaction: records and the state behind them, or neither. */
export interface Commit {
  readonly state: JsonObject
  /** What goes on to the sinks; none makes no batch. */
  readonly records: readonly FeedRecord[]
  /** The lines of `records`, packed before; absent: they are packed now. */
  readonly packed?: PackedLines
  /** Whether they were read before, or should have been. */
  readonly replay?: boolean
}

/** The spool of a feed, as the owner of one run writes to it. */
export interface SpoolWriter {
  /** The state that was stored last; undefined before the first. */
  readState(stream: string): Promise<JsonObject | undefined>
  /**
   * Waits until the spool has room, and then stores what `work` gives, in the transaction that `work` runs in: what it writes
   * itself is stored with it. `work` is run again where the database ends the transaction; nothing but the store is waited for
   * in it.
   *
   * @param work - is given the number that its batch will have.
   * @throws {FeedError} `feed_fenced` where another process owns the feed by now: nothing was stored.
   */
  commit(stream: string, work: (seq: number) => Promise<Commit>): Promise<void>
}

/** What a stream reads with. */
export interface StreamContext {
  readonly feed: {
    readonly id: string
    readonly name: string
    readonly input: InputName
    readonly settings: FeedSettings
  }
  readonly org: Org
  /** Of the service app; absent for an API token. */
  readonly clientId?: string | undefined
  readonly store: Store
  readonly spool: SpoolWriter
  readonly clock: Clock
  /** Aborts when the run has to end: its time is over, the feed was paused or removed, the process stops. */
  readonly signal: AbortSignal
  /** Whether somebody asked for what was read to be verified now. */
  readonly isVerifyAsked: boolean
  /** Told after each page, for the report and for whoever watches. */
  readonly onRead: (read: {
    readonly records: number
    readonly remaining?: number | undefined
  }) => void
  /** Something that somebody should know, in a sentence: it stands in the run's report. */
  readonly note: (sentence: string) => void
}

/** One stream: how it is read from where it was left. */
export interface Stream {
  /** `log`, `hints`, `incremental`, `sweep` */
  readonly name: string
  /**
   * Reads until it is caught up, or until the signal. Returns with `more` where it has more to do than it was given time for.
   * Everything it read is committed, and where it throws, everything it committed stays.
   */
  read(context: StreamContext): Promise<{ readonly more: boolean }>
  /** Where a state stands, for people. */
  describe(state: JsonObject): string
}
