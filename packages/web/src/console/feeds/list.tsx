/** @module The feeds: what each does, how far behind it is, and what it lacks. */

import type { ReactNode } from 'react'
import { feedTexts as texts } from '../../texts/console/feeds.ts'
import { makeFeedTexts } from '../../texts/console/make-feed.ts'
import { pathOf, withQuery } from '../address.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { Link } from '../parts/link.tsx'
import { numberText } from '../parts/number-text.ts'
import { PagedList, useListPlace } from '../parts/paged-list.tsx'
import { State } from '../parts/state.tsx'
import type { Column } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { durationText } from '../parts/time-text.ts'
import { View } from '../parts/view.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import { FEEDS, type Feed, type FeedPage, feedConditions, stateOf } from './feed.ts'

/** The list. */
export function FeedList(): ReactNode {
  const place = useListPlace(feedConditions)
  const { search, state, asked } = place
  const answer = useAnswer<FeedPage>(withQuery(FEEDS, { ...asked, counts: 'true' }))
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
      <PagedList
        place={place}
        answer={answer}
        rowsOf={({ feeds }) => feeds}
        caption={texts.title}
        columns={columns}
        keyOf={({ name }) => name}
        states={feedConditions}
        words={{ ...texts, states: texts.conditions, state: names.state }}
        empty={
          <EmptyState title={texts.none}>
            {texts.noneHint} <code>{texts.noneCommand}</code>
          </EmptyState>
        }
        beside={<Export path={withQuery(FEEDS, { text: search, state })} />}
      />
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
