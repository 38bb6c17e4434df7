/** @module One plan, whole: who asks, what would change, how far that goes, and the buttons that decide on it. */

import { type ReactNode, useState } from 'react'
import { actionTexts } from '../../texts/console/actions.ts'
import { approvalTexts as texts } from '../../texts/console/approvals.ts'
import { FoundParts, Part } from '../actions/found.tsx'
import { Reach } from '../actions/reach.tsx'
import { pathOf } from '../address.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions, useSession } from '../session.ts'
import { Actor } from './actor.tsx'
import { DecideDialog, type Decision } from './decide.tsx'
import { type Plan, type PlanSummary, planPath, stateOf } from './plan.ts'
import { TimeLeft } from './time-left.tsx'

/** The plan. */
export function PlanCard({ summary }: { readonly summary: PlanSummary }): ReactNode {
  const { id, connection, action, requestedBy, requestedByName, createdAt } = summary
  const answer = useAnswer<Plan>(planPath(id))
  return (
    <Panel
      title={`${action} · ${connection}`}
      actions={<Decide plan={answer.data} summary={summary} />}
      note={
        <>
          <Actor actor={requestedBy} name={requestedByName} /> {texts.asked} <Time at={createdAt} />
        </>
      }
    >
      <Loaded answer={answer}>{(plan) => <PlanParts plan={plan} />}</Loaded>
      <p className="quiet">
        <Link to={pathOf('/approvals/:id', { id })}>{texts.address}</Link>
      </p>
    </Panel>
  )
}

/** What a plan would do. */
export function PlanParts({ plan }: { readonly plan: Plan }): ReactNode {
  return (
    <>
      <FoundParts found={plan} isDone={false} />
      <div className="found">
        <Part title={actionTexts.found.reach}>
          <Reach reach={plan.reach} />
        </Part>
        <Part title={texts.arguments}>
          <CodeBlock text={JSON.stringify(plan.arguments, null, 2)} label={texts.arguments} />
        </Part>
      </div>
    </>
  )
}

/** How a plan is, and what the person may do about it. Nobody decides on what is not there to be looked at. */
export function Decide(of: {
  readonly plan: Plan | undefined
  readonly summary: PlanSummary
}): ReactNode {
  const { plan, summary } = of
  const { state, expiresAt, requestedBy, connection } = plan ?? summary
  const permissions = usePermissions()
  const { actor } = useSession()
  const [decision, setDecision] = useState<Decision>()
  const { tone, word } = stateOf(plan ?? summary)
  const isOpen = state === 'waiting' || state === 'approved'
  const isOwn = requestedBy === actor
  const mayDecide = isOpen && !isOwn && permissions.may('approve', connection)
  return (
    <div className="decide">
      <State tone={tone}>{word}</State>
      {isOpen && <TimeLeft until={expiresAt} />}
      {isOpen && isOwn && <span className="quiet">{texts.own}</span>}
      {mayDecide && plan !== undefined && (
        <>
          <button className="button small" type="button" onClick={() => setDecision('refuse')}>
            {texts.refuse}
          </button>
          {state === 'waiting' && (
            <button
              className="button small primary"
              type="button"
              onClick={() => setDecision('approve')}
            >
              {texts.approve}
            </button>
          )}
          <DecideDialog plan={plan} decision={decision} onClose={() => setDecision(undefined)} />
        </>
      )}
    </div>
  )
}
