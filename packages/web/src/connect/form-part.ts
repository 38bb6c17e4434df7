/** @module What each part of the form is given. */

import type { Dispatch } from 'react'
import type { Session } from './answers.ts'
import type { Draft, DraftChange } from './draft.ts'
import type { Judgements } from './judge-values.ts'

/** The draft, what is known of it, and how to change it. */
export interface FormPart {
  readonly session: Session
  readonly draft: Draft
  readonly judgements: Judgements
  readonly change: Dispatch<DraftChange>
}
