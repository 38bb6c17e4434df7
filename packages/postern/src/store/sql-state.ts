/** @module The code of an error of the database, of either driver. */

/**
 * The SQLSTATE of an error; empty where it has none.
 *
 * @see PostgreSQL, appendix A - Error Codes
 */
export function sqlStateOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : ''
}
