/** @module Data made plain for a reader that may take text for orders: nothing invisible is in it, and no secret. */

import { type JsonValue, secretShapes } from '@postern/core'

// Members in which an org's answers carry a secret: of apps and identity providers, of hooks, of a user that is activated.
const SECRET_NAME = /(?:secret|token|passwd|password|passcode|private_?key)$/i
const PRIVATE_MEMBERS: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])

const SECRET_TEXTS: readonly RegExp[] = [
  ...secretShapes,
  /\bpostern_[0-9a-f]{16}_[A-Za-z0-9_-]{40,}/g,
]

// A line break and a tab are no more than that once they stand in JSON. Everything else that is not seen could be read all the
// same: directions of writing, marks of width zero, and the letters of tags, in which whole sentences have been hidden.
const UNSEEN =
  /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\u115f\u1160\u3164\uffa0]|\p{Variation_Selector}/gu

/**
 * The same data with every character to be seen: what is invisible is written as `\u{202e}`. What is or looks like a secret
 * becomes `[removed]`.
 */
export function plainData(value: unknown): JsonValue {
  return plain(JSON.parse(JSON.stringify(value) ?? 'null'))
}

function plainText(text: string): string {
  // Invisible characters go first: inside a secret they would keep it from being recognised.
  let shown = text
  for (const shape of SECRET_TEXTS) shown = shown.replace(shape, '[removed]')
  const bare = shown.replace(UNSEEN, '')
  if (bare !== shown && SECRET_TEXTS.some((shape) => bare.search(shape) >= 0)) return '[removed]'
  return shown.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

function plain(value: JsonValue): JsonValue {
  if (typeof value === 'string') return plainText(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const isKey = 'kty' in value
  const entries = Object.entries(value).map(([name, member]) => [
    plainText(name),
    isSecret(name, member, isKey) ? '[removed]' : plain(member ?? null),
  ])
  // Makes own members of whatever they are called, `__proto__` too.
  return Object.fromEntries(entries)
}

function isSecret(name: string, value: JsonValue | undefined, ofKey: boolean): boolean {
  if (typeof value !== 'string' || value === '') return false
  return SECRET_NAME.test(name) || (ofKey && PRIVATE_MEMBERS.has(name))
}
