/** @module A part of a view under its own heading. */

import { type ReactNode, useId } from 'react'

/** The part. @param of.actions - beside the heading. @param of.note - below it. */
export function Panel(of: {
  readonly title: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{of.title}</h2>
        {of.actions !== undefined && <div className="panel-actions">{of.actions}</div>}
      </div>
      {of.note !== undefined && <p className="quiet">{of.note}</p>}
      {of.children}
    </section>
  )
}
