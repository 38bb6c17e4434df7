/** @module A plan that was asked for here: it waits, and is done from here once somebody else approved it. */

import type { ReactNode } from 'react'
import { actionTexts } from '../../texts/console/actions.ts'
import { approvalTexts } from '../../texts/console/approvals.ts'
import { type NewPlan, type Plan, planPath, stateOf } from '../approvals/plan.ts'
import { TimeLeft } from '../approvals/time-left.tsx'
import { CopiedText } from '../parts/copied-text.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { Facts } from '../parts/facts.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { useAnswer } from '../server.ts'
import { Answered } from './answered.tsx'
import { FoundParts } from './found.tsx'
import { useRun } from './use-run.ts'

const { plan: texts } = actionTexts
const EVERY_MS = 2_000

/** The plan. @param of.path - of its action. */
export function OwnPlan(of: { readonly plan: NewPlan; readonly path: string }): ReactNode {
  const { plan, path } = of
  const applying = useRun(path)
  const { data: now = plan } = useAnswer<Plan>(planPath(plan.id), { everyMs: EVERY_MS })
  if (applying.data !== undefined) return <Answered answer={applying.data} />
  const { tone, word } = stateOf(now)
  const isOpen = now.state === 'waiting' || now.state === 'approved'
  const mayApply = isOpen && now.approval === 'given'
  return (
    <Panel title={texts.title} note={texts.note}>
      <Facts
        facts={{
          [texts.state]: (
            <span role="status">
              <State tone={tone}>{word}</State>
            </span>
          ),
          [texts.left]: isOpen ? <TimeLeft until={now.expiresAt} /> : undefined,
          [approvalTexts.decidedBy]: now.decidedBy && <bdi>{now.decidedBy}</bdi>,
        }}
      />
      {isOpen && (
        <>
          <p className="quiet">
            {texts.codeHint} <code>{texts.command(now.connection, now.action)}</code>
          </p>
          <CopiedText text={plan.code} label={texts.code} />
        </>
      )}
      <FoundParts found={now} isDone={false} />
      {applying.error !== null && <ErrorState problem={applying.error.problem} />}
      {mayApply && (
        <div className="buttons">
          <button
            className="button primary"
            type="button"
            disabled={applying.isPending}
            onClick={() => applying.mutate({ plan: plan.code })}
          >
            {applying.isPending ? applying.progress : texts.apply}
          </button>
        </div>
      )}
    </Panel>
  )
}
