/** @module Templates of a declared action's request: where its arguments go, and nowhere else. */

import { isJsonObject, type JsonValue } from '../json.ts'
import { decodePath } from '../org/key-calls.ts'

/** A placeholder, and where in the declaration it stands. */
export interface Placeholder {
  readonly name: string
  /** `body.profile.title` */
  readonly at: string
}

/** The values of placeholders; undefined where an argument was left out. */
export type Values = Readonly<Record<string, JsonValue | undefined>>

const WHOLE = /^\{([A-Za-z][A-Za-z0-9]*)\}$/
const PART = /\{[A-Za-z][A-Za-z0-9]*\}/
const LITERAL_SEGMENT = /^[A-Za-z0-9._~-]+$/

/** The name that a text stands for, where it is one placeholder and nothing beside. */
function placeholderIn(text: string): string | undefined {
  return WHOLE.exec(text)?.[1]
}

/** Whether a text has a placeholder with something beside it, which nothing is put into. */
export function hasPartialPlaceholder(text: string): boolean {
  return PART.test(text) && placeholderIn(text) === undefined
}

/** The segments of a path template that are neither plain text nor a placeholder. */
export function strangeSegments(path: string): readonly string[] {
  const [first, ...segments] = path.split('/')
  if (first !== '') return [path]
  return segments.filter((text) => !LITERAL_SEGMENT.test(text) && !WHOLE.test(text))
}

/** The placeholders of a path template. */
export function placeholdersOfPath(path: string): readonly Placeholder[] {
  return path.split('/').flatMap((segment) => {
    const name = placeholderIn(segment)
    return name === undefined ? [] : [{ name, at: 'path' }]
  })
}

/** The placeholders of a value, however deep. @param at - where the value stands. */
export function placeholdersOf(value: JsonValue | undefined, at: string): readonly Placeholder[] {
  return textsOf(value, at).flatMap(({ text, at }) => {
    const name = placeholderIn(text)
    return name === undefined ? [] : [{ name, at }]
  })
}

/** Every text of a value, however deep, and where it stands. */
export function textsOf(
  value: JsonValue | undefined,
  at: string,
): readonly { readonly text: string; readonly at: string }[] {
  if (typeof value === 'string') return [{ text: value, at }]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, `${at}[${index}]`))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) => textsOf(member, `${at}.${name}`))
}

/** Whether a text, once encoded, stays within its segment of a path, however often it is decoded. */
export function isSegment(text: string): boolean {
  return text !== '' && decodePath(`/${encodeURIComponent(text)}`).ok
}

/**
 * The path with a value in the place of each placeholder, percent-encoded.
 *
 * @param values - each of them is a text that {@link isSegment}.
 */
export function fillPath(path: string, values: Values): string {
  const segments = path.split('/').map((segment) => {
    const name = placeholderIn(segment)
    return name === undefined ? segment : encodeURIComponent(String(values[name]))
  })
  return segments.join('/')
}

/** The value with each placeholder replaced; undefined, or without the member, where an argument was left out. */
export function fillValue(template: JsonValue, values: Values): JsonValue | undefined {
  if (typeof template === 'string') {
    const name = placeholderIn(template)
    return name === undefined ? template : values[name]
  }
  if (Array.isArray(template)) {
    const items: readonly JsonValue[] = template
    return items.map((item) => fillValue(item, values)).filter((item) => item !== undefined)
  }
  if (!isJsonObject(template)) return template
  const members = Object.entries(template).map(([name, member]) => {
    return [name, member === undefined ? undefined : fillValue(member, values)] as const
  })
  return Object.fromEntries(members.filter(([, member]) => member !== undefined))
}
