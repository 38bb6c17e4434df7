/** @module What a run has done so far: counted while it goes on, and kept now and then, so that it is left of a run that dies. */

import type { Clock } from '@postern/core'
import type { RunReport } from '../store/feed-values.ts'
import { saveReport } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { RunNotes } from './run-notes.ts'
import type { RunProgress } from './run-options.ts'
import { storedErrorOf } from './stored-error.ts'

/** What a tally cannot know by itself. */
export interface RunStand {
  /** The batch that each sink has confirmed, by its name. */
  readonly confirmed: Readonly<Record<string, number>>
  /** What stopped the run. */
  readonly error?: unknown
}

const SAVE_EVERY_MS = 5_000

/** Counts what a run does. */
export class RunTally {
  readonly notes = new RunNotes()
  readonly #context: { readonly store: Store; readonly clock: Clock; readonly runId: string }
  readonly #cursors: Record<string, { readonly before?: string; readonly after?: string }> = {}
  #records = 0
  #emitted = 0
  #batches = 0
  #requests = 0
  #waitedMs = 0
  #remaining: number | undefined
  #savedMs: number
  #saving: Promise<void> | undefined

  constructor(context: { readonly store: Store; readonly clock: Clock; readonly runId: string }) {
    this.#context = context
    this.#savedMs = context.clock.monotonicMs()
  }

  /** A request was sent to the org, after so long. */
  requested(waitedMs: number): void {
    this.#requests++
    this.#waitedMs += waitedMs
  }

  /** A page was read. @param page.remaining - how many records are still to come, as far as that can be told */
  read(page: { readonly records: number; readonly remaining?: number | undefined }): void {
    this.#records += page.records
    this.#remaining = page.remaining
  }

  /** So many records were stored for the sinks. */
  emitted(records: number): void {
    this.#emitted += records
    if (records > 0) this.#batches++
  }

  /** A stream was read from there to there. */
  moved(stream: string, from: string | undefined, to: string | undefined): void {
    this.#cursors[stream] = {
      ...(from === undefined ? {} : { before: from }),
      ...(to === undefined ? {} : { after: to }),
    }
  }

  /** For whoever watches the run. */
  progress({ confirmed }: RunStand, spoolRecords: number): RunProgress {
    return {
      records: this.#records,
      emitted: this.#emitted,
      remaining: this.#remaining,
      spoolRecords,
      confirmed,
      waitedMs: this.#waitedMs,
    }
  }

  /** For whoever looks at it afterwards. */
  report({ confirmed, error }: RunStand): RunReport {
    return {
      records: this.#records,
      emitted: this.#emitted,
      batches: this.#batches,
      requests: this.#requests,
      waitedMs: Math.round(this.#waitedMs),
      cursors: this.#cursors,
      confirmed,
      notes: this.notes.list(),
      ...(error === undefined ? {} : { error: storedErrorOf(error, 'feed_failed') }),
    }
  }

  /** Keeps the report, beside what the run does, where it was not kept for a while. */
  saveNowAndThen(stand: RunStand): void {
    const { store, clock, runId } = this.#context
    const nowMs = clock.monotonicMs()
    if (this.#saving !== undefined || nowMs - this.#savedMs < SAVE_EVERY_MS) return
    this.#savedMs = nowMs
    // A database that does not answer shows itself to the reading and the deliveries.
    this.#saving = saveReport(store, runId, this.report(stand))
      .catch(() => undefined)
      .finally(() => {
        this.#saving = undefined
      })
  }

  /** Resolves when nothing is being kept. */
  async settled(): Promise<void> {
    await this.#saving
  }
}
