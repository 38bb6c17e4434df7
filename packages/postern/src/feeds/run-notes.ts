/** @module What a run has to say to people: each sentence once, and no more of them than somebody reads. */

const MAX_NOTES = 50
const MAX_CHARACTERS = 1_000

/** The notes of a run. */
export class RunNotes {
  readonly #sentences = new Set<string>()
  #leftOut = 0

  /** Adds a sentence that was not said yet. */
  add(sentence: string): void {
    const { length } = sentence
    const said = length > MAX_CHARACTERS ? `${sentence.slice(0, MAX_CHARACTERS - 1)}…` : sentence
    if (this.#sentences.has(said)) return
    if (this.#sentences.size < MAX_NOTES) this.#sentences.add(said)
    else this.#leftOut++
  }

  /** The sentences in their order, and how many there were beside them. */
  list(): readonly string[] {
    const sentences = [...this.#sentences]
    return this.#leftOut === 0 ? sentences : [...sentences, `${this.#leftOut} more were left out.`]
  }
}
