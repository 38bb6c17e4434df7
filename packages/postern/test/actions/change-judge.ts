/** @module G6: what a caller was told of a change, held against what the org did; and whether what they are told to do then finds out. */

import type { Change } from './change-kinds.ts'

/** What a caller heard. */
export type Heard =
  | { readonly kind: 'done' }
  /** It was not done, for this reason. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Nobody can say whether it was done. */
  | { readonly kind: 'unknown' }
  /** Nobody answered: the process was killed, or the caller went away. */
  | { readonly kind: 'nothing' }

/** How a caller asks. */
export interface AskOptions {
  readonly key?: string | undefined
  /** The code of a plan. */
  readonly plan?: string | undefined
}

/** Somebody who asks for changes. */
export interface Asker {
  ask(change: Change, options: AskOptions): Promise<Heard>
  /** What the org has at a path, as text. */
  look(path: string): Promise<string>
}

/** What was wrong. */
export interface Wrong {
  /** Changes that were made twice. */
  readonly twice: number
  /** Answers that were untrue: done and it is not, refused and it is done. */
  readonly untrue: number
  /** Unknown outcomes that nothing found out. */
  readonly 'never found out': number
}

/** Nothing. */
export const nothingWrong: Wrong = { twice: 0, untrue: 0, 'never found out': 0 }

/** Judges what was heard of a change that was asked for once, and then does as the caller is told. */
export async function judgeChange(
  asker: Asker,
  change: Change,
  options: AskOptions,
  heard: Heard,
): Promise<Wrong> {
  const done = change.done()
  const found = await followUp(asker, change, options, heard)
  const isTrue = heard.kind === 'done' ? done === 1 : heard.kind !== 'refused' || done === 0
  return {
    twice: change.done() > 1 ? 1 : 0,
    untrue: isTrue ? 0 : 1,
    'never found out': found ? 0 : 1,
  }
}

/** @returns whether the caller knows in the end, and the change is made once where it is wanted. */
async function followUp(
  asker: Asker,
  change: Change,
  options: AskOptions,
  heard: Heard,
): Promise<boolean> {
  const before = change.done()
  const isGuess = heard.kind === 'unknown' || heard.kind === 'nothing'
  // Who would do it a second time is told to look; the same key, or the same plan, does not do that.
  const isBlind = change.look !== undefined && isGuess
  const isSafe = options.key !== undefined || options.plan !== undefined
  if (isBlind && !isSafe) return lookAndAsk(asker, change)
  if (heard.kind === 'done' && options.key === undefined) return true
  const again = await asker.ask(change, options)
  if (again.kind === 'done') return change.done() === 1
  // A plan is used once, whatever came of it: a refusal, too.
  const isUsed = again.kind === 'refused' && again.code === 'plan_used'
  if (change.done() !== before || !(isUsed || (isBlind && again.kind === 'unknown'))) return false
  if (isBlind) return lookAndAsk(asker, change)
  return (await asker.ask(change, {})).kind === 'done' && change.done() === 1
}

/** Looks in the org, and asks once more where it is not done. */
async function lookAndAsk(asker: Asker, change: Change): Promise<boolean> {
  const { path = '', text = '' } = change.look ?? {}
  const isDone = (await asker.look(path)).includes(text)
  if (isDone !== change.done() > 0) return false
  return isDone || ((await asker.ask(change, {})).kind === 'done' && change.done() === 1)
}
