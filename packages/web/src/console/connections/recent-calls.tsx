/** @module What was done with a connection lately. */

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

/** The last rows of the audit log about it. */
export function RecentCalls({ connection }: { readonly connection: string }): ReactNode {
  const answer = useAnswer<AuditPage>(withQuery(AUDIT, { connection, limit: LISTED }))
  return (
    <Panel
      title={texts.title}
      note={texts.note}
      actions={<Link to={withQuery('/audit', { connection })}>{texts.all}</Link>}
    >
      <Loaded answer={answer}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState title={texts.none} />
          ) : (
            <AuditTable caption={texts.title} rows={rows} without={['connection']} />
          )
        }
      </Loaded>
    </Panel>
  )
}
