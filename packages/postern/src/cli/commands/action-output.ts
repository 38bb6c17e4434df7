/** @module What `action` and `plan` show people: what would change, what did, and what became of each item. */

import type { ActionAnswer, ActionItem, Effect, JsonValue } from '@postern/core'
import { formatCountOf } from '../count.ts'
import { showPlain, tell, tellProblem } from '../output.ts'

const MAX_SHOWN = 20

/** An answer, for a person. */
export function formatAnswer(answer: ActionAnswer): string {
  const { dryRun, changed, effects, items, result } = answer
  const shown = result === undefined ? [] : [showJson(result)]
  if (result !== undefined && effects.length === 0) return shown.join('\n')
  const isPartial = items?.some(({ outcome }) => outcome === 'failed') === true
  if (!changed && !isPartial) return [...shown, SO_ALREADY].join('\n')
  // Of a list some may have failed: each is told of by itself.
  if (items !== undefined && (!dryRun || !changed)) return [...shown, formatItems(items)].join('\n')
  return [...shown, ...formatEffects(effects, dryRun ? 'would' : 'done')].join('\n')
}

const SO_ALREADY = 'It is so already: nothing was changed.'

/** JSON without the characters that command a terminal, or show a text otherwise than it is. */
function showJson(value: JsonValue): string {
  return JSON.stringify(value, null, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** What changes, a line for each effect. @param most - as many are shown; default: of a long list the first ones. */
export function formatEffects(
  effects: readonly Effect[],
  mark: 'would' | 'done',
  most = MAX_SHOWN,
): readonly string[] {
  if (effects.length === 0) return ['It is so already: there is nothing to change.']
  const lines = effects.slice(0, most).map(({ summary }) => `${mark}  ${showPlain(summary)}`)
  const more = effects.length - most
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
