/** @module What the two processes of the day say to each other. */

import type { FeedMembers } from '../../../src/config/feed-members.ts'
import type { SinkMembers } from '../../../src/config/sink-members.ts'
import type { Step } from '../steps.ts'

/** What a Postern is started with. */
export interface DayTask {
  readonly dataDir: string
  readonly database: string
  readonly keyFile: string
  readonly nowMs: number
  /** What the first one keeps before it begins. */
  readonly setUp?: SetUp
}

/** What is kept at first. */
export interface SetUp {
  readonly orgUrl: string
  readonly app: { readonly clientId: string; readonly key: string; readonly scopes: string }
  readonly adminToken: string
  readonly sinks: readonly SinkMembers[]
  readonly feeds: readonly FeedMembers[]
}

/** What an operator does. `look` changes nothing. */
export type Wish = 'look' | 'rotate' | 'stop'

/** What an operator sees. */
export interface Seen {
  /** Of the doctor: codes of what is wrong. */
  readonly findings: readonly string[]
  readonly feeds: readonly {
    readonly name: string
    /** What stopped the last run that has ended. */
    readonly code?: string | undefined
    readonly lagSeconds: number
    /** How long its last runs have waited for the rate limit. */
    readonly waitedMs: number
    readonly sinks: readonly string[]
  }[]
}

/** What a Postern says. */
export type Told =
  | { readonly what: 'ready' }
  /** Everybody waits: let time pass until then. */
  | { readonly what: 'leap'; readonly toMs: number }
  | {
      readonly what: 'wrote'
      readonly sink: string
      readonly feed: string
      readonly seq: number
      readonly atMs: number
      readonly rssKb: number
    }
  | { readonly what: 'fulfilled'; readonly wish: Wish; readonly seen?: Seen | undefined }
  | { readonly what: 'failed'; readonly wish: Wish; readonly why: string }

/** How far time came, and what else there is to do. */
export interface Answer {
  readonly nowMs: number
  /** The step that the process does not outlive. */
  readonly die?: { readonly step: Step; readonly nth: number }
  readonly wish?: Wish
}
