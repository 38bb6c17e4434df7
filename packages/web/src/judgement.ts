/** @module What became of judging one value: nothing there, good, or a problem. */

import { type Problem, problemOf } from './problem.ts'

/** A value, judged. */
export type Judgement =
  | { readonly is: 'blank' }
  /** Somebody else is asked; nothing is known yet. */
  | { readonly is: 'asked'; readonly note: string }
  | { readonly is: 'good'; readonly echo?: string; readonly notes: readonly string[] }
  | { readonly is: 'bad'; readonly problem: Problem }

/** What `parse` says about a text: blank where there is none but spaces. */
export function judgeText(
  text: string,
  parse: (
    text: string,
  ) => { readonly echo?: string; readonly notes?: readonly string[] } | undefined,
): Judgement {
  return text.trim() === '' ? { is: 'blank' } : judge(() => parse(text))
}

/** What `parse` says, or what it refuses. */
export function judge(
  parse: () => { readonly echo?: string; readonly notes?: readonly string[] } | undefined,
): Judgement {
  try {
    return { is: 'good', notes: [], ...parse() }
  } catch (error) {
    return { is: 'bad', problem: problemOf(error) }
  }
}

/** The sentences of warnings. */
export function notesOf(warnings: readonly { readonly message: string }[]): readonly string[] {
  return warnings.map(({ message }) => message)
}
