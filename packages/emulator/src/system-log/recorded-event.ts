/** @module An event that was recorded elsewhere and is played again. */

import { isJsonObject, type JsonObject } from '../json.ts'
import type { EventSource, QuickMember } from './event-source.ts'

/** A recorded event: shown with the members that it came with. */
export class RecordedEvent implements EventSource {
  readonly publishedMs: number
  readonly #event: JsonObject
  readonly #uuid: string

  /** @throws {TypeError} without a `uuid`, an `eventType` or a `published` that is a date. */
  constructor(event: JsonObject) {
    const { uuid, eventType, published } = event
    this.publishedMs = typeof published === 'string' ? Date.parse(published) : Number.NaN
    const complete =
      typeof uuid === 'string' && typeof eventType === 'string' && !Number.isNaN(this.publishedMs)
    if (!complete) {
      throw new TypeError(
        'A recorded event needs a uuid, an eventType and a published that is a date.',
      )
    }
    this.#event = event
    this.#uuid = uuid
  }

  render(): string {
    return JSON.stringify(this.#event)
  }

  peek(_index: number, member: QuickMember): string | null {
    const [outer = '', inner] = member.split('.')
    const value = this.#event[outer]
    const found = inner !== undefined && isJsonObject(value) ? value[inner] : value
    return typeof found === 'string' ? found : null
  }

  uuidOf(): string {
    return this.#uuid
  }
}
