/** @module Parameters that several tools have. */

import { z } from 'zod'
import { answerBytes } from './answer.ts'

const MAX_KB = answerBytes.most / 1_024
const USUAL_KB = answerBytes.usual / 1_024

/** Which connection. */
export const connection = z.string().min(1).max(64).optional()

/** Where the next page begins. */
export const cursor = z.string().max(4_096).optional()

/** Which members of each record. */
export const fields = z
  .array(z.string().regex(/^[\w$-]{1,64}(?:\.[\w$-]{1,64}){0,7}$/))
  .min(1)
  .max(40)
  .optional()
  .describe('Members to keep, such as profile.login')

/** How large the answer may be, in kilobytes. */
export const maxKb = z.int().min(1).max(MAX_KB).default(USUAL_KB)

/** A moment. */
export const moment = z.iso.datetime({ offset: true })
