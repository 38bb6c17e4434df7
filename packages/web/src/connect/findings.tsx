/** @module A problem that a check found, and its remedy. */

import type { Finding } from '@postern/core'
import type { ReactNode } from 'react'
import { nameOfCheck } from '../check-name.ts'
import { Emphasised } from '../emphasised.tsx'
import { fromHere, remedyOf } from '../remedy.ts'
import { StatusIcon } from '../status-icon.tsx'
import { texts } from '../texts.ts'

/** A problem, with its remedy. */
export function Problem({ finding }: { readonly finding: Finding }): ReactNode {
  const { check, status, certainty, observed } = finding
  const remedy = remedyOf(finding)
  const { likely, whatToDo } = texts.trial
  return (
    <li className={`problem problem-${status}`}>
      <StatusIcon status={status} />
      <div>
        <h3>{nameOfCheck(check)}</h3>
        <p>{fromHere(observed)}</p>
        {certainty === 'likely' && <p className="quiet">{likely}</p>}
        {remedy !== undefined && (
          <p className="remedy">
            <span className="remedy-title">{whatToDo}</span> <Emphasised text={remedy} />
          </p>
        )}
      </div>
    </li>
  )
}
