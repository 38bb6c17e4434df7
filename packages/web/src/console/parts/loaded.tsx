/** @module What the server answered, or why it is not there: awaited, or refused. */

import type { ReactNode } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { type Answered, isPassing } from '../server.ts'
import { ErrorState } from './error-state.tsx'

/** Shows an answer. @param of.height - of its place while it is awaited: `tall` for a table, `flat` for a few lines. */
export function Loaded<Answer>(of: {
  readonly answer: Answered<Answer>
  readonly height?: 'tall' | 'flat'
  readonly children: (answer: Answer) => ReactNode
}): ReactNode {
  const { answer, height = 'tall', children } = of
  const { data, error } = answer
  // What was begun in it, a form or a dialog, outlasts a server that is started again.
  const isKept = data !== undefined && (error === null || isPassing(error))
  if (error !== null || isKept) {
    return (
      <>
        {error !== null && (
          <ErrorState
            problem={error.problem ?? defectOf(error)}
            onAgain={() => void answer.refetch()}
          />
        )}
        {isKept && children(data)}
      </>
    )
  }
  return (
    <div className={`awaited is-${height}`} role="status">
      <span className="unseen">{texts.loading}</span>
    </div>
  )
}

/** An answer of another shape than the page knows is told, too. */
function defectOf(error: Error) {
  return { code: 'page_failed', detail: error.message, remedy: texts.reload }
}
