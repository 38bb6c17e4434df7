/** @module Mutants that were looked at and change nothing that can be observed, each with its reason. */

import type { Mutant } from './mutant.ts'

interface Equivalent {
  readonly file: string
  /** The line, without the spaces around it. */
  readonly text: string
  readonly code: string
  readonly replacement: string
  readonly why: string
}

const equivalents: readonly Equivalent[] = []

/** Why a mutant cannot be noticed; undefined where it was not looked at, or can be. */
export function whyEquivalent({ file, text, code, replacement }: Mutant): string | undefined {
  return equivalents.find(
    (one) =>
      one.file === file &&
      one.text === text &&
      one.code === code &&
      one.replacement === replacement,
  )?.why
}
