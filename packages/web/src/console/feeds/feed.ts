/** @module A feed as the server tells it, and how it is. */

import { feedTexts as texts } from '../../texts/console/feeds.ts'
import type { Tone } from '../parts/tone.ts'

/** Where feeds are asked for. */
export const FEEDS = '/v1/feeds'

/** What went wrong, and what to do. */
export interface Trouble {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** One run of a feed. */
export interface Run {
  readonly id: string
  readonly trigger: 'schedule' | 'request' | 'continuation'
  readonly startedAt: string
  readonly endedAt?: string
  readonly outcome?: 'ok' | 'partial' | 'failed' | 'interrupted' | 'fenced'
  readonly report: {
    readonly records: number
    readonly emitted: number
    readonly batches: number
    readonly requests: number
    readonly waitedMs: number
    readonly notes: readonly string[]
    readonly error?: Trouble
  }
}

/** A feed. */
export interface Feed {
  readonly name: string
  readonly connection: string
  readonly input: string
  readonly state: 'paused' | 'running' | 'scheduled' | 'on-demand'
  readonly cron?: string
  readonly timezone: string
  readonly since?: string
  readonly sweepHours?: number
  readonly verify?: boolean
  readonly nextRuns: readonly string[]
  readonly sinks: readonly {
    readonly name: string
    readonly kind: string
    readonly confirmed: number
    readonly waiting: number
    readonly failures: number
    readonly failingSince?: string
    readonly retryAt?: string
    readonly error?: Trouble
    readonly confirmedAt?: string
  }[]
  readonly streams: readonly { readonly name: string; readonly at: string }[]
  readonly spool: { readonly records: number; readonly bytes: number }
  readonly upToDateAt?: string
  readonly lagSeconds?: number
  readonly gaps: number
  readonly deadLetters: number
  readonly held?: Trouble & { readonly at: string }
  readonly lastRun?: Run
  readonly createdAt: string
}

/** How a feed can be, what needs somebody first, as the server counts and filters them. */
export const feedConditions = ['failed', 'held', 'incomplete', 'paused', 'running', 'ok'] as const

/** A page of the list, by name. */
export interface FeedPage {
  readonly feeds: readonly Feed[]
  readonly next?: string
  /** Of those that fit what was searched for, however they are; where they were asked for. */
  readonly counts: Readonly<Record<(typeof feedConditions)[number], number>>
}

/** The path of a feed at the server. */
export function feedPath(feed: string, rest = ''): string {
  return `${FEEDS}/${encodeURIComponent(feed)}${rest}`
}

/** How it is: what keeps it from its work first, then what it does. */
export function stateOf(feed: Feed): { readonly tone: Tone; readonly word: string } {
  const { states } = texts
  if (feed.sinks.some(({ failingSince }) => failingSince !== undefined)) {
    return { tone: 'bad', word: states.sinkFailing }
  }
  if (feed.lastRun?.outcome === 'failed') return { tone: 'bad', word: states.failing }
  if (feed.held !== undefined) return { tone: 'warning', word: states.held }
  if (feed.state === 'paused') return { tone: 'quiet', word: states.paused }
  if (feed.state === 'running') return { tone: 'busy', word: states.running }
  if (feed.gaps > 0 || feed.deadLetters > 0) return { tone: 'warning', word: states.incomplete }
  return { tone: 'good', word: states[feed.state] }
}

/** How a run is, or how it ended. */
export function runState({ outcome }: Run): { readonly tone: Tone; readonly word: string } {
  if (outcome === undefined) return { tone: 'busy', word: texts.outcomes.running }
  return { tone: TONES[outcome], word: texts.outcomes[outcome] }
}

const TONES = {
  ok: 'good',
  partial: 'warning',
  failed: 'bad',
  interrupted: 'quiet',
  fenced: 'quiet',
} as const
