/** @module Schedules as people write them: five cron fields in a time zone. */

import { showHostile } from '@postern/core'
import { type CronExpression, CronExpressionParser } from 'cron-parser'
import { CronError } from './cron-error.ts'
import { FIELD_COUNT, isCronName, requireFields, syntaxError } from './cron-fields.ts'
import { proposeCron } from './cron-words.ts'
import type { WallMs } from './zone.ts'

/** A schedule that fires for ever. */
export interface Cron {
  /** Five fields, normalised: numbers alone, Sunday is 0, each list in order. */
  readonly expression: string
  /** An IANA name. */
  readonly timezone: string
}

const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}

// Every value of every field, written out, takes half of it.
const MAX_CHARACTERS = 1_000

/**
 * Parses a cron expression: minute, hour, day of month, month, day of week, or one of the macros from `@hourly` to `@yearly`.
 *
 * Where both days are given, either one matches. Names of months and days are taken in any case.
 *
 * @throws {CronError} with the code of what is wrong; `details.detail` holds the expression that may have been meant
 * @see POSIX, crontab - the five fields
 */
export function parseCron(text: string, timezone: string): Cron {
  const zone = requireTimezone(timezone)
  const fields = requireShape(text)
  requireFields(fields)
  return { expression: openCron(fields).stringify(), timezone: zone }
}

/** Walks through the wall times that an expression which was parsed before matches. @param after - it gives what is later */
export function iterateCron(expression: string, after: WallMs): CronExpression {
  return CronExpressionParser.parse(expression, { tz: 'UTC', currentDate: new Date(after) })
}

/** The five fields as they were written. */
function requireShape(text: string): readonly string[] {
  const trimmed = text.trim()
  if (trimmed === '') {
    throw new CronError('cron_empty', 'The cron expression is empty.', {
      remedy: 'Enter five fields, for example */5 * * * *',
    })
  }
  if (trimmed.length > MAX_CHARACTERS)
    throw syntaxError(`An expression of ${trimmed.length} characters`)
  if (trimmed.startsWith('@')) return requireMacro(trimmed).split(' ')
  const fields = trimmed.split(/\s+/)
  if (isProse(fields)) {
    const proposal = proposeCron(trimmed)
    throw new CronError('cron_not_cron', `"${showHostile(trimmed)}" is not a cron expression.`, {
      remedy: `Enter five fields, for example ${proposal}`,
      details: { detail: proposal },
    })
  }
  if (fields.length === FIELD_COUNT) return fields
  if (fields.length === FIELD_COUNT + 1) throw refuseSeconds(fields)
  throw new CronError('cron_field_count', `The cron expression has ${fields.length} fields.`, {
    remedy: 'Enter five fields: minute hour day-of-month month day-of-week.',
    details: { fields: fields.length },
  })
}

function requireMacro(macro: string): string {
  const expression = MACROS[macro.toLowerCase()]
  if (expression !== undefined) return expression
  throw new CronError('cron_macro_unsupported', `${showHostile(macro)} is not supported.`, {
    remedy: 'Use @hourly, @daily, @weekly, @monthly or @yearly.',
  })
}

/** Whether somebody wrote a sentence: it begins with a word, or has words among too few or too many fields. */
function isProse(fields: readonly string[]): boolean {
  const words = fields.map((field) => /^\p{L}{2,}$/u.test(field) && !isCronName(field))
  return words[0] === true || (fields.length !== FIELD_COUNT && words.includes(true))
}

function refuseSeconds(fields: readonly string[]): CronError {
  const five = fields.slice(1).join(' ').replaceAll('?', '*')
  return new CronError('cron_seconds_unsupported', 'The cron expression begins with seconds.', {
    remedy: `Leave the first field out: ${showHostile(five)}`,
    details: { detail: five },
  })
}

function openCron(fields: readonly string[]): CronExpression {
  const written = fields.map(mergeList)
  try {
    return CronExpressionParser.parse(written.join(' '))
  } catch (error) {
    // Every field is good by itself. Where it is the day that hinders, no month has that day.
    if (isParsed(written.with(2, '*'))) {
      throw new CronError('cron_never_fires', `No month of ${fields[3]} has a day ${fields[2]}.`, {
        remedy: 'Write a day of the month that one of the months has.',
        cause: error,
      })
    }
    throw syntaxError(fields.join(' '), error)
  }
}

/** The parser refuses a list that names a value twice, as `0,7` or `1-5,3` do; cron does not. */
function mergeList(text: string, index: number): string {
  const items = text.split(',')
  if (items.length === 1) return fieldOf(text)
  return [...new Set(items.flatMap((item) => valuesOf(fieldOf(item), index)))].join(',')
}

/** The parser knows Sunday as 0 alone where it is written as a word; as the end of a range it is 7. */
function fieldOf(item: string): string {
  return item.replace(/-sun\b/i, '-7')
}

function valuesOf(item: string, index: number): readonly (number | string)[] {
  const { fields } = CronExpressionParser.parse(
    ['*', '*', '*', '*', '*'].with(index, item).join(' '),
  )
  const inOrder = [fields.minute, fields.hour, fields.dayOfMonth, fields.month, fields.dayOfWeek]
  return (inOrder[index]?.values ?? []).map((value) => (index === 4 && value === 7 ? 0 : value))
}

function isParsed(fields: readonly string[]): boolean {
  try {
    CronExpressionParser.parse(fields.join(' '))
    return true
  } catch {
    return false
  }
}

function requireTimezone(name: string): string {
  const trimmed = name.trim()
  const known = /^[A-Za-z]/.test(trimmed) ? resolveTimezone(trimmed) : undefined
  if (known === undefined) {
    throw new CronError('timezone_unknown', `${showHostile(trimmed)} is not a time zone.`, {
      remedy: 'Enter the IANA name of one, for example Europe/Prague or UTC.',
    })
  }
  // An old name is known by its new one, or the other way round: what somebody wrote stays readable to them.
  return known.toLowerCase() === trimmed.toLowerCase() ? known : trimmed
}

function resolveTimezone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}
