/** @module What a feed could not read of the org's history. */

import type { ReactNode } from 'react'
import { feedTexts } from '../../texts/console/feeds.ts'
import { Export } from '../parts/export.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../server.ts'
import { type Feed, feedPath } from './feed.ts'

const { gaps: texts } = feedTexts

interface Gap {
  readonly from?: string
  readonly to: string
  readonly reason: string
}

/** The gaps; asked for where there are some. */
export function Gaps({ feed }: { readonly feed: Feed }): ReactNode {
  const path = feedPath(feed.name, '/gaps')
  const answer = useAnswer<{ readonly gaps: readonly Gap[] }>(path, { isAsked: feed.gaps > 0 })
  return (
    <Panel
      title={texts.title}
      note={feed.gaps === 0 ? texts.none : texts.note}
      actions={feed.gaps > 0 && <Export path={path} />}
    >
      {feed.gaps > 0 && (
        <Loaded answer={answer} height="flat">
          {({ gaps }) => (
            <Table caption={texts.title} columns={columns} rows={gaps} keyOf={({ to }) => to} />
          )}
        </Loaded>
      )}
    </Panel>
  )
}

const columns: readonly Column<Gap>[] = [
  {
    key: 'from',
    name: texts.from,
    cell: ({ from }) => (from === undefined ? texts.beginning : <Time at={from} />),
  },
  { key: 'to', name: texts.to, cell: ({ to }) => <Time at={to} /> },
  {
    key: 'reason',
    name: texts.reason,
    cell: ({ reason }) => <span className="is-wrapping">{reason}</span>,
  },
]
