/** @module A moment as a client writes it: ISO 8601, from a day alone to a billionth of a second with a zone. */

const shape =
  /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/
const DAY_LENGTH = '2026-03-30'.length

/** Epoch milliseconds of a text, UTC where it names no zone; undefined where it is no moment. */
export function parseInstant(text: string): number | undefined {
  const match = shape.exec(text)
  if (match === null) return undefined
  const isWhole = match.groups?.['zone'] !== undefined || text.length === DAY_LENGTH
  const epochMs = Date.parse(isWhole ? text : `${text}Z`)
  return Number.isNaN(epochMs) ? undefined : epochMs
}
