/** @module Texts that are written in one way, which is told in words where one is not. */

import { z } from 'zod'

/**
 * A text that a pattern matches.
 *
 * @param sentence - how it is to be written. What a schema says of a pattern itself is the pattern, which tells people nothing.
 */
export function spelled(pattern: RegExp, sentence: string) {
  return z
    .string()
    .refine((text) => pattern.test(text), sentence)
    .meta({ pattern: pattern.source })
}
