/** @module What is wrong with one member of something that is declared: all of it is told at once. */

import { PosternError } from '@postern/core'
import type { z } from 'zod'
import { describeIssue } from './file/issues.ts'

/** One member that cannot be used. Holds nothing of its value. */
export interface MemberProblem {
  /** `cron`, `sinks[1]`, `settings.url` */
  readonly path: string
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** Collects what is wrong with the members of one thing. */
export class MemberProblems {
  readonly #problems: MemberProblem[] = []

  /** What is wrong, in the order in which it was looked at. */
  get all(): readonly MemberProblem[] {
    return this.#problems
  }

  add(path: string, { code, message, remedy }: Omit<MemberProblem, 'path'>): void {
    this.#problems.push({ path, code, message, remedy })
  }

  /** What `judge` gives, unless it refuses: that is a problem of the member. */
  read<Value>(path: string, judge: () => Value): Value | undefined {
    try {
      return judge()
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      this.add(path, error)
      return undefined
    }
  }

  /** The same, where it takes time. */
  async readLater<Value>(path: string, judge: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await judge()
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      this.add(path, error)
      return undefined
    }
  }

  /** What a schema refuses. @param at - the path of what it was given. */
  addIssues(at: string, issues: readonly z.core.$ZodIssue[], code: string): void {
    for (const issue of issues) {
      const path = issue.path.reduce<string>(join, at)
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) this.add(join(path, key), unknown(code))
      } else {
        this.add(path, { code, message: describeIssue(issue), remedy: remedyOf(issue) })
      }
    }
  }
}

/** What the schema itself says to do, where it does. */
function remedyOf(issue: z.core.$ZodIssue): string {
  const own: unknown = issue.code === 'custom' ? issue.params?.['remedy'] : undefined
  return typeof own === 'string' ? own : 'Give it a value that the schema takes.'
}

function unknown(code: string): Omit<MemberProblem, 'path'> {
  return {
    code,
    message: 'There is no member of this name here.',
    remedy: 'Leave it out, or look its name up.',
  }
}

function join(path: string, part: PropertyKey): string {
  if (typeof part === 'number') return `${path}[${part}]`
  return path === '' ? String(part) : `${path}.${String(part)}`
}
