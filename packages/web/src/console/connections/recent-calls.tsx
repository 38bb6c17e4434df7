/** @module What was called through a connection lately: requests to its org, actions, and tokens and proofs that were handed out. */

import type { ReactNode } from 'react'
import { connectionTexts } from '../../texts/console/connections.ts'
import { withQuery } from '../address.ts'
import { AuditTable } from '../audit/audit-table.tsx'
import { AUDIT, type AuditPage } from '../audit/row.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAnswer } from '../server.ts'

const { calls: texts } = connectionTexts
const LISTED = 10
// What the audit log calls them.
const CALLS = ['org.call', 'action.run', 'token.hand-out', 'proof.hand-out'].join(',')

/** The last calls; what else was done with the connection stands in the audit log. */
export function RecentCalls({ connection }: { readonly connection: string }): ReactNode {
  const answer = useAnswer<AuditPage>(
    withQuery(AUDIT, { connection, action: CALLS, limit: LISTED }),
  )
  return (
    <Panel
      title={texts.title}
      note={texts.note}
      actions={<Link to={withQuery('/audit', { connection })}>{texts.all}</Link>}
    >
      <Loaded answer={answer}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
          ) : (
            <AuditTable caption={texts.title} rows={rows} without={['connection']} />
          )
        }
      </Loaded>
    </Panel>
  )
}
