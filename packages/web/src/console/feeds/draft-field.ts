/** @module What each field of the form of a feed gets. */

import type { FeedDraft } from './feed-draft.ts'

/** What was entered, what is wrong with it, and what takes a change. */
export interface DraftFieldOf {
  readonly draft: FeedDraft
  readonly problems: Partial<Record<keyof FeedDraft, string>>
  readonly onChange: (changed: Partial<FeedDraft>) => void
}
