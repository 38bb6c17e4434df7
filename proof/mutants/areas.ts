/** @module What is changed to see whether a test fails, and which tests look at it: the code where a silent hole costs most. */

/** Code, and the tests that are to notice a change of it. Patterns are relative to the repository. */
export interface Area {
  readonly name: string
  readonly sources: readonly string[]
  readonly tests: readonly string[]
  /** How much of all that is played. */
  readonly part: number
}

const core = 'packages/core'
const postern = 'packages/postern'

/** The most valuable first. */
export const areas: readonly Area[] = [
  {
    name: 'keys',
    sources: [`${core}/src/keys/*.ts`],
    // Of the fuzzing only crashes come to light, and it takes long.
    tests: [`${core}/test/keys/!(fuzz).test.ts`],
    part: 0.3,
  },
  {
    name: 'url',
    sources: [`${core}/src/url/*.ts`],
    tests: [`${core}/test/url/*.test.ts`],
    part: 0.2,
  },
  {
    name: 'org',
    sources: [
      `${core}/src/retry.ts`,
      ...['cursor', 'link', 'page', 'pages'].map((file) => `${core}/src/org/${file}.ts`),
    ],
    tests: [
      `${core}/test/retry.test.ts`,
      ...['cursor', 'link', 'page', 'log-pages', 'resume', 'retry', 'http-answers'].map(
        (file) => `${core}/test/org/${file}.test.ts`,
      ),
    ],
    part: 0.25,
  },
  {
    name: 'seal',
    sources: [`${postern}/src/store/seal.ts`],
    tests: [`${postern}/test/store/{seal,bound-to-place}.test.ts`],
    part: 0.05,
  },
  {
    name: 'cursors',
    sources: ['log-page', 'log-state', 'lost-cursor', 'stream-state', 'sweep-state'].map(
      (file) => `${postern}/src/feeds/${file}.ts`,
    ),
    tests: [`${postern}/test/feeds/{log-page,log-state,sweep-state}.test.ts`],
    part: 0.05,
  },
  {
    name: 'proxy',
    sources: [`${postern}/src/server/proxy/*.ts`],
    tests: [
      `${postern}/test/server/proxy/{headers,proxy,caller-body,cut-off,root,smuggling,stream}.test.ts`,
    ],
    part: 0.15,
  },
]
