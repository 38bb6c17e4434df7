/** @module The refusal to do at the same time what one process does at a time. */

import { PosternError } from '@postern/core'

/** What is under way already. */
export class BusyError extends PosternError<'rotation_busy' | 'setup_busy'> {
  override readonly name = 'BusyError'
}

/** The lease for whoever sets up a connection, or rotates its key. */
export function leaseOf(connectionId: string): string {
  return `connection ${connectionId}`
}

/** The refusal of a second run. @param what - `rotation` or `setup`. */
export function busy(what: 'rotation' | 'setup', name: string): BusyError {
  return new BusyError(`${what}_busy`, `A ${what} of ${name} is under way elsewhere.`, {
    remedy: 'Wait until it has ended; after a crash that is half a minute.',
    details: { connection: name },
  })
}
