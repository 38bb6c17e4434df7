/** @module Asks every question about a connection, in order, and gives each finding as soon as it is there. */

import { PosternError } from '../error.ts'
import type { Check, CheckName } from './check.ts'
import { type DiagnoseOptions, Examination } from './examination.ts'
import { explainFailure } from './failures.ts'
import type { Finding } from './finding.ts'
import { problem } from './problems.ts'
import { checks } from './registry.ts'

const TOTAL_MS = 40_000

/**
 * Finds out what is wrong with a connection, from the texts that somebody typed to the pages of a list.
 *
 * Changes nothing, repeats nothing, and ends within `totalMs`. A healthy service app takes about ten requests: one
 * without a credential, one for the token, one for each resource that is wanted, two for pages, one for the log. With an
 * admin's credential, a refusal takes a few more. The texts are judged before anything is sent.
 *
 * @throws the reason of `signal`, and nothing else: what is wrong with the connection is a finding.
 *
 * @example
 * for await (const { status, observed, remedy } of diagnose({ connection })) …
 */
export async function* diagnose(options: DiagnoseOptions): AsyncGenerator<Finding, void> {
  const timeout = AbortSignal.timeout(options.totalMs ?? TOTAL_MS)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  const examination = new Examination(options, signal)
  const passed = new Set<CheckName>()
  for (const check of checks) {
    if ((check.credential ?? examination.kind) !== examination.kind) {
      passed.add(check.name)
      continue
    }
    const missing = check.needs.find((name) => !passed.has(name))
    if (missing !== undefined) {
      yield skipped(check, missing)
      continue
    }
    options.signal?.throwIfAborted()
    if (yield* runCheck(check, examination)) passed.add(check.name)
    options.signal?.throwIfAborted()
  }
}

/** @returns whether those that build on the check can go on. */
async function* runCheck(check: Check, examination: Examination): AsyncGenerator<Finding, boolean> {
  const found = check.run(examination)
  for (;;) {
    let step: IteratorResult<Omit<Finding, 'check'>, boolean>
    try {
      step = await found.next()
    } catch (error) {
      const observation = examination.signal.aborted
        ? problem('diagnosis_ended', 'The time allowed for the whole diagnosis is over.', {
            status: 'unknown',
          })
        : error instanceof PosternError
          ? explainFailure(examination, error)
          : undefined
      if (observation === undefined) throw error
      yield { check: check.name, ...observation }
      return false
    }
    if (step.done) return step.value
    yield { check: check.name, ...step.value }
  }
}

function skipped(check: Check, missing: CheckName): Finding {
  return {
    check: check.name,
    status: 'skipped',
    certainty: 'proven',
    observed: `Not looked at: "${missing}" comes first.`,
    details: { missing },
  }
}
