/** @module What needs somebody: connections, feeds and access keys that are not well, the worst first. */

import type { ReactNode } from 'react'
import { overviewTexts } from '../../texts/console/overview.ts'
import {
  ACCESS_KEYS,
  type AccessKey,
  type AccessKeyPage,
  stateOf as stateOfKey,
} from '../access-keys/access-key.ts'
import { pathOf, withQuery } from '../address.ts'
import {
  type Connection,
  type ConnectionPage,
  stateOf as stateOfConnection,
} from '../connections/connection.ts'
import { type Feed, type FeedPage, stateOf as stateOfFeed } from '../feeds/feed.ts'
import { useNow } from '../parts/clock.ts'
import { Link } from '../parts/link.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import type { Tone } from '../parts/tone.ts'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'

const { attention: texts } = overviewTexts

/** How many of them are listed. */
export const SHOWN = 12

interface Trouble {
  readonly kind: string
  readonly name: string
  readonly to: string
  readonly tone: Tone
  readonly word: string
  readonly about: ReactNode
}

/** The list. @param of.connections - the first of each state that needs somebody, and of.feeds too. */
export function Attention(of: {
  readonly connections: readonly ConnectionPage[]
  readonly feeds: readonly FeedPage[]
}): ReactNode {
  const now = useNow()
  const isAsked = usePermissions().maySomewhere('admin')
  const { data } = useAnswer<AccessKeyPage>(
    withQuery(ACCESS_KEYS, { state: 'ending', limit: SHOWN }),
    { isAsked },
  )
  const troubles = [
    ...of.connections.flatMap(({ connections }) => connections).map(troubleOfConnection),
    ...of.feeds.flatMap(({ feeds }) => feeds).map(troubleOfFeed),
    ...(data?.accessKeys ?? []).map((key) => troubleOfKey(key, now)),
  ]
    .filter(({ tone }) => tone === 'bad' || tone === 'warning')
    .toSorted((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
  const counts = of.connections[0]?.counts
  const feeds = of.feeds[0]?.counts
  const all =
    (counts?.failed ?? 0) +
    (counts?.warning ?? 0) +
    (feeds?.failed ?? 0) +
    (feeds?.held ?? 0) +
    (feeds?.incomplete ?? 0) +
    (data?.counts.ending ?? 0)
  const left = all - Math.min(SHOWN, troubles.length)
  return (
    <Panel title={texts.title}>
      {troubles.length === 0 ? (
        <p>
          {texts.none} <span className="quiet">{texts.noneHint}</span>
        </p>
      ) : (
        <ul className="troubles">
          {troubles.slice(0, SHOWN).map(({ kind, name, to, tone, word, about }) => (
            <li className="trouble" key={`${kind} ${to}`}>
              <State tone={tone}>{word}</State>
              <span>
                <span className="quiet">{kind}</span>{' '}
                <Link to={to}>
                  <bdi>{name}</bdi>
                </Link>
              </span>
              <span className="trouble-about">{about}</span>
            </li>
          ))}
        </ul>
      )}
      {left > 0 && <p className="quiet">{texts.more(left)}</p>}
    </Panel>
  )
}

function troubleOfConnection(connection: Connection): Trouble {
  const { name, doctor } = connection
  return {
    ...{ kind: texts.connection, name, to: pathOf('/connections/:name', { name }) },
    ...stateOfConnection(connection),
    about: doctor?.problems.map((code) => <code key={code}>{code} </code>),
  }
}

function troubleOfFeed(feed: Feed): Trouble {
  const { name, gaps, deadLetters, held, lastRun, sinks } = feed
  const error = sinks.find((sink) => sink.error)?.error ?? lastRun?.report.error ?? held
  const missing = [
    ...(gaps > 0 ? [texts.gaps(gaps)] : []),
    ...(deadLetters > 0 ? [texts.deadLetters(deadLetters)] : []),
  ]
  return {
    ...{ kind: texts.feed, name, to: pathOf('/feeds/:feed', { feed: name }) },
    ...stateOfFeed(feed),
    about: error?.message ?? missing.join(', '),
  }
}

function troubleOfKey(key: AccessKey, now: number): Trouble {
  const { name, id } = key
  return {
    ...{ kind: texts.accessKey, name, to: `/access-keys?search=${encodeURIComponent(id)}` },
    ...stateOfKey(key, now),
    about: <Time at={key.expiresAt} />,
  }
}
