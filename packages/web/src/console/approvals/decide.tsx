/** @module Asks once more before something is approved or refused, with what it is about. */

import { type ReactNode, useEffect, useRef } from 'react'
import { approvalTexts } from '../../texts/console/approvals.ts'
import { Dialog } from '../parts/dialog.tsx'
import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { say } from '../parts/notices.tsx'
import { useDeed } from '../server.ts'
import { useActorName } from './actor.tsx'
import { PLANS, type Plan, planPath } from './plan.ts'

const { sure: texts } = approvalTexts
const SHOWN = 5

/** What is decided. */
export type Decision = 'approve' | 'refuse'

/** The dialog. @param of.decision - undefined while it is closed. */
export function DecideDialog(of: {
  readonly plan: Plan
  readonly decision: Decision | undefined
  readonly onClose: () => void
}): ReactNode {
  const { plan, decision, onClose } = of
  const asker = useActorName({ actor: plan.requestedBy, name: plan.requestedByName })
  const deciding = useDeed<Decision>((verb) => ({ path: planPath(plan.id, `/${verb}`) }), {
    changes: [PLANS, '/v1/audit'],
  })
  const isLeft = useRef(true)
  const close = () => {
    isLeft.current = true
    deciding.reset()
    onClose()
  }
  useEffect(() => {
    if (decision === undefined) return
    isLeft.current = false
    const { pathname } = location
    return () => {
      // It goes with its plan where somebody else was faster, whatever was pressed here.
      if (!isLeft.current && location.pathname === pathname) say(approvalTexts.overtaken)
    }
  }, [decision])
  const decide = (verb: Decision) =>
    deciding.mutate(verb, {
      onSuccess: () => {
        say(verb === 'approve' ? approvalTexts.approved : approvalTexts.refused)
        close()
      },
    })
  // Its words stay while the dialog goes.
  const verb = decision ?? 'refuse'
  const isApproval = verb === 'approve'
  return (
    <Dialog
      isOpen={decision !== undefined}
      title={texts[verb]}
      description={isApproval ? texts.approveHint(asker) : texts.refuseHint(asker)}
      onClose={deciding.isPending ? undefined : close}
    >
      <ul className="effects">
        {plan.effects.slice(0, SHOWN).map(({ change, summary }) => (
          <li key={`${change} ${summary}`}>
            <bdi>{summary}</bdi>
          </li>
        ))}
      </ul>
      {deciding.error !== null && <ErrorState problem={deciding.error.problem} />}
      <DialogButtons
        submit={texts[isApproval ? 'approveButton' : 'refuseButton']}
        underWay={texts[isApproval ? 'approving' : 'refusing']}
        isBusy={deciding.isPending}
        isDanger={!isApproval}
        onCancel={close}
        onSubmit={() => decide(verb)}
      />
    </Dialog>
  )
}
