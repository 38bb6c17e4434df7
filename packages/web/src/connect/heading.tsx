/** @module The heading of a view: it takes the focus when the view appears, so that keyboards and screen readers follow. */

import { type ReactNode, useEffect, useRef } from 'react'

/** A heading that takes the focus once. @param of.as - default: below the heading of the page. */
export function ViewHeading(of: {
  readonly as?: 'h1' | 'h2'
  readonly children: ReactNode
}): ReactNode {
  const { as: Level = 'h2', children } = of
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <Level className="view-heading" ref={heading} tabIndex={-1}>
      {children}
    </Level>
  )
}
