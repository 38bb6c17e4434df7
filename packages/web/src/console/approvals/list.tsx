/** @module The approvals: what waits for somebody, whole, and below it what was decided. */

import type { ReactNode } from 'react'
import { approvalTexts as texts } from '../../texts/console/approvals.ts'
import { pathOf } from '../address.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { useAnswer } from '../server.ts'
import { Actor } from './actor.tsx'
import { PLANS, type PlanSummary, stateOf } from './plan.ts'
import { PlanCard } from './plan-card.tsx'

const LISTED = 200
// Each is asked for by itself, and nobody decides on more at a time.
const SHOWN_WAITING = 20
// Where the server tells no changes, a plan of five minutes is still seen in time.
const EVERY_MS = 5_000

/** The list. */
export function ApprovalList(): ReactNode {
  const answer = useAnswer<{ readonly plans: readonly PlanSummary[] }>(`${PLANS}?limit=${LISTED}`, {
    everyMs: EVERY_MS,
  })
  return (
    <View
      title={texts.title}
      actions={(answer.data?.plans.length ?? 0) > 0 && <Export path={PLANS} />}
    >
      <Loaded answer={answer}>
        {({ plans }) => (
          <>
            <Waiting plans={plans.filter(({ state }) => state === 'waiting')} />
            <Decided plans={plans.filter(({ state }) => state !== 'waiting')} />
          </>
        )}
      </Loaded>
    </View>
  )
}

function Waiting({ plans }: { readonly plans: readonly PlanSummary[] }): ReactNode {
  if (plans.length === 0) return <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
  // Whose time is over first comes first.
  const sorted = plans.toSorted((a, b) => a.expiresAt.localeCompare(b.expiresAt))
  return (
    <>
      {sorted.slice(0, SHOWN_WAITING).map((plan) => (
        <PlanCard summary={plan} key={plan.id} />
      ))}
      {plans.length > SHOWN_WAITING && (
        <p className="quiet">{texts.more(plans.length - SHOWN_WAITING)}</p>
      )}
    </>
  )
}

function Decided({ plans }: { readonly plans: readonly PlanSummary[] }): ReactNode {
  return (
    <Panel title={texts.decided} note={plans.length === 0 ? texts.noneDecided : undefined}>
      {plans.length > 0 && (
        <Table caption={texts.decided} columns={columns} rows={plans} keyOf={({ id }) => id} />
      )}
    </Panel>
  )
}

const columns: readonly Column<PlanSummary>[] = [
  {
    key: 'action',
    name: texts.action,
    cell: ({ id, action }) => (
      <Link to={pathOf('/approvals/:id', { id })}>
        <code>{action}</code>
      </Link>
    ),
  },
  {
    key: 'state',
    name: texts.state,
    cell: (plan) => {
      const { tone, word } = stateOf(plan)
      return <State tone={tone}>{word}</State>
    },
  },
  { key: 'connection', name: texts.on, cell: ({ connection }) => <bdi>{connection}</bdi> },
  {
    key: 'requestedBy',
    name: texts.askedBy,
    cell: ({ requestedBy, requestedByName }) => (
      <Actor actor={requestedBy} name={requestedByName} />
    ),
  },
  { key: 'createdAt', name: texts.at, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    key: 'decidedBy',
    name: texts.decidedBy,
    cell: ({ decidedBy, decidedByName }) =>
      decidedBy === undefined ? '—' : <Actor actor={decidedBy} name={decidedByName} />,
  },
  { key: 'decidedAt', name: texts.decidedAt, cell: ({ decidedAt }) => <Time at={decidedAt} /> },
  { key: 'appliedAt', name: texts.appliedAt, cell: ({ appliedAt }) => <Time at={appliedAt} /> },
]
