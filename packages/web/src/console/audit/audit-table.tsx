/** @module Rows of the audit log: who did what, on what, and what came of it. */

import { type ReactNode, useState } from 'react'
import { auditTexts as texts } from '../../texts/console/audit.ts'
import { pathOf } from '../address.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { Facts } from '../parts/facts.tsx'
import { Link } from '../parts/link.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { exactText } from '../parts/time-text.ts'
import type { AuditRow } from './row.ts'

/** The table. @param of.without - the columns that say nothing where it stands. */
export function AuditTable(of: {
  readonly caption: string
  readonly rows: readonly AuditRow[]
  readonly without?: readonly string[]
}): ReactNode {
  const { caption, rows, without = [] } = of
  const [open, setOpen] = useState<number>()
  const detailsColumn: Column<AuditRow> = {
    key: 'details',
    name: texts.columns.details,
    cell: ({ seq }) => (
      <button
        className="button small"
        type="button"
        aria-expanded={open === seq}
        onClick={() => setOpen(open === seq ? undefined : seq)}
      >
        {open === seq ? texts.hide : texts.look}
      </button>
    ),
  }
  return (
    <Table
      caption={caption}
      columns={[...columns.filter(({ key }) => !without.includes(key)), detailsColumn]}
      rows={rows}
      keyOf={({ seq }) => seq}
      detailOf={(row) => (row.seq === open ? <Details row={row} /> : undefined)}
    />
  )
}

function Details({ row }: { readonly row: AuditRow }): ReactNode {
  return (
    <>
      <Facts
        facts={{
          [texts.columns.seq]: row.seq,
          [texts.exactly]: exactText(new Date(row.at)),
          [texts.request]: row.requestId && <code>{row.requestId}</code>,
          [texts.hash]: <code>{row.hash}</code>,
        }}
      />
      {Object.keys(row.details).length > 0 && (
        <CodeBlock text={JSON.stringify(row.details, null, 2)} label={texts.columns.details} />
      )}
    </>
  )
}

/** What was acted upon: of a call to the org, its method and path. */
function targetOf({ target, details }: AuditRow): string {
  const { method, path } = details
  return target ?? (method === undefined ? '—' : `${method} ${path}`)
}

const { columns: names } = texts

const columns: readonly Column<AuditRow>[] = [
  { key: 'at', name: names.at, cell: ({ at }) => <Time at={at} /> },
  { key: 'actor', name: names.actor, cell: ({ actor }) => <bdi className="is-short">{actor}</bdi> },
  { key: 'action', name: names.action, cell: ({ action }) => <code>{action}</code> },
  {
    key: 'connection',
    name: names.connection,
    cell: ({ connection }) =>
      connection === undefined ? (
        '—'
      ) : (
        <Link to={pathOf('/connections/:name', { name: connection })}>
          <bdi>{connection}</bdi>
        </Link>
      ),
  },
  {
    key: 'target',
    name: names.target,
    cell: (row) => <bdi className="is-short">{targetOf(row)}</bdi>,
  },
  {
    key: 'outcome',
    name: names.outcome,
    cell: ({ outcome }) => {
      if (outcome === 'ok') return <State tone="good">{texts.ok}</State>
      if (outcome === 'begun') return <State tone="busy">{texts.begun}</State>
      return (
        <State tone="bad">
          <code>{outcome}</code>
        </State>
      )
    },
  },
]
