/** @module What the server refused, where nothing of what was entered is the reason. */

import type { ReactNode } from 'react'
import type { ServerProblem } from '../client.ts'
import { Emphasised } from '../emphasised.tsx'
import { fromHere, remedyOf } from '../remedy.ts'

/** The refusal and what to do; read out as soon as it is there. */
export function Refusal({
  problem,
}: {
  readonly problem: Pick<ServerProblem, 'code' | 'detail' | 'remedy'>
}): ReactNode {
  return (
    <div className="notice notice-failed" role="alert">
      <p className="notice-title">{fromHere(problem.detail)}</p>
      <p>
        <Emphasised text={remedyOf(problem) ?? ''} />
      </p>
    </div>
  )
}
