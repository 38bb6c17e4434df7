/** @module One plan under its own address: for whoever is to decide on it, and for whoever wants to know what was decided. */

import type { ReactNode } from 'react'
import { approvalTexts as texts } from '../../texts/console/approvals.ts'
import { Facts } from '../parts/facts.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { useAnswer } from '../server.ts'
import { Actor } from './actor.tsx'
import { type Plan, planPath } from './plan.ts'
import { Decide, PlanParts } from './plan-card.tsx'

const EVERY_MS = 5_000

/** The plan. */
export function OnePlan({ of }: { readonly of: Readonly<Record<string, string>> }): ReactNode {
  const id = of['id'] ?? ''
  const answer = useAnswer<Plan>(planPath(id), { everyMs: EVERY_MS })
  const plan = answer.data
  return (
    <View
      title={plan?.action ?? id}
      within={{ name: texts.title, to: '/approvals' }}
      actions={plan !== undefined && <Decide plan={plan} summary={plan} />}
    >
      <Loaded answer={answer}>
        {(shown) => (
          <>
            <Panel title={texts.about}>
              <PlanFacts plan={shown} />
            </Panel>
            <Panel title={texts.effects}>
              <PlanParts plan={shown} />
            </Panel>
          </>
        )}
      </Loaded>
    </View>
  )
}

function PlanFacts({ plan }: { readonly plan: Plan }): ReactNode {
  const { connection, requestedBy, createdAt, decidedBy, decidedAt, appliedAt } = plan
  const { requestedByName, decidedByName } = plan
  return (
    <Facts
      facts={{
        [texts.on]: <bdi>{connection}</bdi>,
        [texts.askedBy]: <Actor actor={requestedBy} name={requestedByName} />,
        [texts.at]: <Time at={createdAt} />,
        [texts.decidedBy]: decidedBy && <Actor actor={decidedBy} name={decidedByName} />,
        [texts.decidedAt]: decidedAt && <Time at={decidedAt} />,
        [texts.appliedAt]: appliedAt && <Time at={appliedAt} />,
      }}
    />
  )
}
