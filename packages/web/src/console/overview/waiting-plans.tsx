/** @module The plans that wait for the person to decide on them. */

import type { ReactNode } from 'react'
import { overviewTexts } from '../../texts/console/overview.ts'
import { withQuery } from '../address.ts'
import { PLANS, type PlanSummary } from '../approvals/plan.ts'
import { Link } from '../parts/link.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions, useSession } from '../session.ts'

const { waiting: texts } = overviewTexts
const MOST = 1_000

/** How many wait, and the way there; nothing where none do. */
export function WaitingPlans(): ReactNode {
  const permissions = usePermissions()
  const { actor } = useSession()
  const { data } = useAnswer<{ readonly plans: readonly PlanSummary[] }>(
    withQuery(PLANS, { state: 'waiting', limit: MOST }),
  )
  const count = (data?.plans ?? []).filter(
    ({ requestedBy, connection }) =>
      requestedBy !== actor && permissions.may('approve', connection),
  ).length
  if (count === 0) return null
  return (
    <Panel
      title={texts.title}
      actions={
        <Link to="/approvals" className="button small primary">
          {texts.decide}
        </Link>
      }
    >
      <p>{texts.count(count)}</p>
    </Panel>
  )
}
