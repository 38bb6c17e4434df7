/** @module What can be wrong with connections that are kept by name. */

import { type Finding, PosternError } from '@postern/core'

/** What can be wrong with a stored connection. */
export type StoredConnectionErrorCode =
  | 'connection_not_found'
  | 'connection_exists'
  | 'connection_unusable'
  | 'connection_changed'
  | 'connection_kind'
  | 'connection_in_use'

/** A connection that is not kept, or is not kept as it was asked for. */
export class StoredConnectionError extends PosternError<StoredConnectionErrorCode> {
  override readonly name = 'StoredConnectionError'
}

/** The refusal of a name that no connection has, or none that the caller may see. */
export function connectionNotFound(name: string): StoredConnectionError {
  return new StoredConnectionError('connection_not_found', `There is no connection ${name}.`, {
    remedy: 'Look for its name with postern connections list.',
    details: { connection: name },
  })
}

/** The refusal of a name that is taken. */
export function connectionExists(name: string): StoredConnectionError {
  return new StoredConnectionError('connection_exists', `There is a connection ${name} already.`, {
    remedy: `Choose another name, or remove that one: postern connections remove ${name}.`,
    details: { connection: name },
  })
}

/** The refusal of a connection that does not work, with what the doctor found. */
export function connectionUnusable(
  name: string,
  problems: readonly Finding[],
): StoredConnectionError {
  const [first] = problems
  return new StoredConnectionError(
    'connection_unusable',
    first === undefined
      ? `Connection ${name} could not be tried out.`
      : `Connection ${name} does not work: ${first.observed}`,
    {
      remedy: first?.remedy ?? 'Run postern doctor with the same values, and do what it says.',
      details: { connection: name, findings: problems },
    },
  )
}

/** The refusal of a change to what was changed since it was read. */
export function connectionChanged(name: string): StoredConnectionError {
  return new StoredConnectionError(
    'connection_changed',
    `Connection ${name} was changed at the same time.`,
    {
      remedy: `Look at it with postern connections show ${name}, and make the change again.`,
      details: { connection: name },
    },
  )
}

/** The refusal of values that belong to the other kind of credential. */
export function connectionKind(
  name: string,
  kind: 'service-app' | 'api-token',
  members: readonly string[],
): StoredConnectionError {
  const what = kind === 'service-app' ? 'a service app' : 'an API token'
  return new StoredConnectionError(
    'connection_kind',
    `Connection ${name} signs in with ${what}, which has no ${members.join(', ')}.`,
    {
      remedy: 'Connect the other credential under a name of its own, and remove this connection.',
      details: { connection: name, kind, members },
    },
  )
}

/** The refusal to remove what feeds read over. */
export function connectionInUse(name: string, feeds: readonly string[]): StoredConnectionError {
  const verb = feeds.length === 1 ? 'reads' : 'read'
  return new StoredConnectionError(
    'connection_in_use',
    `Connection ${name} stays: the feeds ${feeds.join(', ')} ${verb} over it.`,
    {
      remedy: 'Remove those feeds first: postern feed remove NAME.',
      details: { connection: name, feeds },
    },
  )
}
