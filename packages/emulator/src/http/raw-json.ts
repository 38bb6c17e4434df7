/** @module JSON that is sent as it is written. */

/** A text of JSON in the place of its value. */
export class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** For a text inside of something else that becomes JSON. */
  toJSON(): unknown {
    return JSON.parse(this.text)
  }
}
