/** @module Scopes, as words. */

import type { ReactNode } from 'react'

/** The scopes. */
export function Scopes({ scopes }: { readonly scopes: readonly string[] }): ReactNode {
  return (
    <ul className="words">
      {scopes.map((scope) => (
        <li key={scope}>
          <code>{scope}</code>
        </li>
      ))}
    </ul>
  )
}
