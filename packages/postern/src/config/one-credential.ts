/** @module A connection signs in with one credential: a service app's key or an API token. */

import { PosternError } from '@postern/core'

class TwoCredentialsError extends PosternError<'connection_two_credentials'> {
  override readonly name = 'TwoCredentialsError'
}

/** What may be given to sign in with; whatever is there counts, an empty text too. */
export interface GivenCredentials {
  readonly key?: unknown
  /** The id of a key draft, in the place of `key`. */
  readonly keyDraft?: unknown
  readonly apiToken?: unknown
}

/** Refuses a key, or the draft of one, beside an API token. @throws {PosternError} `connection_two_credentials` */
export function requireOneCredential({ key, keyDraft, apiToken }: GivenCredentials): void {
  const ofKey = keyDraft === undefined ? 'key' : 'keyDraft'
  if ((keyDraft ?? key) === undefined || apiToken === undefined) return
  throw new TwoCredentialsError(
    'connection_two_credentials',
    `Both ${ofKey} and apiToken are given, and a connection signs in with one of them.`,
    {
      remedy: `Leave apiToken out for a service app, or ${ofKey} for an API token.`,
      details: { members: [ofKey, 'apiToken'] },
    },
  )
}
