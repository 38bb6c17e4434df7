/** @module Which client sends a form, proven by an assertion or by a secret. */

import type { ApiRequest } from '../http/request.ts'
import type { ClientAuthMethod } from '../state/app.ts'
import { type ClientApp, findClient } from '../state/clients.ts'
import { assertionType, authenticateAssertion, claimedClientId } from './assertion.ts'
import type { Form } from './form.ts'
import { oauthError } from './oauth-error.ts'
import { requireActive, requireKnown } from './require-client.ts'
import { isSameSecret } from './same-secret.ts'

interface SecretCredentials {
  readonly clientId: string
  readonly clientSecret: string
  readonly method: ClientAuthMethod
}

/**
 * The client that a request proves, in one way and not in several.
 *
 * @throws {OauthRefusal} mostly 401 `invalid_client`.
 * @see RFC 6749, section 2.3; RFC 7521, section 4.2
 */
export async function authenticateClient(request: ApiRequest, form: Form): Promise<ClientApp> {
  const { org } = request
  const header = request.headers.authorization
  const secret = form.get('client_secret')
  const assertion = form.get('client_assertion')
  if ([header, secret, assertion].filter((credential) => credential !== undefined).length > 1) {
    throw oauthError('multiple_client_credentials', {
      status: Number(org.assumptions.multipleCredentials),
    })
  }
  if (assertion !== undefined) {
    if (form.get('client_assertion_type') !== assertionType) {
      throw oauthError('assertion_type_invalid')
    }
    return authenticateAssertion(request, form, assertion)
  }
  if (header !== undefined) return authenticateSecret(request, parseBasic(header))
  const clientId = form.get('client_id')
  if (clientId === undefined) throw oauthError('no_client_credentials')
  if (secret !== undefined) {
    const method = 'client_secret_post'
    return authenticateSecret(request, { clientId, clientSecret: secret, method })
  }
  requireKnown(org, clientId)
  throw oauthError('client_authentication_failed')
}

/** The key into the rate limits of a request that is not judged yet: the client it names, else where it comes from. */
export function claimedRateKey(request: ApiRequest): string {
  const form = new URLSearchParams(request.body.toString('utf8'))
  const named =
    form.get('client_id') ??
    claimedClientId(form.get('client_assertion') ?? '') ??
    basicUser(request.headers.authorization)
  const client = named === undefined ? undefined : findClient(request.org, named)
  return client?.oauth.clientId ?? request.ipAddress
}

function authenticateSecret({ org }: ApiRequest, given: SecretCredentials): ClientApp {
  const client = requireKnown(org, given.clientId)
  requireActive(org, client)
  const { oauth } = client
  if (oauth.authMethod !== given.method) throw oauthError('client_authentication_failed')
  const right = oauth.secrets.some(
    ({ status, value }) => status === 'ACTIVE' && isSameSecret(value, given.clientSecret),
  )
  if (!right) throw oauthError('invalid_client_secret')
  return client
}

function parseBasic(header: string): SecretCredentials {
  const [, encoded] = /^basic +([\w+/=-]+)$/i.exec(header) ?? []
  const [user, ...rest] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':')
  const clientId = decode(user ?? '')
  const clientSecret = decode(rest.join(':'))
  if (rest.length === 0 || clientId === undefined || clientSecret === undefined) {
    throw oauthError('invalid_basic_header')
  }
  return { clientId, clientSecret, method: 'client_secret_basic' }
}

function basicUser(header: string | undefined): string | undefined {
  try {
    return header === undefined ? undefined : parseBasic(header).clientId
  } catch {
    return undefined
  }
}

// Both halves are form-encoded before they are put together (RFC 6749, section 2.3.1).
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
