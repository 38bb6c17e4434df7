/** @module A refusal in the place of what was asked for: its code, what was observed, and what to do. */

import type { ReactNode } from 'react'
import type { ServerProblem } from '../../client.ts'
import { Emphasised } from '../../emphasised.tsx'
import { StatusIcon } from '../../status-icon.tsx'
import { shellTexts as texts } from '../../texts/console/shell.ts'

/** What is said of a refusal. */
export type ToldProblem = Pick<ServerProblem, 'code' | 'detail' | 'remedy'> &
  Partial<Pick<ServerProblem, 'problems'>>

/** The refusal, read out as soon as it is there. @param of.onAgain - asks once more. */
export function ErrorState(of: {
  readonly problem: ToldProblem
  readonly onAgain?: () => void
}): ReactNode {
  const { problem, onAgain } = of
  return (
    <div className="refusal" role="alert">
      <StatusIcon status="failed" />
      <div>
        <p className="refusal-observed">{problem.detail}</p>
        {problem.problems?.map(({ message }) => (
          <p key={message}>{message}</p>
        ))}
        <p>
          <Emphasised text={problem.remedy} />
        </p>
        <p className="quiet">
          <code>{problem.code}</code>
        </p>
        {onAgain !== undefined && (
          <button className="button small" type="button" onClick={onAgain}>
            {texts.again}
          </button>
        )}
      </div>
    </div>
  )
}
