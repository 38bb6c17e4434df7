/** @module What help says beside arguments and flags: examples that work, how a command may end, and where to read on. */

import type { exitCodes } from '../exit-codes.ts'

/** One line that can be typed, and what comes of it. */
export type Example = readonly [line: string, what: string]

/** What help says of a command. */
export interface HelpNotes {
  /** What it does, where a line does not say it. */
  readonly about?: string
  readonly examples: readonly Example[]
  /** How it may end, beside what every command may end with; without it, as the command above it. */
  readonly exits?: readonly (keyof typeof exitCodes)[]
  /** A page of the documentation; without it, that of the command above it. */
  readonly page?: string
}
