/** @module Scopes: from a pasted list to a sorted set. */

import type { Warning } from '../error.ts'
import { secretLookAlike } from '../secret-look-alike.ts'
import { nearestScope } from './nearest-scope.ts'
import { oktaScopes } from './okta-scopes.ts'
import { type ScopeError, type ScopeWarningCode, scopeError, scopeWarning } from './scope-error.ts'
import { isScopeToken } from './scope-token.ts'

/** Options of {@link parseScopes}. */
export interface ParseScopesOptions {
  /** The scopes are for a custom authorization server, which has names of its own. */
  readonly customAuthorizationServer?: boolean
}

/** Accepted scopes, with what was changed in the text. */
export interface ParsedScopes {
  /** Without duplicates, in order of name: the same set is always the same text. */
  readonly scopes: readonly string[]
  readonly warnings: readonly Warning<ScopeWarningCode>[]
}

const MAX_SCOPES = 200
const MAX_CHARACTERS = 16 * 1024
const MAX_SCOPE_CHARACTERS = 128
const known: ReadonlySet<string> = new Set(oktaScopes)
const openIdScopes: ReadonlySet<string> = new Set(
  'openid profile email address phone offline_access online_access device_sso'.split(' '),
)
const LIST_DASH = /^[ \t]*-[ \t]+/gm
const OKTA_SCOPE = /^okta(?:\.[A-Za-z][A-Za-z0-9]*){2,}$/

/**
 * Reads scopes however they were listed: between spaces, commas, line breaks and the like, as a JSON array, with dashes,
 * or run together.
 *
 * A well-formed `okta.*` name that Postern does not know and that is near none it knows passes with `scope_unlisted`:
 * Okta adds scopes more often than Postern is updated.
 *
 * @throws {ScopeError} with `details.detail` naming the nearest scope for `scope_unknown`.
 * @see RFC 6749, section 3.3 - Access token scope
 * @see Okta, "OAuth 2.0 scopes"
 */
export function parseScopes(
  text: string | readonly string[],
  options: ParseScopesOptions = {},
): ParsedScopes {
  const { names, isSeparated } = cut(text, options)
  const lookAlike = secretLookAlike(names.join(' '))
  if (lookAlike !== undefined) {
    throw scopeError('scope_invalid_char', `The text looks like ${lookAlike}.`)
  }
  if (names.length === 0) throw scopeError('scope_empty', 'There is no scope.')
  if (names.length > MAX_SCOPES) {
    throw tooMany(`There are ${names.length} scopes.`)
  }
  const warnings = new Set<ScopeWarningCode>(isSeparated ? ['scope_separator'] : [])
  const scopes = new Set<string>()
  names.forEach((name, index) => {
    const judged = judge(name, { position: index + 1, of: names.length }, options)
    for (const warning of judged.warnings) warnings.add(warning)
    for (const scope of judged.scopes) {
      if (scopes.has(scope)) warnings.add('scope_duplicate')
      scopes.add(scope)
    }
  })
  return { scopes: [...scopes].sort(), warnings: [...warnings].map(scopeWarning) }
}

/** The text of a set of scopes, as a token request carries it: separated by one space. */
export function formatScopes(scopes: Iterable<string>): string {
  return [...scopes].join(' ')
}

/**
 * Whether granted scopes allow what a wanted one does: itself, or the `.manage` of the same resource for a `.read`.
 *
 * @see Okta, "Implement OAuth for Okta" - scope naming
 */
export function scopeCovers(granted: Iterable<string>, wanted: string): boolean {
  const isRead = wanted.startsWith('okta.') && wanted.endsWith('.read')
  const manage = isRead ? `${wanted.slice(0, -'.read'.length)}.manage` : wanted
  for (const scope of granted) if (scope === wanted || scope === manage) return true
  return false
}

/** Whether a name is of an `okta.*` scope that a service app may ask for: none that stands for a signed-in user. */
export function isServiceScope(name: string): boolean {
  return OKTA_SCOPE.test(name) && name.length <= MAX_SCOPE_CHARACTERS && !isForSignedInUser(name)
}

function isForSignedInUser(name: string): boolean {
  return name === 'groups' || /^okta\..*\.self$/.test(name) || name.startsWith('okta.myAccount.')
}

function cut(
  text: string | readonly string[],
  options: ParseScopesOptions,
): { names: readonly string[]; isSeparated: boolean } {
  // A custom scope may hold a semicolon, be a dash or end in %20; an okta.* scope never.
  const isCustom = options.customAuthorizationServer === true
  const separators = isCustom ? /[\s,]+/ : /(?:[\s,;|+]|%20)+/
  const pieces = typeof text === 'string' ? [text] : text
  if (pieces.length > MAX_SCOPES) throw tooMany(`There are ${pieces.length} scopes.`)
  const characters = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const hasText = pieces.some((piece) => /[^\s,]/.test(piece))
  if (hasText && characters > MAX_CHARACTERS)
    throw tooMany(`The scopes have ${characters} characters.`)
  const cuts = pieces.map((piece) => {
    const listed = readJsonArray(piece) ?? (isCustom ? piece : piece.replace(LIST_DASH, ' '))
    const names = listed.split(separators).filter((name) => name !== '')
    return { names, isSeparated: piece.trim() !== names.join(' ') }
  })
  return {
    names: cuts.flatMap(({ names }) => names),
    isSeparated: cuts.some((piece) => piece.isSeparated && piece.names.length > 0),
  }
}

/** The members of a JSON array of texts, separated by line breaks; undefined for any other text. */
function readJsonArray(text: string): string | undefined {
  if (!/^\s*\[/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const isTexts = Array.isArray(value) && value.every((member) => typeof member === 'string')
    return isTexts ? value.join('\n') : undefined
  } catch {
    return undefined
  }
}

function judge(
  name: string,
  place: { position: number; of: number },
  options: ParseScopesOptions,
): { scopes: readonly string[]; warnings: readonly ScopeWarningCode[] } {
  const which = `Scope ${place.position} of ${place.of}`
  const details = { position: place.position }
  if (!isScopeToken(name)) {
    throw scopeError('scope_invalid_char', `${which} has a character no scope has.`, details)
  }
  if (openIdScopes.has(name.toLowerCase())) {
    throw scopeError('scope_not_for_service_app', `${which} is of OpenID Connect.`, details)
  }
  if (options.customAuthorizationServer === true || known.has(name)) {
    return { scopes: [name], warnings: [] }
  }
  if (name.includes('*')) throw scopeError('scope_wildcard', `${which} has a "*".`, details)
  if (isForSignedInUser(name)) {
    throw scopeError('scope_not_for_service_app', `${which} is for a signed-in user.`, details)
  }
  const parts = name.split(/(?=okta\.)/)
  if (parts.length > 1 && parts.every((part) => known.has(part))) {
    return { scopes: parts, warnings: ['scope_separator'] }
  }
  const mistyped = parts.length > 1 ? parts.find((part) => !known.has(part)) : undefined
  if (mistyped !== undefined) throw unknownScope(which, nearestScope(mistyped), details)
  const isOkta = OKTA_SCOPE.test(name)
  const nearest = nearestScope(name, isOkta ? { maxEdits: 2 } : {})
  if (nearest === undefined) return { scopes: [name], warnings: ['scope_unlisted'] }
  throw unknownScope(which, nearest, details)
}

function unknownScope(which: string, nearest: string, details: { position: number }): ScopeError {
  return scopeError('scope_unknown', `${which} is no scope of Okta; ${nearest} is the nearest.`, {
    ...details,
    detail: nearest,
  })
}

function tooMany(observed: string): ScopeError {
  return scopeError('scope_too_many', observed, {
    maxScopes: MAX_SCOPES,
    maxCharacters: MAX_CHARACTERS,
  })
}
