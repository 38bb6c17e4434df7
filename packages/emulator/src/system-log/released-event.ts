/** @module What is left of an event that is too old to be read: what the ledger says of it. */

import type { EventSource, QuickMember } from './event-source.ts'

/** The type of an event, and the uuid if it came with one. */
export class ReleasedEvent implements EventSource {
  readonly #eventType: string
  readonly uuidOf?: () => string

  constructor(eventType: string, uuid?: string) {
    this.#eventType = eventType
    if (uuid !== undefined) this.uuidOf = () => uuid
  }

  /** @throws {RangeError} always: the log must not show it any more. */
  render(): string {
    throw new RangeError('This event is older than the retention of the log.')
  }

  peek(_index: number, member: QuickMember): string | null {
    return member === 'eventType' ? this.#eventType : null
  }
}
