/** @module A text of several lines as a program has it; where it is long, it scrolls in its place. */

import type { ReactNode } from 'react'

/** The text. @param of.label - what it is, for screen readers. */
export function CodeBlock(of: {
  readonly text: string
  readonly label: string
  readonly isTall?: boolean
}): ReactNode {
  const name = of.isTall ? 'code-block is-tall' : 'code-block'
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys
    <section className={name} aria-label={of.label} tabIndex={0}>
      <pre>{of.text}</pre>
    </section>
  )
}
