/** @module Reads one category of the bad-input corpus, and compares an answer with what a case allows. */

import { inspect } from 'node:util'
import type { PosternError, Warning } from '@postern/core'
import { bytesOf, type CorpusAnswer, loadCases } from '../../../../test/bad-inputs/load.mjs'

/** A case whose input is one text. */
export interface TextCase {
  readonly id: string
  readonly title: string
  readonly category: string
  readonly text: string
  readonly dev: boolean
  readonly allowedDomains: readonly string[]
  readonly allowed: readonly CorpusAnswer[]
}

/** The cases of one category. */
export function corpusOf(category: string): TextCase[] {
  return loadCases()
    .filter((one) => one.category === category)
    .map((one) => {
      const { dev, allowedDomains } = one.context ?? {}
      return {
        id: one.id,
        title: one.title,
        category: one.category,
        text: bytesOf(one.input).toString('utf8'),
        dev: dev === true,
        allowedDomains: textsOf(allowedDomains),
        allowed: [one.expect, ...(one.also ?? [])],
      }
    })
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** What the code under test did, in the corpus's words. */
export type Answer =
  | { outcome: 'accepted'; normalised: string | readonly string[]; warnings: readonly Warning[] }
  | { outcome: 'rejected'; error: PosternError }

/** Whether an answer is one of those a case allows: the code exactly, the expected warnings at least. */
export function isAllowed(answer: Answer, allowed: readonly CorpusAnswer[]): boolean {
  return allowed.some((one) => {
    if (one.outcome !== answer.outcome) return false
    if (answer.outcome === 'rejected') {
      const { detail } = answer.error.details
      const isSameDetail = one.detail === undefined || one.detail === detail
      return one.code === answer.error.code && isSameDetail
    }
    const codes = answer.warnings.map((warning) => warning.code)
    return (
      JSON.stringify(one.normalised) === JSON.stringify(answer.normalised) &&
      (one.warnings ?? []).every((code) => codes.includes(code))
    )
  })
}

/** Everything of an error that could be printed. */
export function printed(error: PosternError): string {
  return [
    error.message,
    error.remedy,
    JSON.stringify(error),
    inspect(error, { depth: 9, showHidden: true }),
    String(error.stack),
  ].join('\n')
}

/** CPU milliseconds of one call, the best of five: what a case costs, without what the machine does beside it. */
export function cpuMs(call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage()
    try {
      call()
    } catch {
      // The cost of a refusal counts as much.
    }
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1_000)
  }
  return best
}
