/** @module What feeds work with. */

import type { OpenConnection } from '../connections/opened-connection.ts'
import type { Log } from '../log.ts'
import type { OpenSinkContext } from './open-sink.ts'

/** What feeds work with. */
export interface FeedsContext extends OpenSinkContext {
  readonly connections: {
    open(name: string): Promise<Pick<OpenConnection, 'org' | 'signal'>>
  }
  readonly log: Log
  /** How much may wait for the sinks of one feed. Default: 5 million records, 1 GiB. */
  readonly spoolLimit?: SpoolLimit
}

/** How much may wait for the sinks of one feed: nothing more is read until some of it is confirmed. */
export interface SpoolLimit {
  readonly records: number
  /** Of the lines, before they are compressed. */
  readonly bytes: number
}
