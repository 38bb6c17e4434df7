/** @module The headers of an answer as the client parsed them: nothing is copied, and most are never looked at. */

import type { AnswerHeaders } from '@postern/core'

/** Headers by their name in lower case; several values where one came more than once. */
export type HeaderFields = Readonly<Record<string, string | string[] | undefined>>

/** {@link AnswerHeaders} over parsed fields. A `Headers` of the same would cost more than the rest of the answer. */
export class ReceivedHeaders implements AnswerHeaders {
  readonly #fields: HeaderFields
  readonly #withoutNames: readonly string[]

  /** @param withoutNames - Headers that are not shown, in lower case. */
  constructor(fields: HeaderFields, withoutNames: readonly string[] = []) {
    this.#fields = fields
    this.#withoutNames = withoutNames
  }

  get(name: string): string | null {
    const key = name.toLowerCase()
    // A header may have the name of something that every object has.
    if (!Object.hasOwn(this.#fields, key) || this.#withoutNames.includes(key)) return null
    const value = this.#fields[key]
    return typeof value === 'string' ? value : (value?.join(', ') ?? null)
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  /** The same headers without some, named in lower case. */
  without(...names: readonly string[]): ReceivedHeaders {
    return new ReceivedHeaders(this.#fields, [...this.#withoutNames, ...names])
  }

  /** The names of all headers, in lower case; those that are not shown have no value. */
  get names(): readonly string[] {
    return Object.keys(this.#fields)
  }

  *[Symbol.iterator](): Iterator<[name: string, value: string]> {
    for (const name of this.names) {
      const value = this.get(name)
      if (value !== null) yield [name, value]
    }
  }
}
