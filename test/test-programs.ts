/** @module The programs that tests start as processes of their own: bundled before the tests, all of them at once. */

import { sourceFlags } from './source-program.ts'

/** Where they are, below packages/postern/test and without `.ts`. */
export const testPrograms = [
  'actions/change-process',
  'config/lock-contender',
  'connections/connect-process',
  'connections/setup-process',
  'feeds/day/process',
  'feeds/feed-process',
  'feeds/running-process',
  'store/commit-process',
  'store/full-disk-process',
  'store/master-key-process',
  'store/open-store',
] as const

/** One of them. */
export type TestProgram = (typeof testPrograms)[number]

/** The variable of the environment that says where the bundles of this run are. */
export const programsVariable = 'POSTERN_TEST_PROGRAMS'

/** The name of a bundle. All lie in one folder, since what they read is found from there. */
export function bundleName(program: TestProgram): string {
  return program.replaceAll('/', '-')
}

/** What stands before the arguments of a program on Node's own command line. */
export function startOf(program: TestProgram): readonly string[] {
  return [...sourceFlags, `${process.env[programsVariable]}/${bundleName(program)}.mjs`]
}
