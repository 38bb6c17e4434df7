/** @module A list that the server tells a page at a time: searched, filtered by how its rows stand, and counted; all of it in the address. */

import type { ReactNode } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { withQuery } from '../address.ts'
import { goTo, usePlace } from '../place.ts'
import type { Answered } from '../server.ts'
import { ChoiceField } from './choice-field.tsx'
import { EmptyState } from './empty-state.tsx'
import { Link } from './link.tsx'
import { Loaded } from './loaded.tsx'
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

/** A page of a list, as the server tells it. */
interface Page<State extends string> {
  /** Where the next page begins. */
  readonly next?: string
  /** How many fit the search, by state. */
  readonly counts: Readonly<Record<State, number>>
}

/** What a list says. */
interface Words<State extends string> {
  readonly search: string
  readonly noneFound: string
  readonly state: string
  readonly states: Readonly<Record<State, string>>
}

/** The list. @param of.empty - where there is nothing at all to look for. @param of.beside - above the rows. */
export function PagedList<Row, State extends string, Answer extends Page<State>>(of: {
  readonly place: ListPlace<State>
  readonly answer: Answered<Answer>
  readonly rowsOf: (answer: Answer) => readonly Row[]
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
  readonly states: readonly State[]
  readonly words: Words<State>
  readonly empty: ReactNode
  readonly beside: ReactNode
}): ReactNode {
  const { place, answer, rowsOf, caption, keyOf, states, words, empty, beside } = of
  const { search, state, after } = place
  const { path, query } = usePlace()
  const sort = query.get('sort') ?? undefined
  const order = parseOrder(sort ?? null, UNSORTED)
  const go = (changed: Readonly<Record<string, string>>) =>
    goTo(withQuery(path, { search, state, sort, ...changed }), { replace: true })
  const counts = answer.data?.counts
  const isNothing =
    search === '' && counts !== undefined && states.every((one) => counts[one] === 0)
  // What was searched for can be searched for otherwise, also where it was refused.
  const isFiltered = search !== '' || state !== undefined || after !== undefined
  return (
    <>
      {(counts === undefined ? isFiltered : !isNothing) && (
        <Filters place={place} counts={counts} states={states} words={words} onGo={go} />
      )}
      <Loaded answer={answer}>
        {(page) => {
          if (isNothing) return empty
          const { next } = page
          const rows = rowsOf(page)
          // Of one page of many, another order would be that of no list.
          const isWhole = after === undefined && next === undefined
          const columns = isWhole ? of.columns : of.columns.map(({ sortBy: _, ...one }) => one)
          return (
            <>
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
                    onOrder={(chosen) => go({ sort: orderText(chosen) })}
                  />
                </>
              )}
              <nav className="pager" aria-label={caption}>
                {after !== undefined && (
                  <Link to={withQuery(path, { search, state })}>{texts.table.first}</Link>
                )}
                {next !== undefined && (
                  <Link to={withQuery(path, { search, state, after: next })}>
                    {texts.table.next}
                  </Link>
                )}
              </nav>
            </>
          )
        }}
      </Loaded>
    </>
  )
}

function Filters<State extends string>(of: {
  readonly place: ListPlace<State>
  /** Undefined while, or where, nobody told them. */
  readonly counts: Readonly<Record<State, number>> | undefined
  readonly states: readonly State[]
  readonly words: Words<State>
  readonly onGo: (changed: Readonly<Record<string, string>>) => void
}): ReactNode {
  const { place, counts, states, words, onGo } = of
  const { search, state } = place
  const { table } = texts
  const all = counts && states.reduce((sum, one) => sum + counts[one], 0)
  const found = state === undefined ? all : counts?.[state]
  const named = (name: string, count: number | undefined) =>
    count === undefined ? name : table.ofState(name, numberText(count))
  return (
    <search className="filters">
      <SearchField
        label={words.search}
        value={search}
        onChange={(text) => onGo({ search: text })}
      />
      <ChoiceField
        label={words.state}
        isLabelUnseen
        value={state ?? ''}
        choices={[
          ['', named(table.everyState, all)],
          ...states.map((one) => [one, named(words.states[one], counts?.[one])] as const),
        ]}
        onChoose={(chosen) => onGo({ state: chosen })}
      />
      <p className="quiet filters-count" role="status">
        {found !== undefined && table.count(numberText(found))}
      </p>
    </search>
  )
}
