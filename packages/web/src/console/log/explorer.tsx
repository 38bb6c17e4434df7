/** @module The System Log that a feed keeps here: filtered, over time, and event by event. */

import { type ReactNode, useMemo } from 'react'
import { logTexts as texts } from '../../texts/console/log.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { withQuery } from '../address.ts'
import { useConnectionNames } from '../connections/connection-field.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { goTo, usePlace } from '../place.ts'
import { client, useAnswer } from '../server.ts'
import { type EventPage, eventsPath } from './event.ts'
import { EventTable } from './event-table.tsx'
import { EventTypes } from './event-types.tsx'
import { LogFilters } from './filters.tsx'
import {
  askedMembers,
  chartedMembers,
  type LogQuery,
  logMembers,
  readLogQuery,
} from './log-query.ts'
import { NoEvents } from './no-events.tsx'
import { Timeline } from './timeline.tsx'

const PAGE_EVENTS = 50
// The first page follows what happens, where it is not of a time that is over.
const EVERY_MS = 10_000

/** The explorer. */
export function Explorer(): ReactNode {
  const { query } = usePlace()
  const names = useConnectionNames('read')
  const [only] = names?.length === 1 ? names : []
  const given = readLogQuery(query)
  const asked = { ...given, connection: given.connection || (only ?? '') }
  const go = (changed: Partial<LogQuery>) =>
    goTo(placeOf({ ...asked, cursor: undefined, ...changed }), {
      // Text is typed letter by letter; nobody wants to go back over each.
      replace: changed.cursor === undefined,
    })
  return (
    <View title={texts.title}>
      <LogFilters query={asked} onChange={go} />
      {asked.connection === '' ? (
        <EmptyState title={texts.chooseTitle}>{texts.chooseHint}</EmptyState>
      ) : (
        <Found query={asked} onChange={go} key={asked.connection} />
      )}
    </View>
  )
}

/** The place of what is looked at. */
export function placeOf(query: LogQuery): string {
  return withQuery('/log', logMembers(query))
}

function Found(of: {
  readonly query: LogQuery
  readonly onChange: (changed: Partial<LogQuery>) => void
}): ReactNode {
  const { query, onChange } = of
  const { connection, range, cursor } = query
  // As long as the same is looked at, it goes back from the same instant, or each page would be of another time.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new choice is of now
  const now = useMemo(() => client.now(), [range])
  const members = askedMembers(query, now)
  const path = withQuery(eventsPath(connection), { ...members, cursor, limit: PAGE_EVENTS })
  const isFollowing = range !== 'exact' && cursor === undefined
  const follow = isFollowing ? { everyMs: EVERY_MS } : {}
  const answer = useAnswer<EventPage>(path, follow)
  const charted = chartedMembers(query, now)
  return (
    <>
      <Timeline connection={connection} members={charted} follow={follow} onChange={onChange} />
      <Loaded answer={answer}>
        {({ events, next, searchedTo }) => (
          <>
            {events.length > 0 ? (
              <>
                <Export path={withQuery(eventsPath(connection), members)} />
                <EventTable caption={texts.list} connection={connection} events={events} />
              </>
            ) : (
              next === undefined && <NoEvents query={query} />
            )}
            {(cursor ?? next) !== undefined && (
              <nav className="pager" aria-label={texts.list}>
                {cursor !== undefined && (
                  <Link to={placeOf({ ...query, cursor: undefined })}>
                    {shellTexts.table.newest}
                  </Link>
                )}
                {next !== undefined && searchedTo !== undefined && (
                  <span className="quiet">
                    {texts.searchedTo} <Time at={searchedTo} />
                  </span>
                )}
                {next !== undefined && (
                  <Link to={placeOf({ ...query, cursor: next })}>
                    {searchedTo === undefined ? shellTexts.table.older : texts.searchOn}
                  </Link>
                )}
              </nav>
            )}
          </>
        )}
      </Loaded>
      <EventTypes connection={connection} members={charted} onChange={onChange} />
    </>
  )
}
