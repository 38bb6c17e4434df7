/** @module What is said where the log shows no event: that nothing fits, or that nothing keeps it, and how that begins. */

import type { ReactNode } from 'react'
import { logTexts as texts } from '../../texts/console/log.ts'
import { pathOf, withQuery } from '../address.ts'
import { FEEDS, type Feed, type FeedPage } from '../feeds/feed.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import type { LogQuery } from './log-query.ts'

const STORE = 'store'
const INPUT = 'system-log'
// As many as the server gives at once; nobody has more of one connection.
const MOST = 1_000

/** Why there is no event, by what feeds there are. */
export function NoEvents({ query }: { readonly query: LogQuery }): ReactNode {
  const { connection } = query
  const answer = useAnswer<Pick<FeedPage, 'feeds'>>(
    withQuery(FEEDS, { connection, text: INPUT, limit: MOST }),
  )
  return (
    <Loaded answer={answer} height="flat">
      {({ feeds }) => {
        const reading = feeds.filter(({ input }) => input === INPUT)
        const keeping = reading.find(({ sinks }) => sinks.some(({ kind }) => kind === STORE))
        if (keeping === undefined) return <NoFeed connection={connection} reads={reading[0]} />
        if (keeping.lastRun === undefined) return <NotYet feed={keeping.name} />
        return <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
      }}
    </Loaded>
  )
}

function NoFeed(of: { readonly connection: string; readonly reads: Feed | undefined }): ReactNode {
  const { connection, reads } = of
  const { noFeed } = texts
  const mayMake = usePermissions().may('admin', connection)
  if (reads !== undefined) {
    const sinks = reads.sinks.map(({ name }) => `--sink ${name}`).join(' ')
    return (
      <EmptyState title={noFeed.title}>
        <p>{noFeed.add}</p>
        <p>
          <code>{noFeed.addCommand(reads.name, sinks)}</code>
        </p>
      </EmptyState>
    )
  }
  return (
    <EmptyState title={noFeed.title}>
      <p>{noFeed.make}</p>
      {mayMake && (
        <p>
          <Link
            className="button primary"
            to={withQuery('/feeds/+new', { connection, input: INPUT })}
          >
            {noFeed.button}
          </Link>
        </p>
      )}
      <p>
        {noFeed.or} <code>{noFeed.command(connection)}</code>
      </p>
    </EmptyState>
  )
}

function NotYet({ feed }: { readonly feed: string }): ReactNode {
  return (
    <EmptyState title={texts.notYet.title}>
      {texts.notYet.hint} <Link to={pathOf('/feeds/:feed', { feed })}>{feed}</Link>
    </EmptyState>
  )
}
