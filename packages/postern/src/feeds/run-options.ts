/** @module How a feed is run, and what is told of it. */

import type { RunOutcome, RunReport, RunTrigger } from '../store/feed-values.ts'

/** How a feed is run. */
export interface RunFeedOptions {
  readonly trigger: RunTrigger
  /** Ends the run: the process stops. */
  readonly signal?: AbortSignal | undefined
  /** After this time nothing more is begun. Default: five minutes. */
  readonly budgetMs?: number
  /** Verifies what was read, also where that is not due. */
  readonly verify?: boolean | undefined
  readonly onProgress?: (progress: RunProgress) => void
}

/** How far a run got. */
export interface RunProgress {
  readonly records: number
  readonly emitted: number
  /** How many are still to be read, as far as that can be told. */
  readonly remaining?: number | undefined
  /** Records that wait for the sinks. */
  readonly spoolRecords: number
  /** The batch that each sink has confirmed, by its name. */
  readonly confirmed: Readonly<Record<string, number>>
  readonly waitedMs: number
}

/** What came of a run. */
export interface FinishedRun {
  readonly runId: string
  readonly outcome: RunOutcome
  readonly report: RunReport
  /** Whether there is something that can be done at once. */
  readonly more: boolean
  /** When a sink that is down, or secrets that are locked, are tried again; absent where nothing is in the way. */
  readonly retryAt?: Date | undefined
}
