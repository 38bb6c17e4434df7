/** @module Mutants: the code as it would be with one small mistake in it. Stryker's instrumenter makes them, and switches one on. */

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Area } from './areas.ts'

/** One mistake. */
export interface Mutant {
  /** Of this run of the program alone. */
  readonly id: string
  /** Relative to the repository. */
  readonly file: string
  readonly line: number
  /** The line as it is, which tells the same code at two places apart. */
  readonly text: string
  readonly code: string
  readonly replacement: string
}

/** The mutants of an area, and its files with all of them, none of them switched on. */
export interface Mutated {
  readonly mutants: readonly Mutant[]
  /** By absolute path. */
  readonly files: Readonly<Record<string, string>>
}

interface InstrumenterPackage {
  readonly Instrumenter: new (
    logger: unknown,
  ) => { instrument(files: readonly unknown[], options: unknown): Promise<Instrumented> }
}

interface Instrumented {
  readonly files: readonly { readonly name: string; readonly content: string }[]
  readonly mutants: readonly {
    readonly id: string
    readonly fileName: string
    readonly replacement: string
    readonly status?: string
    readonly location: { readonly start: Position; readonly end: Position }
  }[]
}

/** Both are counted from 0. */
interface Position {
  readonly line: number
  readonly column: number
}

// In a variable, so that an install that is older than this dependency is checked all the same: only who plays needs it.
const INSTRUMENTER = '@stryker-mutator/instrumenter'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

// What people read is judged by its code and its remedy; no test looks for words in it.
const SENTENCE = /\p{L}+[^\p{L}]+\p{L}+[^\p{L}]+\p{L}+/u

// `name` is that of an error class.
const PROSE: ReadonlySet<string> = new Set(['article', 'message', 'name', 'remedy'])

/** Makes the mutants of an area. */
export async function mutate(area: Area): Promise<Mutated> {
  const names = globSync([...area.sources], { cwd: root }).toSorted()
  const contents = new Map(names.map((name) => [name, readFileSync(path.join(root, name), 'utf8')]))
  const silent = () => undefined
  const { Instrumenter }: InstrumenterPackage = await import(INSTRUMENTER)
  const instrumenter = new Instrumenter({
    isTraceEnabled: () => false,
    isDebugEnabled: () => false,
    isInfoEnabled: () => false,
    isWarnEnabled: () => false,
    isErrorEnabled: () => false,
    isFatalEnabled: () => false,
    trace: silent,
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
    fatal: silent,
  })
  const made = await instrumenter.instrument(
    [...contents].map(([name, content]) => ({
      name: path.join(root, name),
      content,
      mutate: true,
    })),
    { plugins: null, excludedMutations: [], ignorers: [{ shouldIgnore: whyIgnored }] },
  )
  const mutants = made.mutants.flatMap((mutant) => {
    if (mutant.status === 'Ignored') return []
    const file = path.relative(root, mutant.fileName)
    const content = contents.get(file) ?? ''
    const lines = content.split('\n')
    const { start, end } = mutant.location
    const offsetOf = (line: number, column: number) =>
      lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, column)
    return {
      id: mutant.id,
      file,
      line: start.line + 1,
      text: (lines[start.line] ?? '').trim(),
      code: content.slice(offsetOf(start.line, start.column), offsetOf(end.line, end.column)),
      replacement: mutant.replacement,
    }
  })
  return {
    mutants,
    files: Object.fromEntries(made.files.map(({ name, content }) => [name, content])),
  }
}

interface IgnorablePath {
  readonly node: {
    readonly type: string
    readonly value?: unknown
    readonly quasis?: readonly Quasi[]
  }
  readonly parent: { readonly type: string; readonly key?: { readonly name?: string } } | null
}

interface Quasi {
  readonly value: { readonly raw: string }
}

function whyIgnored({ node, parent }: IgnorablePath): string | undefined {
  if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return undefined
  if (PROSE.has(parent?.key?.name ?? '')) return 'prose'
  const text =
    node.type === 'StringLiteral'
      ? String(node.value)
      : (node.quasis ?? []).map(({ value }) => value.raw).join(' ')
  return SENTENCE.test(text) ? 'a sentence' : undefined
}
