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

/** What each says, for help. */
export const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  error: 'failed',
  usage: 'wrong arguments or values',
  problemsFound: 'something has to be done',
  authentication: 'not let in',
  scopeOrRole: 'a scope or role is missing',
  notFound: 'not there',
  rateLimited: 'too many requests',
  partial: 'done in part',
  interrupted: 'interrupted',
}
