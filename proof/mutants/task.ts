/** @module What a worker that plays mutants is given, and what it tells. */

/** What a worker is to do. */
export interface PlayTask {
  /** Absolute paths. */
  readonly tests: readonly string[]
  /** Ids, in order. */
  readonly mutants: readonly string[]
  /** Those that are come through once, where something is computed that is kept: for them all is loaded anew. */
  readonly once: readonly string[]
  /** Of every mutant of the area by its id, also of those that are not played. */
  readonly fileOf: Readonly<Record<string, string>>
  /** Where what is seen is written, a line of JSON each. */
  readonly log: string
  /** Where it is kept which tests come through which mutants, and how long they take. */
  readonly coverage: string
}

/** What became of a mutant. */
export interface PlayLine {
  readonly id: string
  readonly status: 'begun' | 'killed' | 'survived' | 'timeout' | 'uncovered' | 'unreached'
  /** The test that failed. */
  readonly by?: string
}
