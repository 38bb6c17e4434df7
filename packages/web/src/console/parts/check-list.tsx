/** @module Several of which any number is chosen. */

import { type ReactNode, useId } from 'react'

/** A choice: what it stands for, its name, and what it means. */
export type Choice = readonly [value: string, name: string, hint?: string]

/** The list. @param of.isLong - it scrolls in a place of its own. */
export function CheckList(of: {
  readonly legend: string
  readonly choices: readonly Choice[]
  readonly chosen: readonly string[]
  readonly onChoose: (chosen: readonly string[]) => void
  readonly problem: string | undefined
  readonly hint?: string
  readonly isLong?: boolean
}): ReactNode {
  const { legend, choices, chosen, onChoose, problem, hint, isLong = false } = of
  const id = useId()
  const toggle = (value: string) =>
    onChoose(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value])
  const isExplained = choices.some(([, , about]) => about !== undefined)
  return (
    <fieldset className="fieldset" aria-describedby={`${id}-message`}>
      <legend className="field-label">{legend}</legend>
      <div className={`checks${isLong ? ' is-long' : ''}${isExplained ? ' is-rows' : ''}`}>
        {choices.map(([value, name, about]) => (
          <label className="check" key={value}>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={() => toggle(value)}
            />
            <bdi>{name}</bdi>
            {about !== undefined && <span className="quiet">{about}</span>}
          </label>
        ))}
      </div>
      <div className={problem === undefined ? 'message' : 'message is-bad'} id={`${id}-message`}>
        <p {...(problem === undefined ? {} : { role: 'alert' })}>{problem ?? hint}</p>
      </div>
    </fieldset>
  )
}
