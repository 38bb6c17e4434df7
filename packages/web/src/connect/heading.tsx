/** @module The heading of a view: it takes the focus when the view appears, so that keyboards and screen readers follow. */

import { type ReactNode, useEffect, useRef } from 'react'

/** A heading that takes the focus once. */
export function ViewHeading({ children }: { readonly children: ReactNode }): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <h2 className="view-heading" ref={heading} tabIndex={-1}>
      {children}
    </h2>
  )
}
