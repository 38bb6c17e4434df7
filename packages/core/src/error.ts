/** @module The one shape of every error: a stable code, what was observed, what to do, and the cause. */

/** What an error carries beside its sentence. Values are safe to print: never a secret, never the input itself. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** Options of {@link PosternError}. The remedy is required: an error without one is not finished. */
export interface PosternErrorOptions {
  /** What to do about it: imperative, one action, naming the screen, command or value. */
  readonly remedy: string
  /** Facts for programs: sizes, names, Okta's own answer under `okta`. */
  readonly details?: ErrorDetails
  readonly cause?: unknown
}

/**
 * The base of every error Postern raises on purpose.
 *
 * `code` is stable, lower snake case, and its first word names the concept that raised it; programs decide on it.
 * `message` says what was observed, `remedy` what to do, `details` holds facts for programs.
 */
export class PosternError<Code extends string = string> extends Error {
  override readonly name: string = 'PosternError'
  readonly code: Code
  readonly remedy: string
  readonly details: ErrorDetails

  constructor(code: Code, observed: string, options: PosternErrorOptions) {
    super(observed, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.remedy = options.remedy
    this.details = Object.freeze({ ...options.details })
  }

  /** The public members, for logs and JSON output. Leaves out the stack and the cause. */
  toJSON(): { code: Code; message: string; remedy: string; details: ErrorDetails } {
    return { code: this.code, message: this.message, remedy: this.remedy, details: this.details }
  }
}

/** Something accepted, with a note on what was changed or is worth knowing. */
export interface Warning<Code extends string = string> {
  readonly code: Code
  readonly message: string
}
