/** @module A table: its columns are fields of the API, numbers stand in columns, and it scrolls where it is wider than its place. */

import { Fragment, type ReactNode } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import type { Order } from './order.ts'

/** A column. */
export interface Column<Row> {
  /** The field of the API, by which it is sorted and exported. */
  readonly key: string
  readonly name: string
  readonly cell: (row: Row) => ReactNode
  readonly isNumber?: boolean
  /** What its rows are sorted by; undefined where nothing sorts by it. */
  readonly sortBy?: (row: Row) => string | number | undefined
}

/** The table. @param of.detailOf - what stands in a row of its own below a row. */
export function Table<Row>(of: {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string | number
  readonly order?: Order | undefined
  readonly onOrder?: (order: Order) => void
  readonly detailOf?: (row: Row) => ReactNode | undefined
}): ReactNode {
  const { caption, columns, rows, keyOf, order, onOrder, detailOf } = of
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys
    <section className="table-scroll" aria-label={caption} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell column={column} order={order} onOrder={onOrder} key={column.key} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const detail = detailOf?.(row)
            return (
              <Fragment key={keyOf(row)}>
                <tr>
                  {columns.map(({ key, cell, isNumber }, index) => {
                    const Cell = index === 0 ? 'th' : 'td'
                    return (
                      <Cell
                        className={isNumber ? 'is-number' : undefined}
                        scope={index === 0 ? 'row' : undefined}
                        key={key}
                      >
                        {cell(row)}
                      </Cell>
                    )
                  })}
                </tr>
                {detail !== undefined && (
                  <tr className="table-detail">
                    <td colSpan={columns.length}>{detail}</td>
                  </tr>
                )}
              </Fragment>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function HeadCell<Row>(of: {
  readonly column: Column<Row>
  readonly order: Order | undefined
  readonly onOrder: ((order: Order) => void) | undefined
}): ReactNode {
  const { column, order, onOrder } = of
  const { key, name, isNumber, sortBy } = column
  const className = isNumber ? 'is-number' : undefined
  if (sortBy === undefined || onOrder === undefined) {
    return (
      <th scope="col" className={className}>
        {name}
      </th>
    )
  }
  const isSorted = order?.key === key
  const next = { key, isDescending: isSorted && !order.isDescending }
  const sorted = !isSorted ? 'none' : order.isDescending ? 'descending' : 'ascending'
  return (
    <th scope="col" className={className} aria-sort={sorted}>
      <button
        type="button"
        className="sort"
        title={texts.table.sort(name)}
        onClick={() => onOrder(next)}
      >
        {name}
        <svg viewBox="0 0 10 10" aria-hidden="true" className={`sort-sign is-${sorted}`}>
          <path d="M2 6.2L5 3l3 3.2" />
        </svg>
      </button>
    </th>
  )
}
