/** @module How a person begins: with values at hand, or guided. */

import type { ReactNode } from 'react'
import { texts } from '../texts.ts'
import type { Way } from './page-state.ts'

const WAYS = ['values', 'guide'] as const

/** The choice between the ways. */
export function Ways(of: { readonly way: Way; readonly onChoose: (way: Way) => void }): ReactNode {
  const { ways } = texts.connect
  const hints = { values: ways.valuesHint, guide: ways.guideHint }
  return (
    <fieldset className="ways">
      <legend>{ways.legend}</legend>
      {WAYS.map((way) => (
        <label className="way" key={way}>
          <input
            type="radio"
            name="way"
            checked={way === of.way}
            onChange={() => of.onChoose(way)}
          />
          <span className="choice-name">{ways[way]}</span>
          <span className="quiet">{hints[way]}</span>
        </label>
      ))}
    </fieldset>
  )
}
