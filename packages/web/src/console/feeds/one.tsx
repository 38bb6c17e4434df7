/** @module One feed: how it stands, what it read, where it writes, and what it could not. */

import type { ReactNode } from 'react'
import { feedTexts as texts } from '../../texts/console/feeds.ts'
import { pathOf } from '../address.ts'
import { ErrorState } from '../parts/error-state.tsx'
import { Facts } from '../parts/facts.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { bytesText, numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { durationText } from '../parts/time-text.ts'
import { View } from '../parts/view.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import { DeadLetters } from './dead-letters.tsx'
import { type Feed, feedPath, stateOf } from './feed.ts'
import { FeedActions } from './feed-actions.tsx'
import { Gaps } from './gaps.tsx'
import { Records } from './records.tsx'
import { Runs } from './runs.tsx'
import { FeedSinks } from './sinks.tsx'

const RUNNING_EVERY_MS = 2_000

/** The feed. */
export function OneFeed({ of }: { readonly of: Readonly<Record<string, string>> }): ReactNode {
  const name = of['feed'] ?? ''
  const permissions = usePermissions()
  const answer = useAnswer<Feed>(feedPath(name))
  const feed = answer.data
  const isRunning = feed?.state === 'running'
  // While it runs, its figures change with each page.
  useAnswer<Feed>(feedPath(name), isRunning ? { everyMs: RUNNING_EVERY_MS } : {})
  const state = feed === undefined ? undefined : stateOf(feed)
  const maySync = feed !== undefined && permissions.may('sync', feed.connection)
  return (
    <View
      title={name}
      within={{ name: texts.title, to: '/feeds' }}
      beside={state !== undefined && <State tone={state.tone}>{state.word}</State>}
      actions={maySync ? <FeedActions feed={feed} /> : undefined}
    >
      <Loaded answer={answer}>
        {(shown) => (
          <>
            <Troubles feed={shown} />
            <Records feed={name} isRunning={isRunning} />
            <div className="panels">
              <FeedFacts feed={shown} />
              <FeedSinks feed={shown} />
            </div>
            <Runs feed={name} isRunning={isRunning} />
            <DeadLetters feed={shown} mayRetry={maySync} />
            <Gaps feed={shown} />
          </>
        )}
      </Loaded>
    </View>
  )
}

/** What keeps it from its work, with what to do. */
function Troubles({ feed }: { readonly feed: Feed }): ReactNode {
  const { held, lastRun, sinks } = feed
  const troubles = [
    ...(lastRun?.report.error === undefined ? [] : [lastRun.report.error]),
    ...sinks.flatMap(({ error }) => (error === undefined ? [] : [error])),
    ...(held === undefined ? [] : [held]),
  ]
  return [...new Map(troubles.map((trouble) => [trouble.message, trouble])).values()].map(
    ({ code, message, remedy }) => (
      <ErrorState key={message} problem={{ code, detail: message, remedy }} />
    ),
  )
}

function FeedFacts({ feed }: { readonly feed: Feed }): ReactNode {
  const { facts } = texts
  const { connection, cron, timezone, nextRuns, spool, sweepHours, since } = feed
  return (
    <Panel title={facts.title}>
      <Facts
        facts={{
          [facts.connection]: (
            <Link to={pathOf('/connections/:name', { name: connection })}>
              <bdi>{connection}</bdi>
            </Link>
          ),
          [facts.input]: feed.input,
          [facts.schedule]:
            cron === undefined ? (
              facts.onDemand
            ) : (
              <>
                <code>{cron}</code> {facts.in(timezone)}
              </>
            ),
          [facts.next]: nextRuns.length === 0 ? undefined : <Time at={nextRuns[0]} />,
          [facts.upToDate]: <Time at={feed.upToDateAt} />,
          [facts.lag]: feed.lagSeconds === undefined ? undefined : durationText(feed.lagSeconds),
          [facts.spool]: facts.spoolOf(numberText(spool.records), bytesText(spool.bytes)),
          [facts.sweep]: sweepHours === undefined ? undefined : facts.everyHours(sweepHours),
          [facts.since]: since === undefined ? undefined : <Time at={since} />,
          [facts.created]: <Time at={feed.createdAt} />,
        }}
      />
    </Panel>
  )
}
