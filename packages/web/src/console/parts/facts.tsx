/** @module Names and values, one below the other. */

import type { ReactNode } from 'react'

/** The list. @param of.facts - by name, in their order; what is undefined is left out. */
export function Facts(of: {
  readonly facts: Readonly<Record<string, ReactNode | undefined>>
}): ReactNode {
  return (
    <dl className="facts">
      {Object.entries(of.facts).map(([name, value]) =>
        value === undefined ? null : (
          <div className="fact" key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
