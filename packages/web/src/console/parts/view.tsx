/** @module A view: its heading takes the focus when it appears, so that keyboards and screen readers follow. */

import { type ReactNode, useEffect, useRef } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { Link } from './link.tsx'

let isFirst = true

/** The view. @param of.within - the list that it is one of. */
export function View(of: {
  readonly title: string
  readonly within?: { readonly name: string; readonly to: string }
  readonly beside?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  const { title, within, beside, actions, children } = of
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ${texts.product}`
  }, [title])
  useEffect(() => {
    // The page that was just loaded begins at its top, as every page does.
    if (!isFirst) heading.current?.focus({ preventScroll: true })
    if (!isFirst) scrollTo(0, 0)
    isFirst = false
  }, [])
  return (
    <div className="view">
      <div className="view-head">
        <div>
          {within !== undefined && (
            <p className="view-within">
              <Link to={within.to}>{within.name}</Link>
              <span aria-hidden="true"> /</span>
            </p>
          )}
          <div className="view-title">
            <h1 ref={heading} tabIndex={-1}>
              <bdi>{title}</bdi>
            </h1>
            {beside}
          </div>
        </div>
        {actions !== undefined && <div className="view-actions">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
