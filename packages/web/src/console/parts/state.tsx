/** @module How something is, as a sign and a word: never by colour alone. */

import type { ReactNode } from 'react'
import type { Tone } from './tone.ts'

const SIGNS: Readonly<Record<Tone, string>> = {
  good: 'M3.5 8.4l3 3 6-6.6',
  busy: 'M8 3.5v4.7l3 1.8',
  quiet: 'M4 8h8',
  warning: 'M8 3.6v5.2M8 11.8v.2',
  bad: 'M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6',
}

/** The state. */
export function State(of: { readonly tone: Tone; readonly children: ReactNode }): ReactNode {
  return (
    <span className={`state is-${of.tone}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={SIGNS[of.tone]} />
      </svg>
      {of.children}
    </span>
  )
}
