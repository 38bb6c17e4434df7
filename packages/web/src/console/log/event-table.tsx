/** @module Events, one a row. */

import type { ReactNode } from 'react'
import { logTexts as texts } from '../../texts/console/log.ts'
import { pathOf } from '../address.ts'
import { Link } from '../parts/link.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { type LogEvent, nameOf, toneOf } from './event.ts'

/** The table. @param of.current - the event that is shown beside it. */
export function EventTable(of: {
  readonly caption: string
  readonly connection: string
  readonly events: readonly LogEvent[]
  readonly current?: string
}): ReactNode {
  const { caption, connection, events, current } = of
  return (
    <Table
      caption={caption}
      columns={columnsOf(connection, current)}
      rows={events}
      keyOf={({ uuid }) => uuid}
    />
  )
}

const { columns: names } = texts

function columnsOf(connection: string, current: string | undefined): readonly Column<LogEvent>[] {
  return [
    {
      key: 'eventType',
      name: names.eventType,
      cell: ({ uuid, eventType }) =>
        uuid === current ? (
          <>
            <code>{eventType}</code> <span className="quiet">{texts.related.this}</span>
          </>
        ) : (
          <Link to={pathOf('/log/:connection/:uuid', { connection, uuid })}>
            <code>{eventType ?? uuid}</code>
          </Link>
        ),
    },
    { key: 'published', name: names.published, cell: ({ published }) => <Time at={published} /> },
    {
      key: 'outcome',
      name: names.outcome,
      cell: ({ outcome }) =>
        outcome === undefined ? '—' : <State tone={toneOf(outcome)}>{outcome}</State>,
    },
    {
      key: 'actor',
      name: names.actor,
      cell: ({ actor }) => (
        <bdi className="is-short" title={actor?.login}>
          {actor === undefined ? '—' : nameOf(actor)}
        </bdi>
      ),
    },
    {
      key: 'targets',
      name: names.targets,
      cell: ({ targets: [first, ...rest] }) =>
        first === undefined ? (
          '—'
        ) : (
          <span className="is-short">
            <bdi>{nameOf(first)}</bdi>
            {rest.length > 0 && <span className="quiet"> {texts.andMore(rest.length)}</span>}
          </span>
        ),
    },
    { key: 'ip', name: names.ip, cell: ({ ip }) => <bdi>{ip ?? '—'}</bdi> },
    {
      key: 'message',
      name: names.message,
      cell: ({ message }) => <bdi className="is-short">{message ?? '—'}</bdi>,
    },
  ]
}
