/** @module The known scope nearest to a mistyped one. */

import { oktaScopes } from './okta-scopes.ts'

// Verbs of other products' scopes: on a resource that Okta has, they mean `read` or `manage`.
const READING: ReadonlySet<string> = new Set(
  'read get list view readonly readOnly reader self'.split(' '),
)
const MANAGING: ReadonlySet<string> = new Set(
  'manage write create update delete edit admin modify all full readwrite readWrite'.split(' '),
)
const MAX_CHARACTERS = 100
const byLowerCase: ReadonlyMap<string, string> = new Map(
  oktaScopes.map((scope) => [scope.toLowerCase(), scope]),
)

/**
 * The known scope nearest to a name: by case, by the verb of another product, else by the number of edits.
 *
 * @param options.maxEdits - how many edits still count as near; without it there is always a nearest one.
 */
export function nearestScope(name: string): string
export function nearestScope(
  name: string,
  options: { readonly maxEdits?: number },
): string | undefined
export function nearestScope(
  name: string,
  options: { readonly maxEdits?: number } = {},
): string | undefined {
  const text = name.slice(0, MAX_CHARACTERS)
  const nearest = byLowerCase.get(text.toLowerCase()) ?? withKnownVerb(text)
  if (nearest !== undefined) return nearest
  const framed = inOktaFrame(text)
  const limit = (options.maxEdits ?? MAX_CHARACTERS * 2) + 1
  let best: { scope: string | undefined; edits: number } = { scope: undefined, edits: limit }
  for (const [lower, scope] of byLowerCase) {
    const edits = editDistance(framed, lower, best.edits)
    if (edits < best.edits) best = { scope, edits }
  }
  return best.scope
}

/** `users.read` and `okta:users:read` are near in everything but the frame. */
function inOktaFrame(text: string): string {
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
  return (words[0] === 'okta' ? words : ['okta', ...words]).join('.')
}

function withKnownVerb(text: string): string | undefined {
  const lastDot = text.lastIndexOf('.')
  const verb = text.slice(lastDot + 1)
  const manage = byLowerCase.get(`${text.slice(0, lastDot)}.manage`.toLowerCase())
  const read = byLowerCase.get(`${text.slice(0, lastDot)}.read`.toLowerCase())
  if (MANAGING.has(verb)) return manage ?? read
  if (READING.has(verb)) return read ?? manage
  return byLowerCase.get(`${text}.read`.toLowerCase())
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), or `limit` if not fewer. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = isSwap && row > 1 && column > 1 ? (beforeLast[column - 2] ?? 0) + 1 : limit
      const inserted = (current[column - 1] ?? 0) + 1
      const deleted = (last[column] ?? 0) + 1
      current.push(Math.min(replaced, swapped, inserted, deleted))
    }
    if (Math.min(...current) >= limit) return limit
    beforeLast = last
    last = current
  }
  return Math.min(limit, last[b.length] ?? limit)
}
