/** @module A labelled list of which one is chosen. */

import { type ReactNode, useId } from 'react'

/** The field. */
export function ChoiceField<Value extends string>(of: {
  readonly label: string
  readonly value: Value
  readonly choices: readonly (readonly [value: Value, name: string])[]
  readonly hint?: ReactNode
  /** The label is for screen readers alone, where others see what it is about. */
  readonly isLabelUnseen?: boolean
  readonly onChoose: (value: Value) => void
}): ReactNode {
  const { label, value, choices, hint, isLabelUnseen = false, onChoose } = of
  const id = useId()
  return (
    <div className="field">
      <label className={isLabelUnseen ? 'unseen' : 'field-label'} htmlFor={id}>
        {label}
      </label>
      <select
        className="input"
        id={id}
        value={value}
        onChange={(event) => onChoose(event.currentTarget.value as Value)}
      >
        {choices.map(([choice, name]) => (
          <option value={choice} key={choice}>
            {name}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <div className="message">
          <p>{hint}</p>
        </div>
      )}
    </div>
  )
}
