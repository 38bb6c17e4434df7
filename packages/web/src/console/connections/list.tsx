/** @module The connections: how each is, what it may, and how old its key is. */

import type { ReactNode } from 'react'
import { connectionTexts as texts } from '../../texts/console/connections.ts'
import { pathOf, withQuery } from '../address.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { Link } from '../parts/link.tsx'
import { PagedList, useListPlace } from '../parts/paged-list.tsx'
import { State } from '../parts/state.tsx'
import type { Column } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { useAnswer } from '../server.ts'
import { CONNECTIONS, type Connection, type ConnectionPage, stateOf } from './connection.ts'
import { RoleNames } from './roles.tsx'

// What is broken stands first.
const STATES = ['failed', 'warning', 'unknown', 'ok'] as const

/** The list, a page of the server at a time. */
export function ConnectionList(): ReactNode {
  const place = useListPlace(STATES)
  const { search, state, asked } = place
  const answer = useAnswer<ConnectionPage>(withQuery(CONNECTIONS, asked))
  return (
    <View title={texts.title}>
      <PagedList
        place={place}
        answer={answer}
        rowsOf={({ connections }) => connections}
        caption={texts.title}
        columns={columns}
        keyOf={({ name }) => name}
        states={STATES}
        words={{ ...texts, state: names.state }}
        empty={
          <EmptyState title={texts.none}>
            {texts.noneHint} <code>{texts.noneCommand}</code>
          </EmptyState>
        }
        beside={<Export path={withQuery(CONNECTIONS, { text: search, state })} />}
      />
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
    sortBy: ({ name }) => name,
  },
  {
    key: 'state',
    name: names.state,
    cell: (row) => {
      const { tone, word } = stateOf(row)
      return <State tone={tone}>{word}</State>
    },
    sortBy: ({ doctor }) => STATES.indexOf(doctor?.status ?? 'unknown'),
  },
  {
    key: 'orgUrl',
    name: names.orgUrl,
    cell: ({ orgUrl }) => <bdi>{orgUrl.replace(/^https:\/\//, '')}</bdi>,
    sortBy: ({ orgUrl }) => orgUrl,
  },
  {
    key: 'roles',
    name: names.roles,
    cell: ({ kind, roles }) =>
      kind === 'api-token' && roles === undefined ? '—' : <RoleNames roles={roles} />,
  },
  {
    key: 'lastUsedAt',
    name: names.lastUsedAt,
    cell: ({ lastUsedAt }) => <Time at={lastUsedAt} />,
    sortBy: ({ lastUsedAt }) => lastUsedAt,
  },
  {
    key: 'token.expiresAt',
    name: names.tokenEnds,
    cell: ({ token }) => <Time at={token?.expiresAt} />,
    sortBy: ({ token }) => token?.expiresAt,
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
    sortBy: ({ credentialAgeDays }) => credentialAgeDays,
  },
  {
    key: 'nextRotationAt',
    name: names.nextRotationAt,
    cell: ({ nextRotationAt }) => <Time at={nextRotationAt} />,
    sortBy: ({ nextRotationAt }) => nextRotationAt,
  },
  {
    key: 'kind',
    name: names.kind,
    cell: ({ kind }) => texts.kinds[kind],
  },
  {
    key: 'doctor.at',
    name: names.checkedAt,
    cell: ({ doctor }) => <Time at={doctor?.at} />,
  },
]
