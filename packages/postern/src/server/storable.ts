/** @module What no store keeps: the character NUL, which PostgreSQL has no text with, and values nested deeper than calls can be. */

import type { FieldProblem } from './problem.ts'

const NUL = '\0'
// Far beyond what any request needs, and far within what `JSON.stringify` can write.
const MAX_DEPTH = 64

interface Part {
  readonly path: string
  readonly depth: number
  readonly value: unknown
}

/** One problem for each text, each name of a member and each value that cannot be kept. */
export function findUnstorable(where: FieldProblem['in'], value: unknown): readonly FieldProblem[] {
  if (isFlat(value)) return []
  const problems: FieldProblem[] = []
  // A list of what is left, since calls cannot be nested as deep as a body can.
  const left: Part[] = [{ path: '', depth: 0, value }]
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const { path, depth, value } = part
    const refuse = (message: string) => problems.push({ in: where, path, message })
    if (typeof value === 'string' && value.includes(NUL)) refuse('has the character NUL')
    if (typeof value !== 'object' || value === null) continue
    if (depth === MAX_DEPTH) {
      refuse(`has values nested more than ${MAX_DEPTH} deep`)
      continue
    }
    for (const [name, member] of Object.entries(value)) {
      if (name.includes(NUL)) refuse('has a member with the character NUL')
      else left.push({ path: join(part, name), depth: depth + 1, value: member })
    }
  }
  return problems
}

/** Whether it has texts alone, none of them with NUL: the usual path, query and short body. */
function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const name in value) {
    const member: unknown = value[name as keyof typeof value]
    if (name.includes(NUL) || typeof member !== 'string' || member.includes(NUL)) return false
  }
  return true
}

function join({ path, value }: Part, name: string): string {
  if (Array.isArray(value)) return `${path}[${name}]`
  return path === '' ? name : `${path}.${name}`
}
