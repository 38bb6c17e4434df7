/** @module What checks found, one finding below the other. */

import type { Finding, FindingStatus } from '@postern/core'
import type { ReactNode } from 'react'
import { fromHere, remedyOf } from '../remedy.ts'
import { texts } from '../texts.ts'
import { Emphasised } from './emphasised.tsx'

/** What a check looks at, in a word or three. */
export function nameOfCheck(check: string): string {
  const { checks } = texts.trial
  return Object.hasOwn(checks, check) ? checks[check as keyof typeof checks] : check
}

/** The sign of a status, with its word for those who do not see it. */
export function StatusIcon({ status }: { readonly status: FindingStatus }): ReactNode {
  return (
    <svg className={`status-icon status-${status}`} viewBox="0 0 20 20" role="img">
      <title>{texts.trial.statuses[status]}</title>
      <circle cx="10" cy="10" r="9" />
      <path d={SIGNS[status]} />
    </svg>
  )
}

const SIGNS: Readonly<Record<FindingStatus, string>> = {
  ok: 'M5.8 10.4l2.8 2.8 5.6-6',
  information: 'M10 9.2v5M10 5.9v.2',
  warning: 'M10 5.6v5.6M10 14v.2',
  failed: 'M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4',
  unknown: 'M7.4 7.8a2.6 2.6 0 1 1 3.6 2.4q-1 .5-1 1.5M10 14.2v.2',
  skipped: 'M6.5 10h7',
}

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
