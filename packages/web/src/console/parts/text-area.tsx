/** @module A labelled field of several lines, with its hint and what is wrong with it. */

import { type ComponentProps, type ReactNode, useId } from 'react'

/** The field. @param of.problem - what is wrong with it. */
export function TextArea(
  of: {
    readonly label: string
    readonly hint?: ReactNode
    readonly problem?: string | undefined
    readonly onText: (text: string) => void
  } & Omit<ComponentProps<'textarea'>, 'onChange'>,
): ReactNode {
  const { label, hint, problem, onText, ...rest } = of
  const id = useId()
  const isBad = problem !== undefined
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <textarea
        className="input is-code"
        id={id}
        rows={5}
        spellCheck={false}
        aria-describedby={`${id}-message`}
        aria-invalid={isBad}
        autoComplete="off"
        onChange={(event) => onText(event.currentTarget.value)}
        {...rest}
      />
      <div className={isBad ? 'message is-bad' : 'message'} id={`${id}-message`}>
        <p {...(isBad ? { role: 'alert' } : {})}>{problem ?? hint}</p>
      </div>
    </div>
  )
}
