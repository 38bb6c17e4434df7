/** @module An event of the System Log as the server tells it, and how it came out. */

import { connectionPath } from '../connections/connection.ts'
import type { Kind } from '../objects/object.ts'
import type { Tone } from '../parts/tone.ts'

/** Who acted, or what was acted upon. */
export interface Party {
  readonly id?: string
  readonly type?: string
  readonly login?: string
  readonly name?: string
}

/** An event in a list. */
export interface LogEvent {
  readonly uuid: string
  readonly published: string
  readonly eventType?: string
  readonly severity?: string
  readonly outcome?: string
  readonly reason?: string
  readonly message?: string
  readonly actor?: Party
  readonly targets: readonly Party[]
  readonly ip?: string
  readonly session?: string
  readonly transaction?: string
}

/** Some events, the newest first. */
export interface EventPage {
  readonly events: readonly LogEvent[]
  readonly next?: string
  readonly searchedTo?: string
}

/** What events of one kind have in common with another. */
export const relations = ['actor', 'session', 'transaction'] as const

/** One event, whole. */
export interface WholeEvent {
  readonly event: LogEvent
  readonly raw: string
  /** Of its actor and targets, those that are kept as objects. */
  readonly kept: readonly { readonly kind: Kind; readonly id: string }[]
  readonly related: Partial<
    Record<(typeof relations)[number], { readonly value: string; readonly count: number }>
  >
}

/** Where the events of a connection are asked for. */
export function eventsPath(connection: string, rest = ''): string {
  return connectionPath(connection, `/events${rest}`)
}

/** What an outcome of Okta means. */
export function toneOf(outcome: string | undefined): Tone {
  if (outcome === 'SUCCESS' || outcome === 'ALLOW') return 'good'
  if (outcome === 'FAILURE' || outcome === 'DENY') return 'bad'
  return outcome === 'CHALLENGE' ? 'warning' : 'quiet'
}

/** What somebody or something is called. */
export function nameOf({ login, name, id }: Party): string {
  return name ?? login ?? id ?? '—'
}
