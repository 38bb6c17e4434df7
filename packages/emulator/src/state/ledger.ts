/** @module Everything that happened to an org, in order: each change, and each event of its System Log. */

/** One change of the org's state. */
export interface Change {
  readonly kind: 'change'
  /** What was changed, for example `user`, `group`, `group-member`, `app`, `app-user`, `grant`, `key`, `fault`. */
  readonly what: string
  readonly op: 'created' | 'updated' | 'deleted'
  /** Whose id; of a membership or assignment the group's or app's. */
  readonly id: string
  /** The other end of a membership or an assignment. */
  readonly member?: string
  /** The request that made it; absent where nobody asked. */
  readonly requestId?: string
  readonly atMs: number
}

/** One event, as the ledger names it; its whole text is in the System Log. */
export interface LedgerEvent {
  readonly kind: 'event'
  readonly uuid: string
  readonly eventType: string
  readonly publishedMs: number
  /** When the log showed it first; polling goes by this. */
  readonly persistedMs: number
}

/** One line of the ledger; `seq` rises by one. */
export type LedgerEntry = (Change | LedgerEvent) & { readonly seq: number }

/** What the System Log has shown, in the order in which it did: what a reader of it should have. */
export type LedgerLine = LedgerEvent & { readonly seq: number }

/** What the ledger asks the System Log. */
export interface EventBook {
  /** Shows what became due, which tells the ledger of it. */
  catchUp(): void
  describe(number: number): LedgerEvent
}

/** The book of an org. Events are kept as their number in the System Log, so that a million of them take no room. */
export class Ledger {
  readonly #entries: (Change | number)[] = []
  readonly #log: EventBook

  constructor(log: EventBook) {
    this.#log = log
  }

  /** How many entries there are; the next one gets this `seq`. */
  get size(): number {
    this.#log.catchUp()
    return this.#entries.length
  }

  addChange(change: Change): void {
    this.#entries.push(change)
  }

  /** Notes that the System Log shows its event of this number from now on. */
  addEvent(number: number): void {
    this.#entries.push(number)
  }

  /** The entries from `seq` on, at most `limit` of them. */
  read(fromSeq = 0, limit = Number.POSITIVE_INFINITY): readonly LedgerEntry[] {
    this.#log.catchUp()
    return this.#entries.slice(fromSeq, fromSeq + limit).map((entry, index) => ({
      seq: fromSeq + index,
      ...(typeof entry === 'number' ? this.#log.describe(entry) : entry),
    }))
  }

  /** The events alone: those that were shown at a time, in milliseconds since the epoch, or later. */
  events(sinceMs = Number.NEGATIVE_INFINITY): readonly LedgerLine[] {
    return this.read().filter(
      (entry): entry is LedgerLine => entry.kind === 'event' && entry.persistedMs >= sinceMs,
    )
  }
}
