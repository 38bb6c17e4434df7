/** @module What runs, what is wrong, and what to click: the first view. */

import type { ReactNode } from 'react'
import { overviewTexts as texts } from '../../texts/console/overview.ts'
import { settingsTexts } from '../../texts/console/settings.ts'
import { withQuery } from '../address.ts'
import { AuditTable } from '../audit/audit-table.tsx'
import { AUDIT, type AuditPage } from '../audit/row.ts'
import {
  CONNECTIONS,
  type ConnectionPage,
  type ConnectionState,
} from '../connections/connection.ts'
import { FEEDS, type FeedPage } from '../feeds/feed.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { View } from '../parts/view.tsx'
import { type Answered, useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import { STATUS, type Status } from '../settings/status.ts'
import { Attention, SHOWN } from './attention.tsx'
import { WaitingPlans } from './waiting-plans.tsx'

const LATELY_ROWS = 8

/** The overview. */
export function Overview(): ReactNode {
  const permissions = usePermissions()
  const mayRead = permissions.maySomewhere('read')
  const broken = useConnections('failed', mayRead)
  const warned = useConnections('warning', mayRead)
  const failing = useFeeds({ state: 'failed', counts: 'true' }, mayRead)
  const lacking = useFeeds({ state: 'held,incomplete' }, mayRead)
  const status = useAnswer<Status>(STATUS)
  return (
    <View title={texts.title}>
      {broken.data !== undefined && countOf(broken.data) === 0 && (
        <EmptyState title={texts.first.title}>
          {texts.first.hint} <code>{texts.first.command}</code>
        </EmptyState>
      )}
      <Figures connections={broken.data} feeds={failing.data?.counts} status={status.data} />
      {permissions.maySomewhere('approve') && <WaitingPlans />}
      {mayRead && (
        <Loaded answer={broken}>
          {(first) => (
            <Loaded answer={warned}>
              {(then) => (
                <Loaded answer={failing}>
                  {(stuck) => (
                    <Loaded answer={lacking}>
                      {(gapped) => (
                        <Attention connections={[first, then]} feeds={[stuck, gapped]} />
                      )}
                    </Loaded>
                  )}
                </Loaded>
              )}
            </Loaded>
          )}
        </Loaded>
      )}
      {permissions.maySomewhere('admin') && <Lately />}
    </View>
  )
}

/** As many of a state as are shown, and how many there are of each. */
function useConnections(state: ConnectionState, isAsked: boolean): Answered<ConnectionPage> {
  return useAnswer<ConnectionPage>(withQuery(CONNECTIONS, { state, limit: SHOWN }), { isAsked })
}

/** The same of feeds. */
function useFeeds(asked: Readonly<Record<string, string>>, isAsked: boolean): Answered<FeedPage> {
  return useAnswer<FeedPage>(withQuery(FEEDS, { ...asked, limit: SHOWN }), { isAsked })
}

function countOf({ counts }: { readonly counts: Readonly<Record<string, number>> }): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** What there is, in numbers; a number that is awaited has its place. */
function Figures(of: {
  readonly connections: ConnectionPage | undefined
  readonly feeds: FeedPage['counts'] | undefined
  readonly status: Status | undefined
}): ReactNode {
  const { connections, feeds, status } = of
  const { figures } = texts
  return (
    <dl className="figures">
      <Figure
        name={figures.connections}
        value={connections && numberText(countOf(connections))}
        note={
          connections && figures.connectionsNote(connections.counts.ok, connections.counts.failed)
        }
      />
      <Figure
        name={figures.feeds}
        value={feeds && numberText(countOf({ counts: feeds }))}
        note={feeds && figures.feedsNote(feeds.running, feeds.paused)}
      />
      <Figure
        name={figures.failing}
        value={feeds && numberText(feeds.failed)}
        note={feeds && figures.failingNote(feeds.held, feeds.incomplete)}
      />
      <Figure
        name={figures.store}
        value={status && settingsTexts.store.states[status.status]}
        note={status && settingsTexts.store.kinds[status.store]}
      />
    </dl>
  )
}

function Figure(of: {
  readonly name: string
  readonly value: string | undefined
  readonly note: string | undefined
}): ReactNode {
  return (
    <div className="figure">
      <dt>{of.name}</dt>
      <dd className="figure-value">{of.value ?? ' '}</dd>
      <dd className="quiet">
        <bdi>{of.note ?? ' '}</bdi>
      </dd>
    </div>
  )
}

function Lately(): ReactNode {
  const answer = useAnswer<AuditPage>(withQuery(AUDIT, { limit: LATELY_ROWS }))
  return (
    <Panel title={texts.lately.title} actions={<Link to="/audit">{texts.lately.all}</Link>}>
      <Loaded answer={answer}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState title={texts.lately.none} />
          ) : (
            <AuditTable caption={texts.lately.title} rows={rows} />
          )
        }
      </Loaded>
    </Panel>
  )
}
