/** @module The code of an error of the database, of either driver, and what it says of the transaction. */

/**
 * The SQLSTATE of an error; empty where it has none.
 *
 * @see PostgreSQL, appendix A - Error Codes
 */
export function sqlStateOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : ''
}

// "Cached plan must not change result type"; a statement that the server does not know, or knows already.
const PREPARED_REFUSED: ReadonlySet<string> = new Set(['0A000', '26000', '42P05'])

// Serialisation failure, deadlock.
const ENDED_FOR_OTHERS: ReadonlySet<string> = new Set(['40001', '40P01'])

/** Whether a statement was refused as prepared: a column was added since to what it gives, or the server knows it no more. */
export function isOfPrepared(error: unknown): boolean {
  return PREPARED_REFUSED.has(sqlStateOf(error))
}

/** Whether a transaction was ended for the sake of another one, or for a prepared statement: begun again, it goes through. */
export function isGivenWay(error: unknown): boolean {
  return ENDED_FOR_OTHERS.has(sqlStateOf(error)) || isOfPrepared(error)
}
