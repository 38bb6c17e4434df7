/** @module Members of an org's answers, checked where they come in. */

import { UpstreamError } from '../transport.ts'

/** An object of an answer. */
export type Members = Readonly<Record<string, unknown>>

/** Whether a value is an object, not a list or null. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An answer that has to be an object.
 *
 * @param what - as a person would name it: `the app`.
 * @throws {UpstreamError} `upstream_bad_response`
 */
export function requireMembers(value: unknown, what: string): Members {
  if (isMembers(value)) return value
  throw unusable(what, 'is no JSON object')
}

/** A text that has to be there. @throws {UpstreamError} `upstream_bad_response` */
export function requireText(members: Members, name: string, what: string): string {
  const value = members[name]
  if (typeof value === 'string' && value !== '') return value
  throw unusable(what, `has no ${name}`)
}

/** A text that may be left out or null. */
export function textOf(members: Members, name: string): string | undefined {
  const value = members[name]
  return typeof value === 'string' ? value : undefined
}

/** An object that may be left out; then one without members. */
export function membersOf(members: Members, name: string): Members {
  const value = members[name]
  return isMembers(value) ? value : {}
}

/** The texts of a list; everything else in it is left out. */
export function textsOf(members: Members, name: string): readonly string[] {
  const value = members[name]
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}

/** The objects of a list; everything else in it is left out. */
export function eachOf(value: unknown): readonly Members[] {
  return Array.isArray(value) ? value.filter(isMembers) : []
}

function unusable(what: string, fault: string): UpstreamError {
  return new UpstreamError('upstream_bad_response', `The org's answer about ${what} ${fault}.`, {
    remedy: 'Check for a proxy that answers in the place of Okta, then try again.',
  })
}
