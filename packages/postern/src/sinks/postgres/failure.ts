/** @module What a PostgreSQL server says that does not take a batch, for people: never with a value of a record. */

import { sqlStateOf } from '../../store/sql-state.ts'
import { StoreError } from '../../store/store-error.ts'
import { SinkError, type SinkErrorCode } from '../sink-error.ts'
import type { Place } from './layout.ts'

// Data that cannot be kept; a limit of the server, such as how deep JSON may be nested, or how long a key.
const OF_RECORD = /^(?:22|54)/

/** Whether a record is the reason, and not the server. @see PostgreSQL, appendix A - Error Codes */
export function isOfRecord(error: unknown): boolean {
  return OF_RECORD.test(sqlStateOf(error))
}

/** A {@link SinkError} for what the server or the driver said; an error of ours as it is. */
export function explainFailure(error: unknown, { schema }: Place): unknown {
  if (error instanceof StoreError) return explainStoreError(error)
  const state = sqlStateOf(error)
  if (state === '') return error
  const [code, observed, remedy] = explainState(state, schema)
  // The text of the server is left out: it can quote what was to be written.
  return new SinkError(code, `${observed} (${state}).`, { remedy, details: { sqlState: state } })
}

function explainState(
  state: string,
  schema: string,
): readonly [code: SinkErrorCode, observed: string, remedy: string] {
  switch (state) {
    case '42501':
      return [
        'sink_unauthorized',
        `The user of the sink may not make or write the tables in the schema ${schema}`,
        `Let the user: grant create on database, or make it the owner of the schema ${schema}.`,
      ]
    case '25006':
      return [
        'sink_unwritable',
        'PostgreSQL takes no writes',
        'Name the primary server in the URL, not a replica.',
      ]
    case '53100':
      return [
        'sink_disk_full',
        'The disk of PostgreSQL is full',
        'Make room on it. The feed goes on by itself, and nothing is lost.',
      ]
    case '3F000':
    case '42P01':
    case '42703':
      return [
        'sink_damaged',
        `A table or column is missing in the schema ${schema}`,
        'Bring the tables back from a backup, or add the sink to the feed anew, with another schema.',
      ]
    default:
      return [
        'sink_rejected',
        'PostgreSQL does not take the batch',
        'Look up the code in the log of PostgreSQL. The batch is written again.',
      ]
  }
}

/** The ways a server is not reached are told as those of the store are; it is named, and its password is not. */
function explainStoreError(error: StoreError): SinkError {
  return new SinkError(codeFor(error), error.message, {
    remedy: error.remedy,
    details: error.details,
    cause: error.cause,
  })
}

function codeFor({ code, details }: StoreError): SinkErrorCode {
  if (code !== 'store_refused') return 'sink_unreachable'
  return details['reason'] === undefined ? 'sink_settings_invalid' : 'sink_unauthorized'
}
