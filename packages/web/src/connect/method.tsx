/** @module The choice of how to sign in. */

import type { ReactNode } from 'react'
import { AlsoCalled } from '../field.tsx'
import { texts } from '../texts.ts'
import type { FormPart } from './form-part.ts'

/** A card for each way that the session allows. */
export function MethodChoice({ session, draft, change }: FormPart): ReactNode {
  const words = texts.form.method
  return (
    <fieldset className="method">
      <legend>
        {words.label}
        <AlsoCalled names={words.also} />
      </legend>
      <div className="method-cards">
        {session.methods.map((method) => {
          const card = words[method]
          return (
            <label key={method} className="choice">
              <input
                type="radio"
                name="method"
                value={method}
                checked={draft.method === method}
                onChange={() => change({ kind: 'method', method })}
              />
              <span className="choice-name">
                {card.label} {'badge' in card && <span className="badge">{card.badge}</span>}
              </span>
              <span className="quiet">{card.hint}</span>
              <span>
                <AlsoCalled names={card.also} />
              </span>
            </label>
          )
        })}
      </div>
    </fieldset>
  )
}
