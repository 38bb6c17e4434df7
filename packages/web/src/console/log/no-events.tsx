/** @module What is said where the log shows no event: that nothing fits, or that nothing keeps it, and how that begins. */

import type { ReactNode } from 'react'
import { logTexts as texts } from '../../texts/console/log.ts'
import { pathOf, withQuery } from '../address.ts'
import type { Feed } from '../feeds/feed.ts'
import { useAllFeeds } from '../feeds/use-all-feeds.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { usePermissions } from '../session.ts'
import type { LogQuery } from './log-query.ts'

const STORE = 'store'
const INPUT = 'system-log'

/** Why there is no event, by what feeds there are. */
export function NoEvents({ query }: { readonly query: LogQuery }): ReactNode {
  const answer = useAllFeeds()
  return (
    <Loaded answer={answer} height="flat">
      {(feeds) => {
        const reading = feeds.filter(
          ({ connection, input }) => connection === query.connection && input === INPUT,
        )
        const keeping = reading.find(({ sinks }) => sinks.some(({ kind }) => kind === STORE))
        if (keeping === undefined)
          return <NoFeed connection={query.connection} reads={reading[0]} />
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
