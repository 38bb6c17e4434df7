/** @module What the tables of feeds keep as JSON. */

/** What of a feed can be chosen beside its parts. */
export interface FeedSettings {
  /** The System Log: where the first run begins; absent: as far back as Okta keeps events. ISO 8601. */
  readonly since?: string | undefined
  /** Copies of objects: hours between two complete reads; absent: 24. */
  readonly sweepHours?: number | undefined
  /** The System Log: whether what was delivered is compared with the org's log every night; absent: yes. */
  readonly verify?: boolean | undefined
}

/** What becomes of a fire at which nobody was there: one run as soon as somebody is, or none. */
export type MissedPolicy = 'run' | 'skip'

/** Deletions that a feed found and does not believe. */
export interface HeldDeletions {
  readonly code: string
  readonly message: string
  readonly remedy: string
  /** How many objects are missing, by kind. */
  readonly missing: Readonly<Record<string, number>>
  /** The sweep that found them: a confirmation names it. */
  readonly generation: number
  readonly at: string
  /** When a person said that they are true; absent: nobody did. */
  readonly confirmedAt?: string | undefined
}

/** An error as it is kept: never with a secret. */
export interface StoredError {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** Why a run began. */
export type RunTrigger = 'schedule' | 'request' | 'continuation'

/**
 * How a run ended. `ok`: everything there was is with every sink. `partial`: it has more to do and goes on by itself (its time
 * was over, a sink does not answer). `failed`: it could not read. `interrupted`: its process ended. `fenced`: another one took over.
 */
export type RunOutcome = 'ok' | 'partial' | 'failed' | 'interrupted' | 'fenced'

/** What a run did. */
export interface RunReport {
  /** Records that were read. */
  readonly records: number
  /** Of those: how many went on to the sinks. A copy passes on only what changed. */
  readonly emitted: number
  readonly batches: number
  /** Calls of the org. */
  readonly requests: number
  /** How long they waited for their turn under the rate limit. */
  readonly waitedMs: number
  /** Where each stream stood before and stands now, in the words of the input. */
  readonly cursors: Readonly<Record<string, { readonly before?: string; readonly after?: string }>>
  /** The batch that each sink has confirmed, by its name. */
  readonly confirmed: Readonly<Record<string, number>>
  /** What somebody should know: a lost cursor, deletions that are held back, hints without a scope. */
  readonly notes: readonly string[]
  readonly error?: StoredError | undefined
}
