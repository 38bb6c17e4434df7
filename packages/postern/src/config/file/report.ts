/** @module Collects the problems of a file while it is read, each with the line it stands on. */

import type { ConfigPath, ConfigProblem, ConfigProblemCode } from './problem.ts'
import { showPath } from './problem.ts'

/** Beyond these, a person corrects some and looks again. */
const MAX_PROBLEMS = 100

/** The problems of one file, and where everything in it stands. */
export class Report {
  readonly #problems: ConfigProblem[] = []
  readonly #lines = new Map<string, number>()

  /** The problems in the order of the file. */
  get problems(): readonly ConfigProblem[] {
    return this.#problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  }

  /** Remembers where something stands. @param path - by the members' own names, whatever the file calls them. */
  place(path: ConfigPath, line: number): void {
    this.#lines.set(JSON.stringify(path), line)
  }

  /** Whether something stands in the file. */
  isPlaced(path: ConfigPath): boolean {
    return this.#lines.has(JSON.stringify(path))
  }

  /** The line of something; of what is around it, where it is not there. */
  lineOf(path: ConfigPath): number | undefined {
    for (let end = path.length; end >= 0; end--) {
      const line = this.#lines.get(JSON.stringify(path.slice(0, end)))
      if (line !== undefined) return line
    }
    return undefined
  }

  /** @param problem - without a line it stands on that of its path. */
  add(
    path: ConfigPath,
    problem: {
      readonly code: ConfigProblemCode | (string & {})
      readonly message: string
      readonly remedy: string
      readonly line?: number | undefined
    },
  ): void {
    if (this.#problems.length >= MAX_PROBLEMS) return
    const { code, message, remedy, line = this.lineOf(path) } = problem
    const place = { path: showPath(path), ...(line === undefined ? {} : { line }) }
    this.#problems.push({ ...place, code, message, remedy })
  }

  /** Problems that have their places already. */
  include(problems: readonly ConfigProblem[]): void {
    this.#problems.push(...problems)
  }
}
