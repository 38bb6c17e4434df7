/** @module The form that a client sends to an authorization server. */

import { oktaError } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import { oauthError } from './oauth-error.ts'

const FORM_TYPE = 'application/x-www-form-urlencoded'
const credentials = ['client_id', 'client_secret', 'client_assertion']

/** The parameters of a form, each of which stands there once. */
export type Form = ReadonlyMap<string, string>

/**
 * The form in the body of a request.
 *
 * @throws {RefusedRequest} `E0000021` for another type of body; `invalid_request` for credentials in the query and for
 *   a parameter that is there twice.
 */
export function readForm(request: ApiRequest): Form {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== FORM_TYPE && request.body.length > 0) throw oktaError('E0000021')
  if (credentials.some((name) => request.query.has(name))) {
    throw oauthError('client_credentials_in_query')
  }
  const parameters = [...new URLSearchParams(request.body.toString('utf8'))]
  const form = new Map(parameters)
  if (form.size < parameters.length) throw oauthError('duplicate_parameters')
  return form
}
