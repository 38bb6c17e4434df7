/** @module The cursor of a list: the place of a row in its order, as a text that nobody has to understand. */

import { z } from 'zod'

/** An instant in a cursor. A database knows no others. */
export const cursorInstant = z.iso
  .datetime()
  .transform((text) => new Date(text))
  .refine((at) => at.getTime() >= 0)

/** The cursor of the page behind a row. @param place - what the list is ordered by. */
export function cursorOf(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** The place that a cursor stands for; undefined for none, and for one that nobody made: the list begins anew. */
export function placeOf<Place extends z.ZodType>(
  cursor: string | undefined,
  place: Place,
): z.output<Place> | undefined {
  if (cursor === undefined) return undefined
  try {
    return place.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
