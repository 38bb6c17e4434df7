/** @module Who makes a request: by its access key; on the routes of the Connect page by the token of its session; in the console by its cookie; and by nothing else. */

import type { RecognisedCaller } from './access-keys.ts'
import type { Route } from './api.ts'
import type { Arrival } from './arrival.ts'
import { RequestCaller } from './caller.ts'
import { recogniseConsole, takesConsole } from './console/recognise.ts'
import type { Incoming } from './incoming.ts'
import { noPermissions } from './permissions.ts'
import { accessKeyInvalid, ServerError } from './problem.ts'
import type { Services } from './services.ts'

// Ways to sign in that other servers know. Somebody who uses one believes that it counts.
const OTHER_CREDENTIAL_HEADERS = [
  'cookie',
  'dpop',
  'proxy-authorization',
  'x-api-key',
  'x-auth-token',
]
const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i
// Where a client believes to speak with an org it shows the access key as that org's API token.
const BEARER_OR_SSWS = /^(?:Bearer|SSWS) ([A-Za-z0-9._~+/=-]+)$/i

interface CredentialContext {
  readonly services: Services
  readonly requestId: string
  readonly arrival: Arrival | undefined
}

/**
 * The caller of a route: at once where nothing has to be read for it.
 *
 * @throws {ServerError} `access_key_invalid`, the same whether the key is missing, wrong, expired or revoked;
 *   `access_header_refused`
 * @throws as {@link recogniseConsole} says, where there is a cookie and no access key.
 * @throws {ConnectSessionError} `connect_session_invalid`, `connect_session_ended`, on the routes of the Connect page.
 * @see RFC 6750, section 2.1 - the Authorization request header field
 */
export function authenticate(
  route: Route,
  request: Incoming,
  who: CredentialContext,
): RequestCaller | Promise<RequestCaller> {
  const { services, requestId } = who
  if (route.access === 'public')
    return new RequestCaller({ actor: 'anybody', requestId }, noPermissions)
  let isSignedIn = false
  for (const name of OTHER_CREDENTIAL_HEADERS) {
    if (!request.headers.has(name)) continue
    isSignedIn = name === 'cookie' && takesConsole(route) && !request.headers.has('authorization')
    if (isSignedIn) continue
    throw new ServerError('access_header_refused', `The request has the header ${name}.`, {
      remedy: 'Send the access key as Authorization: Bearer, and no other credential.',
    })
  }
  if (isSignedIn || route.access === 'console-session') return callerInConsole(request, who)
  const scheme = route.isPiped ? BEARER_OR_SSWS : BEARER
  const [, text = ''] = scheme.exec(request.headers.get('authorization') ?? '') ?? []
  if (route.access === 'connect-session')
    return services.connectSessions
      .recognise(text)
      .then(
        ({ row: session, actor }) =>
          new RequestCaller({ actor, requestId }, noPermissions, { session }),
      )
  const recognised = services.accessKeys.recognise(text)
  return recognised instanceof Promise
    ? recognised.then((found) => callerWithKey(found, requestId))
    : callerWithKey(recognised, requestId)
}

async function callerInConsole(
  request: Incoming,
  { services, requestId, arrival }: CredentialContext,
): Promise<RequestCaller> {
  const session = await recogniseConsole(request, arrival, services.consoleSessions)
  const { actor, permissions, expiresAt } = session.caller
  return new RequestCaller({ actor, requestId }, permissions, { expiresAt, console: session })
}

function callerWithKey(recognised: RecognisedCaller | undefined, requestId: string): RequestCaller {
  if (recognised === undefined) throw accessKeyInvalid()
  const { actor, permissions, expiresAt } = recognised
  return new RequestCaller({ actor, requestId }, permissions, { expiresAt })
}

/** @param name - the path parameter that names a connection. @throws as {@link RequestCaller.requireVerb} says. */
export function requireAccess(route: Route, caller: RequestCaller, name: string | undefined): void {
  const { access } = route
  if (typeof access === 'string') return
  if (access.connection === 'any' && caller.permissions.maySomewhere(access.verb)) return
  // A route whose parameter is missing asks for the verb on everything.
  caller.requireVerb(access.verb, access.connection === 'name' ? name : undefined)
}
