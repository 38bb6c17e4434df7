/** @module What the page shows where its session is over, or never was. */

import type { ReactNode } from 'react'
import type { ServerProblem } from '../client.ts'
import { texts } from '../texts.ts'

/** Why the session is over, and what to do. */
export function SessionOver({
  problem,
}: {
  readonly problem: ServerProblem | undefined
}): ReactNode {
  const { observed, remedy } = wordsOf(problem)
  return (
    <section className="card" role="alert">
      <h1>{texts.connect.over.title}</h1>
      <p>{observed}</p>
      <p>{remedy}</p>
    </section>
  )
}

function wordsOf(problem: ServerProblem | undefined) {
  const { noLink, ended, remedy } = texts.connect.over
  if (problem === undefined) return noLink
  const status = problem.details?.['status']
  const isEnded = typeof status === 'string' && Object.hasOwn(ended, status)
  if (isEnded) return { observed: ended[status as keyof typeof ended], remedy }
  return { observed: problem.detail, remedy: problem.remedy }
}
