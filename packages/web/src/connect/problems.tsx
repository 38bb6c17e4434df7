/** @module A try that did not end in a connection: what is wrong, what to do about each, and how to go on. */

import { isProblem } from '@postern/core'
import type { ReactNode } from 'react'
import type { ServerProblem } from '../client.ts'
import { texts } from '../texts.ts'
import { Problem } from './findings.tsx'
import { ViewHeading } from './heading.tsx'
import type { Outcome } from './page-state.ts'
import { Refusal } from './refusal.tsx'
import { CheckList } from './trial.tsx'

/** The problems. */
export function Problems(of: {
  readonly outcome: Outcome
  readonly refusal: ServerProblem | undefined
  /** The session takes further tries. */
  readonly isOpen: boolean
  readonly onAgain: (keep: boolean) => void
  readonly onChange: () => void
}): ReactNode {
  const { outcome, refusal, isOpen, onAgain, onChange } = of
  const { status, findings, tried } = outcome
  const words = texts.trial.problems
  const found = findings.filter(isProblem)
  const isGuided = tried.source === 'guided-app'
  const hint = found.length === 0 ? words.noneNamed : words.hintFailed(found.length)
  return (
    <section className="card">
      <ViewHeading>{words[status]}</ViewHeading>
      <p>{status === 'failed' ? hint : words.hintWarning}</p>
      <ul className="problems">
        {found.map((finding) => (
          <Problem finding={finding} key={`${finding.check} ${finding.code} ${finding.observed}`} />
        ))}
      </ul>
      {refusal !== undefined && <Refusal problem={refusal} />}
      {isOpen ? (
        <>
          <div className="buttons">
            <button className="button primary" type="button" onClick={() => onAgain(false)}>
              {words.again}
            </button>
            <button className="button" type="button" onClick={onChange}>
              {isGuided ? words.back : words.change}
            </button>
            {status === 'warning' && (
              <button className="button" type="button" onClick={() => onAgain(true)}>
                {words.keep}
              </button>
            )}
          </div>
          {isGuided || <p className="quiet">{words.keptSecrets}</p>}
        </>
      ) : (
        <p className="notice notice-failed" role="alert">
          {texts.connect.over.ended.failed} {texts.connect.over.remedy}
        </p>
      )}
      <details>
        <summary>{texts.trial.everything}</summary>
        <CheckList method={tried.method} findings={findings} />
      </details>
    </section>
  )
}
