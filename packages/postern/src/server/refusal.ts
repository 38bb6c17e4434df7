/** @module What is told of something thrown: an error of ours as it is, of the rest what is known. */

import { PosternError } from '@postern/core'
import { sqlStateOf } from '../store/sql-state.ts'
import { StoreError } from '../store/store-error.ts'
import { ServerError } from './problem.ts'
import type { Services } from './services.ts'

const DISK_FULL = '53100'
// NUL, which no text of the database has, and no JSON of it.
const UNSTORABLE: ReadonlySet<string> = new Set(['22021', '22P05'])

/**
 * The error that says what was thrown. What nobody here threw on purpose goes to the log, for whoever keeps the server.
 *
 * @returns undefined where nothing is known of it.
 */
export function refusalOf(
  thrown: unknown,
  { log, requestId }: Pick<Services, 'log'> & { readonly requestId: string },
): PosternError | undefined {
  const sqlState = sqlStateOf(thrown)
  if (UNSTORABLE.has(sqlState)) return unstorable()
  if (isAbort(thrown)) return abandoned()
  // Whoever asks is not told where the store is.
  if (thrown instanceof StoreError && thrown.code === 'store_disk_full') return storeFull(thrown)
  if (thrown instanceof PosternError) return thrown
  log.error({ requestId, err: thrown }, 'failed')
  return sqlState === DISK_FULL ? storeFull(thrown) : undefined
}

/** What is told where the store gives no answer at all. */
export function storeUnreachable(): ServerError {
  return new ServerError('store_unreachable', 'The database does not answer.', {
    remedy: 'Look at the database, and at what the log says under the request id; then ask again.',
  })
}

/** Whether something ended because its caller is gone. */
function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError'
}

function abandoned(): ServerError {
  return new ServerError('request_abandoned', 'The caller was gone before there was an answer.', {
    remedy: 'Ask again, and wait for the answer.',
  })
}

function storeFull(cause: unknown): StoreError {
  return new StoreError('store_disk_full', 'The disk that the database is on is full.', {
    remedy: 'Free 200 MB on that disk, then ask again.',
    cause,
  })
}

function unstorable(): ServerError {
  return new ServerError(
    'request_invalid',
    'A text of the request has a character that cannot be kept.',
    { remedy: 'Leave out the NUL character (\\u0000), and send the request again.' },
  )
}
