/** @module Answers of a bounded size: as many items as fit, and long texts cut where one alone does not. */

import type { JsonValue } from '@postern/core'
import { plainData } from './plain.ts'

/** What of a list fits. */
export interface Fitted {
  readonly items: readonly JsonValue[]
  /** How many of the list these are; each after them waits for the next page. */
  readonly taken: number
}

// What is around the items: the name of the connection, a cursor, a note.
const AROUND_BYTES = 512

/** The first items of a list that fit into an answer, made plain; of one that does not fit alone, what does. */
export function fitItems(items: Iterable<unknown>, maxBytes: number): Fitted {
  let room = maxBytes - AROUND_BYTES
  const fitted: JsonValue[] = []
  for (const item of items) {
    const shown = plainData(item)
    const bytes = bytesOf(shown) + 1
    if (bytes > room && fitted.length > 0) break
    fitted.push(shorten(shown, room))
    room -= bytes
  }
  return { items: fitted, taken: fitted.length }
}

/** A value made plain, as far as it fits. */
export function fitValue(value: unknown, maxBytes: number): JsonValue {
  return shorten(plainData(value), maxBytes)
}

// How many characters of a text, and items of a list, are kept, in the order they are tried.
const CUTS = [
  [4_000, 200],
  [1_000, 50],
  [200, 20],
  [60, 5],
  [20, 1],
] as const

/** A value that fits: texts and lists in it are cut, each saying so. */
export function shorten(value: JsonValue, maxBytes: number): JsonValue {
  if (bytesOf(value) <= maxBytes) return value
  for (const [characters, items] of CUTS) {
    const cut = cutAt(value, characters, items)
    if (bytesOf(cut) <= maxBytes) return cut
  }
  return { cut: `It has ${bytesOf(value)} bytes. Ask for some of its members with fields.` }
}

/** A value as one line of JSON in which nothing could close a tag that somebody puts around it. */
export function jsonLine(value: JsonValue): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e')
}

function bytesOf(value: JsonValue): number {
  return Buffer.byteLength(jsonLine(value))
}

function cutAt(value: JsonValue, characters: number, items: number): JsonValue {
  if (typeof value === 'string') {
    return value.length > characters
      ? `${value.slice(0, characters)}… (cut: ${value.length} characters)`
      : value
  }
  if (Array.isArray(value)) {
    const kept = value.slice(0, items).map((item) => cutAt(item, characters, items))
    return value.length > items ? [...kept, `… (cut: ${value.length} items)`] : kept
  }
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [
    name.slice(0, 200),
    cutAt(member ?? null, characters, items),
  ])
  return Object.fromEntries(members)
}
