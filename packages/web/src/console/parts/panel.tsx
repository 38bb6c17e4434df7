/** @module A part of a view under its own heading. */

import type { ReactNode } from 'react'

/** The part. @param of.actions - beside the heading. @param of.note - below it. */
export function Panel(of: {
  readonly title: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{of.title}</h2>
        {of.actions !== undefined && <div className="panel-actions">{of.actions}</div>}
      </div>
      {of.note !== undefined && <p className="quiet">{of.note}</p>}
      {of.children}
    </section>
  )
}
