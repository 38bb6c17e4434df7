/** @module What is said where there is nothing: that there is nothing, and what to do next. */

import type { ReactNode } from 'react'

/** The place of a list without rows. @param of.children - what to do next. */
export function EmptyState(of: {
  readonly title: string
  readonly children?: ReactNode
}): ReactNode {
  return (
    <div className="empty">
      <p className="empty-title">{of.title}</p>
      {of.children !== undefined && <div className="quiet">{of.children}</div>}
    </div>
  )
}
