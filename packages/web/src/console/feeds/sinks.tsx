/** @module Where a feed writes, and how far each sink is. */

import type { ReactNode } from 'react'
import { feedTexts } from '../../texts/console/feeds.ts'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import type { Feed } from './feed.ts'

const { sinks: texts } = feedTexts

type FeedSink = Feed['sinks'][number]

/** The sinks. */
export function FeedSinks({ feed }: { readonly feed: Feed }): ReactNode {
  return (
    <Panel title={texts.title}>
      <Table
        caption={texts.title}
        columns={columns}
        rows={feed.sinks}
        keyOf={({ name }) => name}
        detailOf={detailOf}
      />
    </Panel>
  )
}

function detailOf({ failingSince, retryAt }: FeedSink): ReactNode | undefined {
  if (failingSince === undefined) return undefined
  return (
    <>
      {texts.fails} {texts.since} <Time at={failingSince} />
      {retryAt !== undefined && (
        <>
          {' · '}
          {texts.retry} <Time at={retryAt} />
        </>
      )}
    </>
  )
}

const columns: readonly Column<FeedSink>[] = [
  { key: 'name', name: texts.name, cell: ({ name }) => <bdi>{name}</bdi> },
  {
    key: 'state',
    name: texts.state,
    cell: ({ failingSince }) =>
      failingSince === undefined ? (
        <State tone="good">{texts.works}</State>
      ) : (
        <State tone="bad">{texts.fails}</State>
      ),
  },
  {
    key: 'waiting',
    name: texts.waiting,
    isNumber: true,
    cell: ({ waiting }) => numberText(waiting),
  },
  {
    key: 'confirmedAt',
    name: texts.confirmedAt,
    cell: ({ confirmedAt }) => <Time at={confirmedAt} />,
  },
  { key: 'kind', name: texts.kind, cell: ({ kind }) => kind },
]
