/** @module What a static check found. */

/** One place that breaks one rule. */
export interface Violation {
  readonly rule: string
  /** Relative to the repository, with `/`. */
  readonly file: string
  readonly line: number
  /** What was found and what to do instead. */
  readonly message: string
}
