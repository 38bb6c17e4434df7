/** @module The audit log: every row, by who, what, where and when; and whether it is as it was written. */

import type { ReactNode } from 'react'
import { auditTexts as texts } from '../../texts/console/audit.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { withQuery } from '../address.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { InstantField } from '../parts/instant-field.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { View } from '../parts/view.tsx'
import { goTo, usePlace } from '../place.ts'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import { AuditTable } from './audit-table.tsx'
import { AUDIT, type AuditPage } from './row.ts'
import { VerifyAudit } from './verify.tsx'

const PAGE_ROWS = 50
const FILTERS = ['actor', 'action', 'connection', 'target', 'outcome'] as const
const TIMES = ['since', 'until'] as const

/** The log. */
export function Audit(): ReactNode {
  const { query } = usePlace()
  const given = Object.fromEntries(query)
  const permissions = usePermissions()
  const answer = useAnswer<AuditPage>(withQuery(AUDIT, { ...given, limit: PAGE_ROWS }))
  const filter = (name: string, value: string | undefined) =>
    goTo(withQuery('/audit', { ...given, before: undefined, [name]: value }), { replace: true })
  const isFiltered = [...FILTERS, ...TIMES].some((name) => query.has(name))
  return (
    <View title={texts.title} actions={permissions.may('admin') ? <VerifyAudit /> : undefined}>
      <search className="filters">
        {FILTERS.map((name) => (
          <div className="filter" key={name}>
            <span aria-hidden="true">{texts.filters[name]}</span>
            <SearchField
              label={texts.filters[name]}
              placeholder={texts.examples[name]}
              value={given[name] ?? ''}
              onChange={(value) => filter(name, value)}
            />
          </div>
        ))}
        {TIMES.map((name) => (
          <InstantField
            label={texts.filters[name]}
            className="filter"
            value={given[name]}
            onInstant={(instant) => filter(name, instant)}
            key={name}
          />
        ))}
        {isFiltered && <Link to="/audit">{shellTexts.clear}</Link>}
      </search>
      <Loaded answer={answer}>
        {({ rows, next }) =>
          rows.length === 0 ? (
            <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
          ) : (
            <>
              <Export path={withQuery(AUDIT, { ...given, before: undefined })} />
              <AuditTable caption={texts.title} rows={rows} />
              <nav className="pager" aria-label={texts.title}>
                {query.has('before') && (
                  <Link to={withQuery('/audit', { ...given, before: undefined })}>
                    {shellTexts.table.newest}
                  </Link>
                )}
                {next !== undefined && (
                  <Link to={withQuery('/audit', { ...given, before: next })}>
                    {shellTexts.table.older}
                  </Link>
                )}
              </nav>
            </>
          )
        }
      </Loaded>
    </View>
  )
}
