/** @module The one character that no request may have: PostgreSQL keeps no text with it. */

import type { FieldProblem } from './problem.ts'

const NUL = '\0'

/** One problem for each text and each name of a member that has NUL in it, in the order they are found. */
export function findNul(where: FieldProblem['in'], value: unknown): readonly FieldProblem[] {
  const problems: FieldProblem[] = []
  // A list of what is left, since a body may be nested deeper than calls can be.
  const left: { readonly path: string; readonly value: unknown }[] = [{ path: '', value }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { path, value } = next
    if (typeof value === 'string' && value.includes(NUL))
      problems.push({ in: where, path, message: 'has the character NUL' })
    if (typeof value !== 'object' || value === null) continue
    const inList = Array.isArray(value)
    for (const [name, member] of Object.entries(value)) {
      if (name.includes(NUL))
        problems.push({ in: where, path, message: 'has a member with the character NUL' })
      else left.push({ path: join(path, name, inList), value: member })
    }
  }
  return problems
}

function join(path: string, name: string, inList: boolean): string {
  if (inList) return `${path}[${name}]`
  return path === '' ? name : `${path}.${name}`
}
