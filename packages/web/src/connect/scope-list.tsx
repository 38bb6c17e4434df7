/** @module The list of scopes to choose from: the org's own where it is known, else those that core knows. */

import { oktaScopes } from '@postern/core'
import { type ReactNode, useState } from 'react'
import { texts } from '../texts.ts'

/** The list, which is made when it is opened. */
export function ScopeList({
  chosen,
  offered,
  onChange,
}: {
  readonly chosen: readonly string[]
  readonly offered: readonly string[]
  readonly onChange: (names: readonly string[]) => void
}): ReactNode {
  const words = texts.form.scopes
  const [isOpen, setIsOpen] = useState(false)
  const [wanted, setWanted] = useState('')
  const all = offered.length > 0 ? offered : oktaScopes
  const parts = wanted.toLowerCase().split(/\s+/)
  const names = all.filter((name) => parts.every((part) => name.toLowerCase().includes(part)))
  const toggle = (name: string) =>
    onChange(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name])
  return (
    <details className="scope-list" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{words.list}</summary>
      {isOpen && (
        <fieldset>
          <legend className="quiet">
            {offered.length > 0 ? words.offered(all.length) : words.known(all.length)}
          </legend>
          <input
            className="input"
            type="search"
            aria-label={words.filter}
            placeholder={words.filter}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
            onKeyDown={(event) => {
              // Enter filters, and does not send the form.
              if (event.key === 'Enter') event.preventDefault()
            }}
          />
          <div className="scope-names">
            {names.map((name) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={chosen.includes(name)}
                  onChange={() => toggle(name)}
                />
                <span>{name}</span>
              </label>
            ))}
            {names.length === 0 && <p className="quiet">{words.none}</p>}
          </div>
        </fieldset>
      )}
    </details>
  )
}
