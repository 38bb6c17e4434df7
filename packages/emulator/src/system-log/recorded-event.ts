/** @module An event that was recorded elsewhere and is played again. */

import { isJsonObject, type JsonObject } from '../json.ts'
import type { EventSource, QuickMember } from './event-source.ts'

/** A recorded event: shown with the members that it came with; one that came as text byte for byte. */
export class RecordedEvent implements EventSource {
  readonly publishedMs: number
  readonly #event: JsonObject
  readonly #text: string
  readonly #uuid: string

  /** @throws {TypeError} without a `uuid`, an `eventType` or a `published` that is a date, and for text that is no JSON object. */
  constructor(recorded: JsonObject | string) {
    const event = typeof recorded === 'string' ? parse(recorded) : recorded
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
    this.#text = typeof recorded === 'string' ? recorded : JSON.stringify(recorded)
    this.#uuid = uuid
  }

  render(): string {
    return this.#text
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

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch {
    // Told below, as what is no object is.
  }
  throw new TypeError('A recorded event is a JSON object.')
}
