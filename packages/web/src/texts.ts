/** @module Every English text of the pages, in one place. What the server and core say is theirs. */

import { formTexts } from './texts/form.ts'
import { guideTexts } from './texts/guide.ts'
import { pageTexts } from './texts/page.ts'
import { operatorCodes, remedies } from './texts/remedies.ts'
import { trialTexts } from './texts/trial.ts'

/** The texts. A translation has the same shape. */
export const texts = {
  connect: pageTexts,
  form: formTexts,
  guide: guideTexts,
  trial: trialTexts,
  remedies,
  operatorCodes,
} as const
