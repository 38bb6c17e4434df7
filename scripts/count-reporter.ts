/** @module Tells `scripts/check.ts` how many tests passed, failed and were left out, in figures that need no parsing. */

import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule, TestSuite } from 'vitest/node'

/** The variable that names the file the figures go to. */
export const COUNTS_FILE_VARIABLE = 'POSTERN_TEST_COUNTS'

/** How a run of the tests ended. */
export interface TestCounts {
  readonly passed: number
  /** Tests that failed, and files, hooks and errors outside of any test. */
  readonly failed: number
  readonly skipped: number
}

/** Writes {@link TestCounts} as JSON when a run ends. Vitest asks for a default export. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env[COUNTS_FILE_VARIABLE]
    if (file !== undefined) writeFileSync(file, JSON.stringify(count(modules, unhandledErrors)))
  }
}

function count(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): TestCounts {
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    if (hasOwnErrors(module)) counts.failed++
    for (const suite of module.children.allSuites()) if (hasOwnErrors(suite)) counts.failed++
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      // A test that never came to its end has not passed.
      counts[state === 'pending' ? 'failed' : state]++
    }
  }
  return counts
}

function hasOwnErrors(part: TestModule | TestSuite): boolean {
  return part.errors().length > 0
}
