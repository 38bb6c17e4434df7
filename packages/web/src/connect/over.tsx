/** @module What the page shows where its session is over, or never was. */

import type { ReactNode } from 'react'
import type { ServerProblem } from '../client.ts'
import { texts } from '../texts.ts'

/** Why the session is over, and what to do. @param of.onClose - undefined where nobody opened this page. */
export function SessionOver(of: {
  readonly problem: ServerProblem | undefined
  readonly onClose: (() => void) | undefined
}): ReactNode {
  const { title, observed, remedy } = wordsOf(of.problem)
  return (
    <section className="card" role="alert">
      <h1>{title}</h1>
      <p>{observed}</p>
      <p>{remedy}</p>
      {of.onClose !== undefined && (
        <div className="buttons">
          <button className="button" type="button" onClick={of.onClose}>
            {texts.connect.close}
          </button>
        </div>
      )}
    </section>
  )
}

function wordsOf(problem: ServerProblem | undefined) {
  const { title, noLink, ended, remedy, connectedTitle, connectedRemedy } = texts.connect.over
  if (problem === undefined) return { title, ...noLink }
  const status = problem.details?.['status']
  if (status === 'connected') {
    return { title: connectedTitle, observed: ended.connected, remedy: connectedRemedy }
  }
  const isEnded = typeof status === 'string' && Object.hasOwn(ended, status)
  if (isEnded) return { title, observed: ended[status as keyof typeof ended], remedy }
  return { title, observed: problem.detail, remedy: problem.remedy }
}
