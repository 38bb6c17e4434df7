/** @module What people put around a key without knowing: names, fences, quotes, invisible characters. */

// A text with more layers than this is not an accident.
const MAX_LAYERS = 8
const FENCES = ['```', '~~~']

/** What {@link unwrap} found inside. */
export interface Unwrapped {
  readonly text: string
  /** Whether it had a name before it: then the rest of a file may follow. */
  readonly isNamed: boolean
}

/**
 * The text itself, without a name before it (`OKTA_CLIENT_PRIVATEKEY=`, `privateKey: |`), a Markdown fence or quotes.
 *
 * Every step takes time in proportion to the text: the patterns are anchored and their repetitions bounded.
 */
export function unwrap(wrapped: string): Unwrapped {
  let text = wrapped.trim()
  let isNamed = false
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const bare = fenced(text) ?? quoted(text)
    const value = bare === undefined ? assigned(text) : undefined
    if (value !== undefined) isNamed = true
    const inner = (bare ?? value ?? text).trim()
    if (inner === text) break
    text = inner
  }
  return { text, isNamed }
}

/** Zero-width characters and soft hyphens go; the many kinds of space become the one of ASCII. */
export function withoutInvisible(text: string): string {
  return text
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g, '')
    .replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
}

function fenced(text: string): string | undefined {
  const fence = FENCES.find((mark) => text.startsWith(mark) && text.endsWith(mark))
  if (fence === undefined || text.length < 2 * fence.length) return undefined
  // The word after the opening fence names a language.
  return text.slice(fence.length, -fence.length).replace(/^[a-z][a-z0-9+-]{0,15}(?=\s)/i, '')
}

/** What quotes enclose, but for a JSON string with escapes in it: that one is JSON's to read. */
function quoted(text: string): string | undefined {
  const end = /[;,]$/.test(text) ? text.length - 2 : text.length - 1
  const quote = text[0]
  if (end < 1 || quote === undefined || !'"\'`'.includes(quote) || text[end] !== quote)
    return undefined
  const inner = text.slice(1, end)
  return quote === '"' && inner.includes('\\') ? undefined : inner
}

const NAME =
  /^(?:(?:export|set|-) {1,8})?[A-Za-z_][\w.-]{0,80}[ \t]{0,8}[:=][ \t]{0,8}(?:[|>][+-]?)?/

function assigned(text: string): string | undefined {
  const name = NAME.exec(text)?.[0]
  if (name === undefined) return undefined
  const value = text.slice(name.length).trim()
  return /^["'`{[]/.test(value) || /^[A-Za-z0-9+/_=\s-]{20,}$/.test(value) ? value : undefined
}
