/** @module The field of an instant: entered in the time zone of the browser, told as it is the same everywhere. */

import { type ReactNode, useEffect, useState } from 'react'
import { usePaused } from './paused.ts'

const MINUTE_MS = 60_000
// What is entered comes with minutes; a day and an hour are enough to find anything.
const FIELD_CHARACTERS = 'yyyy-mm-ddThh:mm'.length

/** The last that a field takes: without one, browsers take years of six digits. */
export const LATEST_ENTERED = '9999-12-31T23:59'

/** The field. @param of.value - ISO 8601. */
export function InstantField(of: {
  readonly label: string
  readonly className: string
  readonly value: string | undefined
  readonly onInstant: (instant: string | undefined) => void
}): ReactNode {
  const { label, className, value, onInstant } = of
  const [text, setText] = useState(fieldText(value))
  const tell = usePaused(onInstant)
  // What is entered part by part stays as it is.
  useEffect(
    () => setText((entered) => (instantOf(entered) === value ? entered : fieldText(value))),
    [value],
  )
  return (
    <label className={className}>
      {label}
      <input
        className="input"
        type="datetime-local"
        max={LATEST_ENTERED}
        value={text}
        onChange={({ currentTarget: field }) => {
          setText(field.value)
          // One of which a part is missing is none yet.
          if (!field.validity.badInput) tell(instantOf(field.value))
        }}
      />
    </label>
  )
}

function fieldText(instant: string | undefined): string {
  const date = new Date(instant ?? '')
  if (Number.isNaN(date.getTime())) return ''
  const local = new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MS)
  return local.toISOString().slice(0, FIELD_CHARACTERS)
}

function instantOf(text: string): string | undefined {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
