/** @module How tests start a program of these sources in a process of its own, without doing the same work again for each. */

import { fileURLToPath } from 'node:url'

/**
 * What stands before the file on Node's command line. Without the second flag V8 compiles the WebAssembly of the embedded
 * store twice, and most processes of the tests are over before the second time was worth it.
 */
export const sourceFlags: readonly string[] = ['--conditions=source', '--liftoff-only']

/** Where Node keeps the sources without their types, compiled: most of what a short process costs. */
export const compileCache: string = fileURLToPath(
  new URL('../node_modules/.cache/postern-tests', import.meta.url),
)

/** The program as it is published, bundled before the tests: a process of it takes half of what one of its sources takes. */
export const preparedProgram: string = fileURLToPath(
  new URL('../node_modules/.cache/postern-program/dist/postern.cjs', import.meta.url),
)
