/** @module Which known names are nearest to one that was mistyped. */

const MAX_EDITS = 4
const LONGEST_NAME = 64

/** Up to three known names that differ least from `name`, or share a word with it; the nearest first. */
function nearestNames(name: string, known: readonly string[]): readonly string[] {
  const words = new Set(name.toLowerCase().split('-'))
  return known
    .map((candidate) => {
      const shared = candidate.split('-').filter((word) => words.has(word)).length
      return { candidate, shared, edits: countEdits(name.toLowerCase(), candidate.toLowerCase()) }
    })
    .filter(({ shared, edits }) => shared > 0 || edits <= MAX_EDITS)
    .toSorted((a, b) => a.edits - 4 * a.shared - (b.edits - 4 * b.shared))
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** The sentence that names them: `Did you mean a or b?`, or nothing. */
export function suggestNames(name: string, known: readonly string[]): string {
  // A name as long as a book is like none, and takes long to compare.
  const nearest = nearestNames(name.slice(0, LONGEST_NAME), known)
  return nearest.length === 0 ? '' : `Did you mean ${nearest.join(' or ')}? `
}

// The distance of Levenshtein, row by row.
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
