/** @module Why scopes were refused, and what was changed in those that were accepted. */

import { PosternError, type Warning } from '../error.ts'

/** What can be wrong with scopes, and with finding those of an app where none are named. */
export type ScopeErrorCode =
  | 'scope_empty'
  | 'scope_invalid_char'
  | 'scope_unknown'
  | 'scope_wildcard'
  | 'scope_not_for_service_app'
  | 'scope_too_many'
  | 'scope_list_missing'
  | 'scope_none_granted'

/** What was changed in scopes, or is worth knowing about them. */
export type ScopeWarningCode = 'scope_separator' | 'scope_duplicate' | 'scope_unlisted'

/** The text is not a set of scopes that a service app can ask for. */
export class ScopeError extends PosternError<ScopeErrorCode> {
  override readonly name = 'ScopeError'
}

/** What to do about each refusal of scopes, by its code. */
export const scopeRemedies: Readonly<Record<ScopeErrorCode, string>> = {
  scope_empty:
    'Okta needs at least one scope in every token request. Enter, for example, okta.users.read.',
  scope_invalid_char:
    'A scope has a character that RFC 6749 does not allow. Separate scopes with one space.',
  scope_unknown: 'The scope is not an Okta management scope. The detail names the nearest one.',
  scope_wildcard: 'Okta has no wildcard scopes. Name each scope.',
  scope_not_for_service_app:
    'OpenID Connect scopes do not work with client credentials. Remove them.',
  scope_list_missing:
    'Name the scopes, or a bundle of them: access-management, read-only or system-log.',
  scope_none_granted:
    "Grant the scopes on the app's Okta API Scopes tab (a Super Admin must do it), then try again.",
  scope_too_many: 'Too many scopes. Ask only for what the inputs and actions need.',
}

const messages: Readonly<Record<ScopeWarningCode, string>> = {
  scope_separator: 'Separators were turned into single spaces.',
  scope_duplicate: 'Duplicates were removed.',
  scope_unlisted:
    'Postern does not know this okta.* scope; the org refuses it if it does not exist.',
}

/** The refusal for a code. */
export function scopeError(
  code: ScopeErrorCode,
  observed: string,
  details: Readonly<Record<string, string | number>> = {},
  cause?: unknown,
): ScopeError {
  const options = { remedy: scopeRemedies[code], details }
  return new ScopeError(code, observed, cause === undefined ? options : { ...options, cause })
}

/** The warning for a code. */
export function scopeWarning(code: ScopeWarningCode): Warning<ScopeWarningCode> {
  return { code, message: messages[code] }
}
