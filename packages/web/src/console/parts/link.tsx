/** @module A link to a place in the console: an address like any other, opened without loading the page again. */

import type { MouseEvent, ReactNode } from 'react'
import { addressOf, goTo } from '../place.ts'

/** The link. @param of.to - a place, such as `/connections/acme`. */
export function Link(of: {
  readonly to: string
  readonly className?: string
  readonly 'aria-current'?: 'page' | undefined
  readonly children: ReactNode
}): ReactNode {
  const { to, children, ...rest } = of
  return (
    <a href={addressOf(to)} onClick={(event) => openHere(event, to)} {...rest}>
      {children}
    </a>
  )
}

/** Whoever asks for another tab gets one. */
function openHere(event: MouseEvent, to: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  goTo(to)
}
