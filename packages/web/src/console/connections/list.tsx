/** @module The connections: how each is, what it may, and how old its key is. */

import type { ReactNode } from 'react'
import { connectionTexts as texts } from '../../texts/console/connections.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { pathOf, withQuery } from '../address.ts'
import { ChoiceField } from '../parts/choice-field.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { SearchField } from '../parts/search-field.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { goTo, usePlace } from '../place.ts'
import { useAnswer } from '../server.ts'
import { CONNECTIONS, type Connection, type ConnectionPage, stateOf } from './connection.ts'
import { exportedColumns } from './exported-connections.ts'

const PAGE_ROWS = 100
// As many as the server gives at once.
const MOST = 1_000
// What is broken stands first.
const STATES = ['failed', 'warning', 'unknown', 'ok'] as const

/** The list, a page of the server at a time. */
export function ConnectionList(): ReactNode {
  const { path, query } = usePlace()
  const given = Object.fromEntries(query)
  const { search = '', after } = given
  const state = STATES.find((one) => one === given['state'])
  const answer = useAnswer<ConnectionPage>(
    withQuery(CONNECTIONS, { text: search, state, after, limit: PAGE_ROWS }),
  )
  const filter = (changed: Readonly<Record<string, string>>) =>
    goTo(withQuery(path, { ...given, after: undefined, ...changed }), { replace: true })
  return (
    <View title={texts.title}>
      <Loaded answer={answer}>
        {({ connections, next, counts }) => {
          const all = STATES.reduce((sum, one) => sum + counts[one], 0)
          if (all === 0 && search === '') {
            return (
              <EmptyState title={texts.none}>
                {texts.noneHint} <code>{texts.noneCommand}</code>
              </EmptyState>
            )
          }
          return (
            <>
              <search className="filters">
                <SearchField
                  label={texts.search}
                  value={search}
                  onChange={(text) => filter({ search: text })}
                />
                <ChoiceField
                  label={names.state}
                  isLabelUnseen
                  value={state ?? ''}
                  choices={[
                    ['', texts.ofState(texts.every, numberText(all))],
                    ...STATES.map(
                      (one) =>
                        [one, texts.ofState(texts.states[one], numberText(counts[one]))] as const,
                    ),
                  ]}
                  onChoose={(chosen) => filter({ state: chosen })}
                />
                <p className="quiet filters-count" role="status">
                  {shellTexts.table.count(state === undefined ? all : counts[state])}
                </p>
              </search>
              {connections.length === 0 ? (
                <EmptyState title={texts.noneFound} />
              ) : (
                <>
                  <Export
                    name="connections"
                    pathOf={(cursor) =>
                      withQuery(CONNECTIONS, { text: search, state, after: cursor, limit: MOST })
                    }
                    rowsOf={(page: ConnectionPage) => page.connections}
                    columns={exportedColumns}
                  />
                  <Table
                    caption={texts.title}
                    columns={columns}
                    rows={connections}
                    keyOf={({ name }) => name}
                  />
                </>
              )}
              <nav className="pager" aria-label={texts.title}>
                {after !== undefined && (
                  <Link to={withQuery(path, { ...given, after: undefined })}>
                    {shellTexts.table.first}
                  </Link>
                )}
                {next !== undefined && (
                  <Link to={withQuery(path, { ...given, after: next })}>
                    {shellTexts.table.next}
                  </Link>
                )}
              </nav>
            </>
          )
        }}
      </Loaded>
    </View>
  )
}

const { columns: names } = texts

const columns: readonly Column<Connection>[] = [
  {
    key: 'name',
    name: names.name,
    cell: ({ name }) => (
      <Link to={pathOf('/connections/:name', { name })}>
        <bdi>{name}</bdi>
      </Link>
    ),
  },
  {
    key: 'state',
    name: names.state,
    cell: (row) => {
      const { tone, word } = stateOf(row)
      return <State tone={tone}>{word}</State>
    },
  },
  {
    key: 'orgUrl',
    name: names.orgUrl,
    cell: ({ orgUrl }) => <bdi>{orgUrl.replace(/^https:\/\//, '')}</bdi>,
  },
  {
    key: 'kind',
    name: names.kind,
    cell: ({ kind }) => texts.kinds[kind],
  },
  {
    key: 'scopes',
    name: names.scopes,
    isNumber: true,
    cell: ({ scopes }) => scopes?.length ?? '—',
  },
  {
    key: 'credentialAgeDays',
    name: names.credentialAgeDays,
    isNumber: true,
    cell: ({ credentialAgeDays }) => texts.days(credentialAgeDays),
  },
  {
    key: 'nextRotationAt',
    name: names.nextRotationAt,
    cell: ({ nextRotationAt }) => <Time at={nextRotationAt} />,
  },
  {
    key: 'doctor.at',
    name: names.checkedAt,
    cell: ({ doctor }) => <Time at={doctor?.at} />,
  },
]
