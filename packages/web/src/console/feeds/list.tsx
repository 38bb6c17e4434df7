/** @module The feeds: what each does, how far behind it is, and what it lacks. */

import type { ReactNode } from 'react'
import { feedTexts as texts } from '../../texts/console/feeds.ts'
import { makeFeedTexts } from '../../texts/console/make-feed.ts'
import { pathOf, withQuery } from '../address.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { State } from '../parts/state.tsx'
import type { Column } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { durationText } from '../parts/time-text.ts'
import { View } from '../parts/view.tsx'
import { WholeList } from '../parts/whole-list.tsx'
import { usePermissions } from '../session.ts'
import { exportedFeedColumns } from './exported-feeds.ts'
import { FEEDS, type Feed, stateOf } from './feed.ts'
import { type FeedPage, PAGE_FEEDS, useAllFeeds } from './use-all-feeds.ts'

/** The list. */
export function FeedList(): ReactNode {
  const answer = useAllFeeds()
  const mayMake = usePermissions().maySomewhere('admin')
  return (
    <View
      title={texts.title}
      actions={
        mayMake && (
          <Link to="/feeds/+new" className="button primary">
            {makeFeedTexts.button}
          </Link>
        )
      }
    >
      <Loaded answer={answer}>
        {(feeds) =>
          feeds.length === 0 ? (
            <EmptyState title={texts.none}>
              {texts.noneHint} <code>{texts.noneCommand}</code>
            </EmptyState>
          ) : (
            <WholeList
              beside={
                <Export
                  name="feeds"
                  pathOf={(after) => withQuery(FEEDS, { after, limit: PAGE_FEEDS })}
                  rowsOf={(page: FeedPage) => page.feeds}
                  columns={exportedFeedColumns}
                />
              }
              caption={texts.title}
              columns={columns}
              rows={feeds}
              keyOf={({ name }) => name}
              textOf={(row) => `${row.name} ${row.connection} ${row.input} ${stateOf(row).word}`}
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
const RANKS = ['bad', 'warning', 'busy', 'quiet', 'good']

const columns: readonly Column<Feed>[] = [
  {
    key: 'name',
    name: names.name,
    cell: ({ name }) => (
      <Link to={pathOf('/feeds/:feed', { feed: name })}>
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
    key: 'connection',
    name: names.connection,
    cell: ({ connection }) => (
      <Link to={pathOf('/connections/:name', { name: connection })}>
        <bdi>{connection}</bdi>
      </Link>
    ),
    sortBy: ({ connection }) => connection,
  },
  {
    key: 'input',
    name: names.input,
    cell: ({ input }) => input,
    sortBy: ({ input }) => input,
  },
  {
    key: 'sinks',
    name: names.sinks,
    cell: ({ sinks }) => <bdi className="is-short">{sinks.map(({ name }) => name).join(', ')}</bdi>,
  },
  {
    key: 'lagSeconds',
    name: names.lag,
    isNumber: true,
    cell: ({ lagSeconds }) => (lagSeconds === undefined ? '—' : durationText(lagSeconds)),
    sortBy: ({ lagSeconds }) => lagSeconds,
  },
  {
    key: 'lastRun.report.records',
    name: names.lastRecords,
    isNumber: true,
    cell: ({ lastRun }) => (lastRun === undefined ? '—' : numberText(lastRun.report.records)),
    sortBy: ({ lastRun }) => lastRun?.report.records,
  },
  {
    key: 'gaps',
    name: names.gaps,
    isNumber: true,
    cell: ({ gaps }) => numberText(gaps),
    sortBy: ({ gaps }) => gaps,
  },
  {
    key: 'deadLetters',
    name: names.deadLetters,
    isNumber: true,
    cell: ({ deadLetters }) => numberText(deadLetters),
    sortBy: ({ deadLetters }) => deadLetters,
  },
  {
    key: 'nextRuns',
    name: names.nextRun,
    cell: ({ nextRuns }) => <Time at={nextRuns[0]} />,
    sortBy: ({ nextRuns }) => nextRuns[0],
  },
]
