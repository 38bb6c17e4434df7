/** @module A feed that is to be made, as a form has it. */

import { makeFeedTexts } from '../../texts/console/make-feed.ts'

/** Where a feed of the System Log begins. */
export const beginnings = ['all', 'day', 'now'] as const

/** What stands for a schedule that is none of those that are offered. */
export const CUSTOM = 'custom'

/** The input that has a beginning. */
export const LOG = 'system-log'

/** What was entered. */
export interface FeedDraft {
  readonly name: string
  readonly connection: string
  readonly input: string
  readonly sinks: readonly string[]
  /** A cron expression, nothing, or {@link CUSTOM}. */
  readonly schedule: string
  readonly cron: string
  readonly timezone: string
  readonly begins: (typeof beginnings)[number]
  readonly day: string
}

/** What a form begins with. */
export function newDraft(given: Pick<FeedDraft, 'connection' | 'input'>): FeedDraft {
  return {
    name: given.connection !== '' && given.input !== '' ? `${given.connection}-log` : '',
    ...given,
    sinks: ['store'],
    schedule: '*/5 * * * *',
    cron: '',
    timezone: 'UTC',
    begins: 'all',
    day: '',
  }
}

/** What is wrong, by field, as far as the page can tell. */
export function problemsOf(draft: FeedDraft): Partial<Record<keyof FeedDraft, string>> {
  const { problems } = makeFeedTexts
  const isMissing = {
    name: draft.name.trim() === '',
    connection: draft.connection === '',
    input: draft.input === '',
    sinks: draft.sinks.length === 0,
    cron: draft.schedule === CUSTOM && draft.cron.trim() === '',
    day: draft.input === LOG && draft.begins === 'day' && draft.day === '',
  }
  const fields = Object.keys(isMissing) as (keyof typeof isMissing)[]
  return Object.fromEntries(
    fields.filter((field) => isMissing[field]).map((field) => [field, problems[field]]),
  )
}

/** The request that makes it. */
export function feedBody(draft: FeedDraft): object {
  const { name, connection, input, sinks, schedule, cron, timezone } = draft
  const expression = schedule === CUSTOM ? cron.trim() : schedule
  return {
    ...{ name: name.trim(), connection, input, sinks },
    ...(expression === '' ? {} : { cron: expression, timezone }),
    ...sinceOf(draft),
  }
}

/** The request that shows its first records. */
export function previewBody(draft: FeedDraft): object {
  const { connection, input } = draft
  return { connection, input, ...sinceOf(draft) }
}

function sinceOf({ input, begins, day }: FeedDraft): { readonly since?: string } {
  if (input !== LOG || begins === 'all') return {}
  return { since: begins === 'now' ? 'now' : day }
}
