/** @module What `action` and `plan` show people: what would change, what did, and what became of each item. */

import type { ActionAnswer, ActionItem, Effect } from '@postern/core'
import { formatCountOf } from '../count.ts'
import { showPlain, tell, tellProblem } from '../output.ts'

const MAX_SHOWN = 20

/** An answer, for a person. */
export function formatAnswer(answer: ActionAnswer): string {
  const { dryRun, changed, effects, items, result } = answer
  const shown = result === undefined ? [] : [JSON.stringify(result, null, 2)]
  if (result !== undefined && effects.length === 0) return shown.join('\n')
  if (!changed) return [...shown, 'It is so already: nothing was changed.'].join('\n')
  // Of a list some may have failed: each is told of by itself.
  if (items !== undefined && !dryRun) return [...shown, formatItems(items)].join('\n')
  return [...shown, ...formatEffects(effects, dryRun ? 'would' : 'done')].join('\n')
}

/** What changes, a line for each of the first effects. */
export function formatEffects(
  effects: readonly Effect[],
  mark: 'would' | 'done',
): readonly string[] {
  if (effects.length === 0) return ['It is so already: there is nothing to change.']
  const lines = effects.slice(0, MAX_SHOWN).map(({ summary }) => `${mark}  ${showPlain(summary)}`)
  const more = effects.length - MAX_SHOWN
  return more > 0 ? [...lines, `${mark}  and ${formatCountOf(more, 'more')}`] : lines
}

/** Tells what became of the items of a list, and what else is worth knowing. */
export function tellAnswer({ items = [], notes }: Pick<ActionAnswer, 'items' | 'notes'>): void {
  for (const note of notes) tell(showPlain(note))
  const failed = items.filter(({ error }) => error !== undefined)
  for (const { value, error } of failed.slice(0, MAX_SHOWN)) {
    if (error !== undefined) tellProblem(`${value}: ${error.message}`, error.remedy, error.code)
  }
  if (failed.length > MAX_SHOWN)
    tell(`and ${formatCountOf(failed.length - MAX_SHOWN, 'more')}; --output json has all of them`)
}

function formatItems(items: readonly ActionItem[]): string {
  const counts = [...Map.groupBy(items, ({ outcome }) => outcome)].map(
    ([outcome, some]) => `${some.length} ${WORDS[outcome]}`,
  )
  return `${formatCountOf(items.length, 'items')}: ${counts.join(', ')}`
}

const WORDS: Readonly<Record<ActionItem['outcome'], string>> = {
  changed: 'changed',
  already_so: 'so already',
  planned: 'to be changed',
  failed: 'failed',
}
