/** @module A try while it runs: every check by its name, and what it found as soon as it did. */

import { type Finding, type FindingStatus, isProblem } from '@postern/core'
import type { ReactNode } from 'react'
import { nameOfCheck } from '../check-name.ts'
import { fromHere } from '../remedy.ts'
import { StatusIcon } from '../status-icon.tsx'
import { texts } from '../texts.ts'
import type { Method } from './answers.ts'
import { checkRows } from './check-rows.ts'
import { ViewHeading } from './heading.tsx'

/** The try. */
export function Trial(of: {
  readonly method: Method
  readonly findings: readonly Finding[]
}): ReactNode {
  const { title, hint, progress } = texts.trial
  const rows = checkRows(of.method, of.findings)
  const done = rows.filter(({ findings }) => findings.length > 0).length
  const last = of.findings.at(-1)
  return (
    <section className="card">
      <ViewHeading>{title}</ViewHeading>
      <p className="quiet">{hint}</p>
      <progress aria-label={title} max={rows.length} value={done} />
      <p className="quiet" role="status">
        {last === undefined
          ? texts.trial.underWay
          : progress(nameOfCheck(last.check), done, rows.length)}
      </p>
      <CheckList method={of.method} findings={of.findings} isRunning={true} />
    </section>
  )
}

/** Every check, with what it found. */
export function CheckList(of: {
  readonly method: Method
  readonly findings: readonly Finding[]
  readonly isRunning?: boolean
}): ReactNode {
  const { method, findings, isRunning = false } = of
  const rows = checkRows(method, findings)
  const next = isRunning ? rows.findIndex((row) => row.findings.length === 0) : -1
  return (
    <ul className="checks" aria-live="polite" aria-relevant="additions text">
      {rows.map((row, index) => (
        <li className={row.findings.length === 0 ? 'check check-waiting' : 'check'} key={row.check}>
          <RowSign status={row.status} isNext={index === next} />
          <span className="check-name">{nameOfCheck(row.check)}</span>
          <span className="check-found">
            {row.findings.map((finding) => (
              <span className={isProblem(finding) ? undefined : 'quiet'} key={finding.observed}>
                {fromHere(finding.observed)}
              </span>
            ))}
          </span>
        </li>
      ))}
    </ul>
  )
}

function RowSign(of: {
  readonly status: FindingStatus | undefined
  readonly isNext: boolean
}): ReactNode {
  if (of.status !== undefined) return <StatusIcon status={of.status} />
  return <span className={of.isNext ? 'status-icon under-way' : 'status-icon waiting'} />
}
