/** @module Why a field of a cron expression is refused. What a field means is the parser's; this names what people get wrong. */

import { showHostile } from '@postern/core'
import { CronError } from './cron-error.ts'

interface CronField {
  readonly name: string
  readonly min: number
  readonly max: number
  /** What may stand for a number; the first one for `min`. */
  readonly words: readonly string[]
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ')

/** The five fields, in their order. */
const FIELDS: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59, words: [] },
  { name: 'hour', min: 0, max: 23, words: [] },
  { name: 'day-of-month', min: 1, max: 31, words: [] },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  { name: 'day-of-week', min: 0, max: 7, words: DAYS },
]

/** How many fields an expression has. */
export const FIELD_COUNT = FIELDS.length

// One item of a list: `*`, a value or a range, and perhaps a step.
const ITEM = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/

/** Whether a word stands for a month or a day in a cron expression. */
export function isCronName(word: string): boolean {
  return [...MONTHS, ...DAYS].includes(word.toUpperCase())
}

/**
 * Judges each field by itself.
 *
 * @throws {CronError} `cron_syntax`, `cron_range`, `cron_step`, `cron_reversed_range`
 */
export function requireFields(texts: readonly string[]): void {
  for (const [index, field] of FIELDS.entries()) {
    for (const item of (texts[index] ?? '').split(',')) requireItem(item, field)
  }
}

/** The refusal of something that is no cron. @param found - what it was found in */
export function syntaxError(found: string, cause?: unknown): CronError {
  return new CronError('cron_syntax', `${showHostile(found)} is not standard cron syntax.`, {
    remedy: 'Write numbers, names, * , - and / alone: L, W, # and ? are not supported.',
    ...(cause === undefined ? {} : { cause }),
  })
}

function requireItem(item: string, field: CronField): void {
  const [whole, from, to, step] = ITEM.exec(item) ?? []
  if (whole === undefined) throw syntaxError(`${item} in the field ${field.name}`)
  const first = from === undefined ? undefined : numberOf(from, field)
  const last = to === undefined ? undefined : numberOf(to, field, 'last')
  if (step !== undefined && Number(step) < 1) {
    throw new CronError('cron_step', `The field ${field.name} has the step ${step}.`, {
      remedy: 'Write a step of 1 or more.',
    })
  }
  if (first !== undefined && last !== undefined && first > last) {
    throw new CronError(
      'cron_reversed_range',
      `The range ${from}-${to} of the field ${field.name} runs backwards.`,
      { remedy: 'Write the smaller value first; a range over the end is two, as in 22-23,0-5.' },
    )
  }
}

function numberOf(text: string, field: CronField, place: 'first' | 'last' = 'first'): number {
  const { name, min, max, words } = field
  const word = words.indexOf(text.toUpperCase())
  // A week may end with Sunday, as in FRI-SUN.
  if (word === 0 && place === 'last' && words === DAYS) return max
  if (word >= 0) return word + min
  if (!/^\d+$/.test(text)) throw syntaxError(`${text} in the field ${name}`)
  const value = Number(text)
  if (value < min || value > max) {
    throw new CronError('cron_range', `The field ${name} has the value ${showHostile(text)}.`, {
      remedy: `Write a value from ${min} to ${max}.`,
      details: { detail: `${name} ${min}-${max}` },
    })
  }
  return value
}
