/** @module Reads the profile that a request gives a user, and says what is wrong with it in Okta's words. */

import { duplicate, invalid, oktaError } from '../../http/okta-error.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { Org } from '../../state/org.ts'
import type { CustomAttribute } from '../../state/user.ts'
import { attributeType, requiredAttributes } from './attributes.ts'

const EMAIL = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+\.[^\s@"(),:;<>[\\\]]+$/
// Of the default schema: how many characters these attributes may have.
const lengths: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['login', [5, 100]],
  ['email', [5, 100]],
  ['firstName', [1, 50]],
  ['lastName', [1, 50]],
])

/** Whose profile is read, and how. */
export interface ReadProfileOptions {
  /** What Okta calls the object in its errors: `newUser`, `user`. */
  readonly object: string
  /** The attributes that stay where the request does not name them. */
  readonly base?: JsonObject
  /** The user who has it, and whose login is therefore no duplicate. */
  readonly userId?: string
}

/**
 * The profile after a request.
 *
 * @throws {RefusedRequest} `E0000001` with the causes; `E0000003` where it is no object.
 */
export function readProfile(org: Org, given: unknown, options: ReadProfileOptions): JsonObject {
  if (given !== undefined && given !== null && !isJsonObject(given)) throw oktaError('E0000003')
  const values = Object.entries(given ?? {})
  const undefinedNames = values.filter(([name]) => attributeType(org, name) === undefined)
  if (undefinedNames.length > 0) {
    const causes = undefinedNames.map(
      ([name]) => `Property name '${name}' is not defined in profile`,
    )
    throw invalid(options.object, ...causes)
  }
  for (const [name, value] of values) requireType(name, value, attributeType(org, name))
  const profile: JsonObject = { ...options.base, ...Object.fromEntries(values) }
  requireValues(profile)
  requireUniqueLogin(org, profile, options.userId)
  return profile
}

function requireType(name: string, value: Json | undefined, type?: CustomAttribute['type']): void {
  if (value === null || value === undefined || type === undefined) return
  const fits = {
    string: typeof value === 'string',
    number: typeof value === 'number',
    integer: Number.isInteger(value),
    boolean: typeof value === 'boolean',
    array: Array.isArray(value) && value.every((item) => typeof item !== 'object'),
  }
  if (!fits[type]) throw invalid(name, `${name}: The value is not of the type ${type}`)
}

function requireValues(profile: JsonObject): void {
  const blank = requiredAttributes.filter((name) => isBlank(profile[name]))
  if (blank.length > 0) {
    throw invalid(blank[0] ?? '', ...blank.map((name) => `${name}: The field cannot be left blank`))
  }
  const problems: (readonly [name: string, cause: string])[] = []
  for (const [name, [least, most]] of lengths) {
    const { length } = String(profile[name])
    if (length < least) problems.push([name, `${name}: The field is too short`])
    if (length > most) problems.push([name, `${name}: The field is too long`])
  }
  if (!EMAIL.test(String(profile['login'])))
    problems.push(['login', 'login: Username must be in the form of an email address'])
  for (const name of ['email', 'secondEmail']) {
    if (!isBlank(profile[name]) && !EMAIL.test(String(profile[name])))
      problems.push([name, `${name}: Does not match required pattern`])
  }
  const [first] = problems
  if (first !== undefined) throw invalid(first[0], ...problems.map(([, cause]) => cause))
}

function requireUniqueLogin(org: Org, profile: JsonObject, userId: string | undefined): void {
  const holder = org.userIdsByLogin.get(String(profile['login']).toLowerCase())
  if (holder === undefined || holder === userId) return
  throw duplicate('login')
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || String(value).trim() === ''
}
