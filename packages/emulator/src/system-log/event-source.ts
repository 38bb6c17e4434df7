/** @module Where the events of a log come from: changes, generated traffic, recordings. */

/** What the log decides about an event. */
export interface Stamp {
  readonly uuid: string
  readonly publishedMs: number
}

/** A member that every source knows without making the whole event. */
export type QuickMember = 'eventType' | 'actor.id' | 'outcome.result' | 'severity'

/** Events that are made when somebody reads them. The same index and stamp always give the same event. */
export interface EventSource {
  /** The event as JSON, with every member in Okta's order. */
  render(index: number, stamp: Stamp): string
  /** One member of it, made without the rest. */
  peek(index: number, member: QuickMember): string | null
  /** The uuid that the event brought along; absent where the log makes one. */
  uuidOf?(index: number): string
}

/** An event on its way into the log. */
export interface Arrival {
  readonly publishedMs: number
  /** When the log shows it; not before it is published. */
  readonly persistedMs: number
  readonly source: EventSource
  readonly index: number
}

/** Events that come as time passes. */
export interface EventStream {
  /** When its next event is published; undefined where none is left. */
  nextMs(): number | undefined
  /** Takes the next event. */
  take(): Arrival
  /** Leaves out what would be too much to make at once, where nobody looked for very long. */
  skip?(nowMs: number): void
}
