/** @module What can be wrong with a console session, for whoever sits before the page. */

import { PosternError } from '@postern/core'

/** What can be wrong with a console session. */
export type ConsoleErrorCode =
  | 'console_link_invalid'
  | 'console_link_over'
  | 'console_session_missing'
  | 'console_session_invalid'
  | 'console_header_missing'
  | 'console_origin_insecure'

/** A browser that is not signed in, or that must not be. */
export class ConsoleError extends PosternError<ConsoleErrorCode> {
  override readonly name = 'ConsoleError'
}

const SIGN_IN = 'Open /console/ and sign in.'

/** The refusal of a browser in which nobody has signed in. */
export function sessionMissing(): ConsoleError {
  return new ConsoleError('console_session_missing', 'Nobody is signed in here.', {
    remedy: SIGN_IN,
  })
}

/** The refusal of a cookie that is wrong, or of a session that is over, in the same words. */
export function sessionInvalid(): ConsoleError {
  return new ConsoleError('console_session_invalid', 'The console session is none, or is over.', {
    remedy: SIGN_IN,
  })
}

/** The refusal of a change that no page of this server asked for. */
export function headerMissing(): ConsoleError {
  return new ConsoleError(
    'console_header_missing',
    'The request changes something with the cookie of the console, and has no X-Postern-Console header.',
    {
      remedy:
        'Send X-Postern-Console: 1; or an access key as Authorization: Bearer, and no cookie.',
    },
  )
}

/** The refusal of an address under which a cookie would travel in clear. */
export function originInsecure(): ConsoleError {
  return new ConsoleError(
    'console_origin_insecure',
    'The page was loaded over http from another machine, where anybody on the way would read the cookie.',
    { remedy: 'Open the console by its https address: the one of --public-url.' },
  )
}

/** The refusal of a link that nobody was given. */
export function linkInvalid(): ConsoleError {
  return new ConsoleError('console_link_invalid', 'The link is none that leads here.', {
    remedy: 'Open the whole link that `postern start` shows, up to its last character.',
  })
}

/** The refusal of a link that was opened before, or too late. */
export function linkOver(): ConsoleError {
  return new ConsoleError(
    'console_link_over',
    'The link was opened before, or its ten minutes are over.',
    {
      remedy:
        'Sign in with an access key, or start the server anew on a terminal for another link.',
    },
  )
}
