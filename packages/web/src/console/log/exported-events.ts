/** @module Events as a spreadsheet has them. */

import type { CsvColumn } from '../parts/csv.ts'
import { type EventPage, type LogEvent, nameOf } from './event.ts'

/** The events of a page. */
export function eventsOf({ events }: EventPage): readonly LogEvent[] {
  return events
}

/** The columns, by the names of the API. */
export const exportedColumns: readonly CsvColumn<LogEvent>[] = [
  ['published', ({ published }) => published],
  ['eventType', ({ eventType }) => eventType],
  ['severity', ({ severity }) => severity],
  ['outcome', ({ outcome }) => outcome],
  ['reason', ({ reason }) => reason],
  ['actorId', ({ actor }) => actor?.id],
  ['actorLogin', ({ actor }) => actor?.login],
  ['targetIds', ({ targets }) => targets.map(({ id }) => id ?? '').join(' ')],
  ['targetNames', ({ targets }) => targets.map(nameOf).join('; ')],
  ['ip', ({ ip }) => ip],
  ['session', ({ session }) => session],
  ['transaction', ({ transaction }) => transaction],
  ['message', ({ message }) => message],
  ['uuid', ({ uuid }) => uuid],
]
