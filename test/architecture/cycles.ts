/** @module Circles among files that import each other. */

/** One circle for every group of files that reach each other, as the path that closes it: `[a, b, a]`. */
export function findCycles(
  imports: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const cycles: string[][] = []
  const done = new Set<string>()
  const path: string[] = []
  const follow = (file: string): void => {
    const start = path.indexOf(file)
    if (start !== -1) {
      cycles.push([...path.slice(start), file])
      return
    }
    if (done.has(file)) return
    path.push(file)
    for (const target of imports.get(file) ?? []) follow(target)
    path.pop()
    done.add(file)
  }
  for (const file of imports.keys()) follow(file)
  return cycles
}
