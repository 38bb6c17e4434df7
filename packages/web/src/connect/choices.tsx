/** @module One choice of a few, each with a line that says what it means. */

import type { ReactNode } from 'react'

/** One thing to choose. */
export interface Choice<Value extends string> {
  readonly value: Value
  readonly name: string
  readonly hints: readonly string[]
}

/** The choices. */
export function Choices<Value extends string>(of: {
  /** Unique on the page. */
  readonly name: string
  readonly legend: string
  readonly choices: readonly Choice<Value>[]
  readonly chosen: Value
  readonly onChoose: (value: Value) => void
  /** Beside each other, where there is room. */
  readonly isRow?: boolean
}): ReactNode {
  return (
    <fieldset className={of.isRow ? 'choices is-row' : 'choices'}>
      <legend>{of.legend}</legend>
      {of.choices.map(({ value, name, hints }) => (
        <label className="choice" key={value}>
          <input
            type="radio"
            name={of.name}
            checked={value === of.chosen}
            onChange={() => of.onChoose(value)}
          />
          <span className="choice-name">{name}</span>
          {hints.map((hint) => (
            <span className="quiet" key={hint}>
              {hint}
            </span>
          ))}
        </label>
      ))}
    </fieldset>
  )
}
