/** @module What is different between two JSON objects, value by value. */

/** One value, before and after; undefined where there is none. */
export interface Difference {
  /** The names that lead to it: `profile.email`. */
  readonly name: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Every value of both, those that differ first. */
export function differencesOf(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly Difference[] {
  const [first, second] = [textsOf(before), textsOf(after)]
  const names = [...new Set([...first.keys(), ...second.keys()])]
  const all = names.map((name) => ({ name, before: first.get(name), after: second.get(name) }))
  return all.toSorted((a, b) => Number(a.before === a.after) - Number(b.before === b.after))
}

const SEPARATOR = '.'

function textsOf(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  const walk = (part: unknown, name: string): void => {
    const isEmpty = typeof part === 'object' && part !== null && Object.keys(part).length === 0
    if (typeof part === 'object' && part !== null && !Array.isArray(part) && !isEmpty) {
      for (const [key, inner] of Object.entries(part)) {
        walk(inner, name === '' ? key : `${name}${SEPARATOR}${key}`)
      }
    } else if (name !== '') {
      texts.set(name, typeof part === 'string' ? part : JSON.stringify(part))
    }
  }
  walk(value, '')
  return texts
}
