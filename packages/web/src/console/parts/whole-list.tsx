/** @module A list that is here as a whole: sorted, filtered by a text, and shown a page at a time, all of it in the address. */

import type { ReactNode } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { withQuery } from '../address.ts'
import { goTo, usePlace } from '../place.ts'
import { EmptyState } from './empty-state.tsx'
import { type Order, orderText, parseOrder, sortRows } from './order.ts'
import { SearchField } from './search-field.tsx'
import { type Column, Table } from './table.tsx'

const PAGE_ROWS = 100

/** The list. @param of.textOf - what a search looks at. @param of.order - as long as nobody chose another. */
export function WholeList<Row>(of: {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string | number
  readonly textOf: (row: Row) => string
  readonly order: Order
  readonly search: string
  readonly noneFound: string
  readonly beside?: ReactNode
}): ReactNode {
  const { caption, columns, rows, keyOf, textOf, search, noneFound, beside } = of
  const { path, query } = usePlace()
  const order = parseOrder(query.get('sort'), of.order)
  const text = query.get('search') ?? ''
  const go = (changed: Readonly<Record<string, string | number | undefined>>) =>
    goTo(withQuery(path, { ...Object.fromEntries(query), page: undefined, ...changed }), {
      replace: true,
    })
  const found = rows.filter((row) => textOf(row).toLowerCase().includes(text.toLowerCase()))
  const sorted = sortRows(found, columns, order)
  const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS))
  const page = Math.min(pages, Math.max(1, Math.trunc(Number(query.get('page') ?? '1')) || 1))
  const first = (page - 1) * PAGE_ROWS
  const shown = sorted.slice(first, first + PAGE_ROWS)
  return (
    <>
      <div className="filters">
        <SearchField label={search} value={text} onChange={(search) => go({ search })} />
        {beside}
        <p className="quiet filters-count" role="status">
          {texts.table.count(found.length)}
        </p>
      </div>
      {found.length === 0 ? (
        <EmptyState title={noneFound} />
      ) : (
        <Table
          caption={caption}
          columns={columns}
          rows={shown}
          keyOf={keyOf}
          order={order}
          onOrder={(next) => go({ sort: orderText(next) })}
        />
      )}
      {pages > 1 && (
        <nav className="pager" aria-label={caption}>
          <button
            className="button small"
            type="button"
            disabled={page === 1}
            onClick={() => go({ page: page - 1 })}
          >
            {texts.table.previous}
          </button>
          <span className="quiet">
            {texts.table.range(first + 1, first + shown.length, found.length)}
          </span>
          <button
            className="button small"
            type="button"
            disabled={page === pages}
            onClick={() => go({ page: page + 1 })}
          >
            {texts.table.next}
          </button>
        </nav>
      )}
    </>
  )
}
