/** @module What came into a System Log beside the streams that follow from a seed: enough to let it happen again. */

import type { Cause, EventDraft } from './event.ts'

/** Events that somebody lets happen, all of them equally late. */
export interface AddedEvents {
  readonly count: number
  /** When the first one is published, in milliseconds since the epoch; default now. */
  readonly atMs?: number
  /** Over how many milliseconds; 0, the default, publishes all of them in the same one. */
  readonly overMs?: number
  /** How long after that the log shows each; default 0. What would have been shown before now is shown now. */
  readonly lateMs?: number
}

/** One thing that happened, and when the log was told of it, in milliseconds since the epoch. */
export type JournalEntry = { readonly atMs: number } & (
  | { readonly draft: EventDraft; readonly cause: Cause }
  | { readonly recorded: string; readonly persistedMs: number }
  | { readonly added: AddedEvents }
)
