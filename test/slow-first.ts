/** @module The order of the test files: those that take long begin first, so that none is left over for one worker alone. */

import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Of a first run nothing is known but the sizes of files, and these are short.
const SLOW =
  /\/(?:kill-[\w-]+|races|takeover|crash|pglite|verify|lossless|readme|setup-kept)\.test\.ts$/

/** Vitest's own order, behind the files that are known to be slow. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSlow = ({ moduleId }: TestSpecification) => SLOW.test(moduleId)
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}
