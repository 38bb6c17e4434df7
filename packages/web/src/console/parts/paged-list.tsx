/** @module A list that the server tells a page at a time: searched, filtered by how its rows stand, and counted; all of it in the address. */

import type { ReactNode } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { withQuery } from '../address.ts'
import { goTo, usePlace } from '../place.ts'
import { ChoiceField } from './choice-field.tsx'
import { EmptyState } from './empty-state.tsx'
import { Link } from './link.tsx'
import { numberText } from './number-text.ts'
import { type Order, orderText, parseOrder, sortRows } from './order.ts'
import { SearchField } from './search-field.tsx'
import { type Column, Table } from './table.tsx'

const PAGE_ROWS = 100
const UNSORTED: Order = { key: '', isDescending: false }

/** What is looked at of a list. */
export interface ListPlace<State extends string> {
  readonly search: string
  /** Undefined: every one. */
  readonly state: State | undefined
  /** Where the page begins; undefined: at the beginning. */
  readonly after: string | undefined
  /** The members of a request for it. */
  readonly asked: Readonly<Record<string, string | number | undefined>>
}

/** What the address says of a list. @param states - those that there are. */
export function useListPlace<State extends string>(states: readonly State[]): ListPlace<State> {
  const { query } = usePlace()
  const search = query.get('search') ?? ''
  const state = states.find((one) => one === query.get('state'))
  const after = query.get('after') ?? undefined
  return { search, state, after, asked: { text: search, state, after, limit: PAGE_ROWS } }
}

/** The list. @param of.words - what it says. @param of.beside - above the rows. */
export function PagedList<Row, State extends string>(of: {
  readonly place: ListPlace<State>
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Where the next page begins. */
  readonly next: string | undefined
  /** How many fit the search, by state. */
  readonly counts: Readonly<Record<State, number>>
  readonly states: readonly State[]
  readonly words: {
    readonly search: string
    readonly noneFound: string
    readonly state: string
    readonly states: Readonly<Record<State, string>>
  }
  readonly beside: ReactNode
}): ReactNode {
  const { place, caption, rows, keyOf, next, counts, states, words, beside } = of
  const { search, state, after } = place
  const { path, query } = usePlace()
  const sort = query.get('sort') ?? undefined
  const order = parseOrder(sort ?? null, UNSORTED)
  const go = (changed: Readonly<Record<string, string>>) =>
    goTo(withQuery(path, { search, state, sort, ...changed }), { replace: true })
  const all = states.reduce((sum, one) => sum + counts[one], 0)
  // Of one page of many, another order would be that of no list.
  const isWhole = after === undefined && next === undefined
  const columns = isWhole ? of.columns : of.columns.map(({ sortBy: _, ...column }) => column)
  return (
    <>
      <search className="filters">
        <SearchField
          label={words.search}
          value={search}
          onChange={(text) => go({ search: text })}
        />
        <ChoiceField
          label={words.state}
          isLabelUnseen
          value={state ?? ''}
          choices={[
            ['', texts.table.ofState(texts.table.everyState, numberText(all))],
            ...states.map(
              (one) =>
                [one, texts.table.ofState(words.states[one], numberText(counts[one]))] as const,
            ),
          ]}
          onChoose={(chosen) => go({ state: chosen })}
        />
        <p className="quiet filters-count" role="status">
          {texts.table.count(numberText(state === undefined ? all : counts[state]))}
        </p>
      </search>
      {rows.length === 0 ? (
        <EmptyState title={words.noneFound} />
      ) : (
        <>
          {beside}
          <Table
            caption={caption}
            columns={columns}
            rows={isWhole ? sortRows(rows, columns, order) : rows}
            keyOf={keyOf}
            order={order}
            onOrder={(next) => go({ sort: orderText(next) })}
          />
        </>
      )}
      <nav className="pager" aria-label={caption}>
        {after !== undefined && (
          <Link to={withQuery(path, { search, state })}>{texts.table.first}</Link>
        )}
        {next !== undefined && (
          <Link to={withQuery(path, { search, state, after: next })}>{texts.table.next}</Link>
        )}
      </nav>
    </>
  )
}
