/** @module What can be wrong with a Connect session, for the person on the page and for whoever made it. */

import { PosternError } from '@postern/core'
import type { ConnectSessionStatus } from '../store/connect-session-values.ts'

/** What can be wrong with a Connect session. */
export type ConnectSessionErrorCode =
  | 'connect_link_invalid'
  | 'connect_link_used'
  | 'connect_session_invalid'
  | 'connect_session_ended'
  | 'connect_session_busy'
  | 'connect_session_not_found'
  | 'connect_session_too_many'
  | 'connect_field_not_allowed'
  | 'connect_origin_unknown'
  | 'connect_guide_taken'

/** A session that is not there, not any more, or not for what it was asked for. */
export class ConnectSessionError extends PosternError<ConnectSessionErrorCode> {
  override readonly name = 'ConnectSessionError'
}

const ASK_AGAIN = 'Ask whoever sent you the link for a new one.'

/** The refusal of a link that nobody was given. */
export function linkInvalid(): ConnectSessionError {
  return new ConnectSessionError('connect_link_invalid', 'The link is none that leads here.', {
    remedy: `Open the whole link, up to its last character. ${ASK_AGAIN}`,
  })
}

/** The refusal of a link that was opened before. */
export function linkUsed(): ConnectSessionError {
  return new ConnectSessionError('connect_link_used', 'The link was opened before.', {
    remedy: `Go on where it was opened: a link opens once. ${ASK_AGAIN}`,
  })
}

/** The refusal of a token that is missing or wrong. */
export function sessionInvalid(): ConnectSessionError {
  return new ConnectSessionError(
    'connect_session_invalid',
    'The request has no token of a Connect session.',
    { remedy: `Open the link again in the tab where it was opened first. ${ASK_AGAIN}` },
  )
}

const ENDINGS: Readonly<Record<ConnectSessionStatus, string>> = {
  waiting: 'is not open yet',
  open: 'has changed',
  connected: 'has ended: the connection is kept',
  failed: 'has ended: too many tries came to nothing',
  expired: 'has ended: its time is over',
  revoked: 'has ended: it was revoked',
}

/** The refusal of what only a live session may do. */
export function sessionEnded(status: ConnectSessionStatus): ConnectSessionError {
  return new ConnectSessionError(
    'connect_session_ended',
    `The Connect session ${ENDINGS[status]}.`,
    {
      remedy: status === 'connected' ? 'Close the page: nothing is left to do.' : ASK_AGAIN,
      details: { status },
    },
  )
}

/** The refusal of a second try at the same time. */
export function sessionBusy(): ConnectSessionError {
  return new ConnectSessionError('connect_session_busy', 'A try of this session is under way.', {
    remedy: 'Wait for what it finds, and then try again.',
  })
}

/** The refusal of an id that no session has. */
export function sessionNotFound(): ConnectSessionError {
  return new ConnectSessionError('connect_session_not_found', 'There is no such Connect session.', {
    remedy: 'List them with GET /v1/connect-sessions; a day after its end one is gone.',
  })
}

/** The refusal of one session more. */
export function tooManySessions(max: number): ConnectSessionError {
  return new ConnectSessionError(
    'connect_session_too_many',
    `There are ${max} Connect sessions that have not ended.`,
    { remedy: 'Wait a quarter of an hour, or revoke those that nobody will use.' },
  )
}

/** The refusal of a member that the session fixes, or does not let a person set. */
export function fieldNotAllowed(member: string): ConnectSessionError {
  return new ConnectSessionError(
    'connect_field_not_allowed',
    `This Connect session does not take ${member}.`,
    {
      remedy: 'Leave it out, or ask whoever sent you the link for one that takes it.',
      details: { member },
    },
  )
}

/** The refusal of an origin that the operator did not name. */
export function originUnknown(): ConnectSessionError {
  return new ConnectSessionError(
    'connect_origin_unknown',
    'The origin is none that may embed or open the Connect page.',
    { remedy: 'Start the server with --connect-origin and that origin, or leave it out.' },
  )
}

/** The refusal to guide a person through what a program has begun. */
export function guideTaken(name: string): ConnectSessionError {
  return new ConnectSessionError(
    'connect_guide_taken',
    `A setup of ${name} was begun in another way.`,
    {
      remedy: 'Enter the values of your app; or ask whoever sent you the link for another name.',
      details: { connection: name },
    },
  )
}
