/** @module The connections: how each is, what it may, and how old its key is. */

import type { ReactNode } from 'react'
import { connectionTexts as texts } from '../../texts/console/connections.ts'
import { pathOf } from '../address.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { State } from '../parts/state.tsx'
import type { Column } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { WholeList } from '../parts/whole-list.tsx'
import { useAnswer } from '../server.ts'
import { CONNECTIONS, type Connection, stateOf } from './connection.ts'

/** The list. */
export function ConnectionList(): ReactNode {
  const answer = useAnswer<{ readonly connections: readonly Connection[] }>(CONNECTIONS)
  return (
    <View title={texts.title}>
      <Loaded answer={answer}>
        {({ connections }) =>
          connections.length === 0 ? (
            <EmptyState title={texts.none}>
              {texts.noneHint} <code>{texts.noneCommand}</code>
            </EmptyState>
          ) : (
            <WholeList
              caption={texts.title}
              columns={columns}
              rows={connections}
              keyOf={({ name }) => name}
              textOf={(row) => `${row.name} ${row.orgUrl} ${stateOf(row).word}`}
              order={{ key: 'state', isDescending: false }}
              search={texts.search}
              noneFound={texts.noneFound}
            />
          )
        }
      </Loaded>
    </View>
  )
}

const { columns: names } = texts
// What is broken stands first.
const RANKS = ['bad', 'warning', 'quiet', 'good']

const columns: readonly Column<Connection>[] = [
  {
    key: 'name',
    name: names.name,
    cell: ({ name }) => (
      <Link to={pathOf('/connections/:name', { name })}>
        <bdi>{name}</bdi>
      </Link>
    ),
    sortBy: ({ name }) => name,
  },
  {
    key: 'state',
    name: names.state,
    cell: (row) => {
      const { tone, word } = stateOf(row)
      return <State tone={tone}>{word}</State>
    },
    sortBy: (row) => RANKS.indexOf(stateOf(row).tone),
  },
  {
    key: 'orgUrl',
    name: names.orgUrl,
    cell: ({ orgUrl }) => <bdi>{orgUrl.replace(/^https:\/\//, '')}</bdi>,
    sortBy: ({ orgUrl }) => orgUrl,
  },
  {
    key: 'kind',
    name: names.kind,
    cell: ({ kind }) => texts.kinds[kind],
    sortBy: ({ kind }) => kind,
  },
  {
    key: 'scopes',
    name: names.scopes,
    isNumber: true,
    cell: ({ scopes }) => scopes?.length ?? '—',
    sortBy: ({ scopes }) => scopes?.length,
  },
  {
    key: 'credentialAgeDays',
    name: names.credentialAgeDays,
    isNumber: true,
    cell: ({ credentialAgeDays }) => texts.days(credentialAgeDays),
    sortBy: ({ credentialAgeDays }) => credentialAgeDays,
  },
  {
    key: 'nextRotationAt',
    name: names.nextRotationAt,
    cell: ({ nextRotationAt }) => <Time at={nextRotationAt} />,
    sortBy: ({ nextRotationAt }) => nextRotationAt,
  },
  {
    key: 'doctor.at',
    name: names.checkedAt,
    cell: ({ doctor }) => <Time at={doctor?.at} />,
    sortBy: ({ doctor }) => doctor?.at,
  },
]
