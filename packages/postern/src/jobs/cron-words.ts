/** @module Guesses which cron expression somebody meant who wrote words. */

interface Phrase {
  readonly pattern: RegExp
  /** @param count - what stands before the unit; 1 where nothing does */
  readonly toCron: (count: number) => string
}

const PHRASES: readonly Phrase[] = [
  { pattern: /(\d*)\s*m(?:in(?:ute)?s?)?\b|minutely/, toCron: everyMinutes },
  { pattern: /(\d*)\s*h(?:(?:ou)?rs?)?\b|hourly/, toCron: everyHours },
  { pattern: /\b(?:weekdays?|working days?)\b/, toCron: () => '0 0 * * 1-5' },
  { pattern: /(\d*)\s*d(?:ays?)?\b|daily|night/, toCron: () => '0 0 * * *' },
  { pattern: /week/, toCron: () => '0 0 * * 0' },
  { pattern: /month/, toCron: () => '0 0 1 * *' },
  { pattern: /year|annual/, toCron: () => '0 0 1 1 *' },
]

const COMMON = '*/5 * * * *'

/** A cron expression for a text such as `every 5 minutes`; a common one where nothing is recognised. */
export function proposeCron(words: string): string {
  for (const { pattern, toCron } of PHRASES) {
    const match = pattern.exec(words.toLowerCase())
    if (match !== null) return toCron(Number(match[1] || 1))
  }
  return COMMON
}

function everyMinutes(count: number): string {
  if (count < 1) return COMMON
  if (count < 60) return count === 1 ? '* * * * *' : `*/${count} * * * *`
  return everyHours(Math.round(count / 60))
}

function everyHours(count: number): string {
  if (count < 1) return COMMON
  if (count < 24) return count === 1 ? '0 * * * *' : `0 */${count} * * *`
  return '0 0 * * *'
}
