/** @module The texts of objects that were recorded elsewhere: shown as they are until the object is changed. */

import { RawJson } from '../http/raw-json.ts'

/** Texts by the row that they belong to: a row is never changed in place, so a change has no text. */
export class RecordedTexts {
  readonly #texts = new WeakMap<object, RawJson>()
  readonly #members = new WeakMap<object, Map<string, RawJson>>()

  put(row: object, text: string): void {
    this.#texts.set(row, new RawJson(text))
  }

  /** The text of a row; undefined where it has none. */
  of(row: object | undefined): RawJson | undefined {
    return row && this.#texts.get(row)
  }

  /** Keeps how the list of a group showed a user. */
  putMember(groupId: string, user: object, text: string): void {
    const texts = this.#members.get(user) ?? new Map<string, RawJson>()
    this.#members.set(user, texts.set(groupId, new RawJson(text)))
  }

  /** Whether it is kept how the list of a group showed a user. */
  hasMember(groupId: string, user: object | undefined): boolean {
    return user !== undefined && this.#members.get(user)?.has(groupId) === true
  }

  /** How the list of a group shows a user: as it did, or as the list of users does. */
  ofMember(groupId: string, user: object): RawJson | undefined {
    return this.#members.get(user)?.get(groupId) ?? this.of(user)
  }
}
