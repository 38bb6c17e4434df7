/** @module What a change would do, and the button that does it, or asks somebody else to approve it. */

import { type ReactNode, useState } from 'react'
import { actionTexts } from '../../texts/console/actions.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import type { NewPlan } from '../approvals/plan.ts'
import { connectionPath } from '../connections/connection.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { Panel } from '../parts/panel.tsx'
import { useDeed } from '../server.ts'
import { type Action, type ActionAnswer, actionPath } from './action.ts'
import { Answered } from './answered.tsx'
import { FoundParts } from './found.tsx'
import { OwnPlan } from './own-plan.tsx'
import { useRun } from './use-run.ts'

const { dry: texts, sure } = actionTexts

/** The dry run. @param of.given - the arguments that it was made with. */
export function DryRun(of: {
  readonly action: Action
  readonly connection: string
  readonly given: object
  readonly found: ActionAnswer
}): ReactNode {
  const { action, connection, given, found } = of
  const [isSure, setSure] = useState(false)
  const running = useRun(actionPath(connection, action.name))
  const planning = useDeed<void, NewPlan>(
    () => ({
      path: connectionPath(connection, '/plans'),
      body: { action: action.name, arguments: given },
    }),
    { changes: ['/v1/plans'] },
  )
  if (running.data !== undefined) return <Answered answer={running.data} />
  if (planning.data !== undefined) {
    return <OwnPlan plan={planning.data} path={actionPath(connection, action.name)} />
  }
  const run = () => {
    setSure(false)
    running.mutate({ arguments: given })
  }
  const isPlanned = action.right === 'planned'
  return (
    <Panel title={texts.title} note={isPlanned ? texts.planNote : texts.note}>
      <FoundParts found={found} isDone={false} />
      {running.error !== null && <ErrorState problem={running.error.problem} />}
      {planning.error !== null && <ErrorState problem={planning.error.problem} />}
      {found.effects.length > 0 &&
        (isPlanned ? (
          <div className="buttons">
            <button
              className="button primary"
              type="button"
              disabled={planning.isPending}
              onClick={() => planning.mutate()}
            >
              {planning.isPending ? texts.planning : texts.plan}
            </button>
          </div>
        ) : (
          <div className="buttons">
            <button
              className={action.destructive ? 'button primary danger' : 'button primary'}
              type="button"
              disabled={running.isPending}
              onClick={() => (action.destructive ? setSure(true) : run())}
            >
              {running.isPending ? running.progress : texts.run}
            </button>
          </div>
        ))}
      <Dialog
        isOpen={isSure}
        title={sure.title}
        description={sure.hint}
        onClose={() => setSure(false)}
      >
        <div className="buttons">
          <button className="button" type="button" onClick={() => setSure(false)}>
            {shellTexts.cancel}
          </button>
          <button className="button primary danger" type="button" onClick={run}>
            {texts.run}
          </button>
        </div>
      </Dialog>
    </Panel>
  )
}
