/** @module What the shell is told: one number for each kind of ending. */

/** The exit codes of every command. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  problemsFound: 3,
  authentication: 4,
  scopeOrRole: 5,
  notFound: 6,
  rateLimited: 7,
  partial: 8,
  interrupted: 130,
} as const
