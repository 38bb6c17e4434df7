/** @module Reads members of a JSON body: what has the wrong type makes the body malformed, as Okta's parser judges it. */

import { isJsonObject, type JsonObject } from '../json.ts'
import { blank, invalid, oktaError } from './okta-error.ts'

/**
 * A text that must be there.
 *
 * @throws {RefusedRequest} `E0000001` where it is absent or blank or longer than `maxLength`, `E0000003` where it is no
 *   text.
 */
export function readText(
  body: JsonObject,
  name: string,
  options: { readonly object?: string; readonly maxLength?: number } = {},
): string {
  const { object = name, maxLength = 255 } = options
  const text = optionalText(body, name)
  if (text === undefined || text.trim() === '') {
    throw blank(object, name)
  }
  if (text.length > maxLength) {
    throw invalid(object, `${name}: The field is too long. Its maximum length is ${maxLength}.`)
  }
  return text
}

/** A text; null is the same as absent. */
export function optionalText(body: JsonObject, name: string): string | undefined {
  return optional(body, name, (value) => typeof value === 'string')
}

/** A boolean; null is the same as absent. */
export function optionalBoolean(body: JsonObject, name: string): boolean | undefined {
  return optional(body, name, (value) => typeof value === 'boolean')
}

/** A whole number; null is the same as absent. */
export function optionalInteger(body: JsonObject, name: string): number | undefined {
  return optional(body, name, (value) => Number.isSafeInteger(value))
}

/** An object; null is the same as absent. */
export function optionalObject(body: JsonObject, name: string): JsonObject | undefined {
  return optional(body, name, isJsonObject)
}

/** A list of anything; null is the same as absent. */
export function optionalList(body: JsonObject, name: string): readonly unknown[] | undefined {
  return optional(body, name, Array.isArray)
}

/** A list of texts; null is the same as absent. */
export function optionalTexts(body: JsonObject, name: string): readonly string[] | undefined {
  const list = optionalList(body, name)
  if (list?.some((value) => typeof value !== 'string')) throw oktaError('E0000003')
  return list?.map(String)
}

/**
 * One of a set of texts.
 *
 * @throws {RefusedRequest} `E0000001` for any other text.
 */
export function optionalChoice<T extends string>(
  body: JsonObject,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = optionalText(body, name)
  if (text === undefined) return undefined
  const choice = choices.find((known) => known === text)
  if (choice !== undefined) return choice
  throw invalid(name, `'${name}' is invalid. Valid values: [${choices.join(', ')}].`)
}

/**
 * The members of an object; absent and null have none.
 *
 * @throws {RefusedRequest} `E0000003` where it is anything else.
 */
export function readMembers(value: unknown): JsonObject {
  if (value === undefined || value === null) return {}
  if (!isJsonObject(value)) throw oktaError('E0000003')
  return value
}

function optional<T>(
  body: JsonObject,
  name: string,
  fits: (value: unknown) => boolean,
): T | undefined {
  const value: unknown = body[name]
  if (value === undefined || value === null) return undefined
  if (!fits(value)) throw oktaError('E0000003')
  return value as T
}
