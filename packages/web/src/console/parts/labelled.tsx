/** @module What stands around a control: its label, its hint, and what is wrong with it. */

import { type ReactNode, useId } from 'react'

/** What is said about a control. */
export interface About {
  readonly label: string
  readonly hint?: ReactNode
  readonly problem?: string | undefined
}

/** What ties a control to what is said about it. */
export interface Ties {
  readonly id: string
  readonly 'aria-describedby': string
  readonly 'aria-invalid': boolean
}

/** A control with what is said about it. @param of.control - draws it, with its ties. */
export function Labelled(of: About & { readonly control: (ties: Ties) => ReactNode }): ReactNode {
  const { label, hint, problem, control } = of
  const id = useId()
  const messageId = `${id}-message`
  const isBad = problem !== undefined
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {control({ id, 'aria-describedby': messageId, 'aria-invalid': isBad })}
      <div className={isBad ? 'message is-bad' : 'message'} id={messageId}>
        <p {...(isBad ? { role: 'alert' } : {})}>{problem ?? hint}</p>
      </div>
    </div>
  )
}
