/** @module Whether a request was made by the console: by its cookie, and from a page of this server alone. */

import type { Route } from '../api.ts'
import type { Arrival } from '../arrival.ts'
import type { Incoming } from '../incoming.ts'
import { crossOrigin } from '../problem.ts'
import { cookieNameAt, cookieValues } from './cookie.ts'
import { headerMissing, sessionInvalid, sessionMissing } from './session-error.ts'
import type { ConsoleSession, ConsoleSessions } from './sessions.ts'

/** What every change that the console asks for carries: no form sends it, and no page of another origin may. */
export const consoleHeader = 'x-postern-console'

const IN_PROCESS = 'http://localhost'

/**
 * Whether a route takes a console session. Those that hand out what is good without this server, or pass a request on, do not:
 * whoever finds a way to make the browser ask must not have that in the answer.
 */
export function takesConsole({
  access,
  isPiped,
  forPrograms,
}: Pick<Route, 'access' | 'isPiped' | 'forPrograms'>): boolean {
  if (isPiped || forPrograms || access === 'public' || access === 'connect-session') return false
  return typeof access === 'string' || access.verb !== 'token'
}

/**
 * The session of a request that has no access key.
 *
 * @throws {ConsoleError} `console_session_missing`, `console_session_invalid`, `console_header_missing`
 * @throws {ServerError} `request_cross_origin`
 * @see Fetch Metadata Request Headers, section 2.1 - Sec-Fetch-Site, which no page can set
 */
export async function recogniseConsole(
  request: Incoming,
  arrival: Arrival | undefined,
  sessions: ConsoleSessions,
): Promise<ConsoleSession> {
  const { host } = new URL(request.url)
  const name = cookieNameAt(ownOrigin(host, arrival))
  const header = request.headers.get('cookie') ?? ''
  const [text, ...more] = name === undefined ? [] : cookieValues(header, name)
  if (text === undefined) throw sessionMissing()
  // One of them was set by somebody else of this host, and which one nobody can tell.
  if (more.length > 0) throw sessionInvalid()
  if (!isFromOwnPage(request, arrival)) throw crossOrigin()
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead && request.headers.get(consoleHeader) !== '1') throw headerMissing()
  return sessions.recognise(text)
}

/** The origin that a browser knows a host of this server by: https, wherever that is one of its names. */
function ownOrigin(host: string, arrival: Arrival | undefined): string {
  if (arrival === undefined) return IN_PROCESS
  const secure = `https://${host}`
  return arrival.names.origins.has(secure) ? secure : `http://${host}`
}

function isFromOwnPage({ headers }: Incoming, arrival: Arrival | undefined): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = headers.get('origin')
  return origin !== null && arrival?.names.origins.has(origin) === true
}
