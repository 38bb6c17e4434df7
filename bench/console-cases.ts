/** @module The questions that the views of the console ask of the store. */

import {
  type ConnectionsQuery,
  listConnectionPage,
} from '../packages/postern/src/store/connections.ts'
import { readTimeline, readTypes } from '../packages/postern/src/store/event-figures.ts'
import type { EventQuery } from '../packages/postern/src/store/event-search.ts'
import { readFeedProgress } from '../packages/postern/src/store/feed-overview.ts'
import {
  type AccessKeysQuery,
  countAccessKeys,
  listAccessKeyPage,
} from '../packages/postern/src/store/list-access-keys.ts'
import { type AuditQuery, listAudit } from '../packages/postern/src/store/list-audit.ts'
import {
  countFeedsByCondition,
  type FeedsQuery,
  listFeeds,
} from '../packages/postern/src/store/list-feeds.ts'
import { readEvent, readEvents } from '../packages/postern/src/store/read-events.ts'
import { countRelated } from '../packages/postern/src/store/related-events.ts'
import { readRunFigures } from '../packages/postern/src/store/run-figures.ts'
import type { Store } from '../packages/postern/src/store/store.ts'
import { readLastBackup, readStoreSize } from '../packages/postern/src/store/store-size.ts'

/** One question. */
export interface ConsoleCase {
  readonly name: string
  readonly run: () => Promise<unknown>
}

const DAY_MS = 86_400_000
const connectionIds = ['c0']

/** All of them, over rows of the ninety days before `now`. */
export function consoleCases(store: Store, now: Date): readonly ConsoleCase[] {
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS)
  const spanOf = (days: number) => ({
    from: ago(days),
    to: now,
    binSeconds: (days * 86_400) / 60,
  })
  const read = (what: string, query: Partial<EventQuery>) => ({
    name: `events: ${what}`,
    run: () => readEvents(store, { connectionIds, ...query }, { limit: 100 }),
  })
  const timeline = (what: string, days: number, query: Partial<EventQuery> = {}) => ({
    name: `timeline: ${what}`,
    run: () => readTimeline(store, { connectionIds, ...query }, spanOf(days)),
  })
  const audit = (what: string, query: Partial<AuditQuery>) => ({
    name: `audit: ${what}`,
    run: () => listAudit(store, { limit: 100, ...query }),
  })
  const connections = (what: string, query: ConnectionsQuery) => ({
    name: `connections: ${what}`,
    run: () => listConnectionPage(store, { limit: 100, ...query }),
  })
  const accessKeys = (what: string, query: AccessKeysQuery) => ({
    name: `access keys: ${what}`,
    run: () => listAccessKeyPage(store, { limit: 100, ...query }, now),
  })
  const feeds = (what: string, query: Partial<FeedsQuery>) => ({
    name: `feeds: ${what}`,
    run: () => listFeeds(store, { limit: 100, ...query }),
  })
  return [
    read('the newest', {}),
    read('of a day a month ago', { from: ago(31), to: ago(30) }),
    read('the most frequent type', { eventType: 'kind0.area0.deed0' }),
    read('a rare type', { eventType: 'kind7.area17.deed77' }),
    read('types by a prefix', { eventType: 'kind5.' }),
    read('the bot', { actor: '00u0' }),
    read('a person, by login', { actor: 'person4321@acme.example' }),
    read('an app that is everywhere', { target: '0oa7' }),
    read('a person who was acted upon', { target: '00u77' }),
    read('failures', { outcome: 'FAILURE' }),
    read('errors', { severity: 'ERROR' }),
    read('an address', { ip: '192.0.7.7' }),
    read('a session', { session: 'session777' }),
    read('a request', { transaction: 'request777' }),
    read('an outcome that is none', { outcome: 'NONE' }),
    read('a person, and a type that is none of theirs', {
      actor: 'person4321@acme.example',
      eventType: 'none',
    }),
    read('failures of the bot by a prefix', {
      actor: '00u0',
      eventType: 'kind3.',
      outcome: 'FAILURE',
    }),
    read('a prefix, failed from an address that is none', {
      eventType: 'kind0.',
      severity: 'ERROR',
      outcome: 'DENY',
    }),
    read('a text that stands nowhere', { text: 'stands nowhere' }),
    read('a text that stands nowhere, in types by a prefix', {
      eventType: 'kind0.',
      text: 'stands nowhere',
    }),
    read('a text that stands nowhere, with an outcome that is none', {
      outcome: 'NONE',
      text: 'stands nowhere',
    }),
    read('a text in what is frequent', { text: 'Deed 0', outcome: 'FAILURE' }),
    timeline('ninety days', 90),
    timeline('ninety days of a prefix', 90, { eventType: 'kind5.' }),
    timeline('six hours', 0.25),
    timeline('the bot', 90, { actor: '00u0' }),
    timeline('a person', 90, { actor: 'person4321@acme.example' }),
    timeline('a text', 90, { text: 'stands nowhere' }),
    {
      name: 'types: ninety days',
      run: () => readTypes(store, { connectionIds, ...spanOf(90), grain: 'day' }),
    },
    audit('the newest', {}),
    audit('a page in the middle', { before: 50_000 }),
    audit('an actor', { actor: 'access-key:7' }),
    audit('an action', { action: 'connection.rotate' }),
    audit('actions by a prefix that is none', { action: 'none.' }),
    audit('a connection', { connection: 'connection-77' }),
    audit('what was refused', { outcome: 'refused' }),
    audit('a day a month ago', { since: ago(31), until: ago(30) }),
    audit('a thousand connections', {
      connections: Array.from({ length: 1_000 }, (_, index) => `connection-${index}`),
      action: 'token.',
    }),
    connections('the first', {}),
    connections('behind a name', { after: 'connection-5000' }),
    connections('failed', { state: 'failed' }),
    connections('a text that stands nowhere', { text: 'stands nowhere' }),
    connections('of five thousand names', {
      names: Array.from({ length: 5_000 }, (_, index) => `connection-${index}`),
    }),
    accessKeys('the newest', {}),
    accessKeys('a text that stands nowhere', { text: 'stands nowhere' }),
    accessKeys('those that were revoked', { states: ['revoked'] }),
    accessKeys('of one connection', { connections: ['acme'] }),
    { name: 'access keys: how many of each state', run: () => countAccessKeys(store, {}, now) },
    feeds('the first', {}),
    feeds('behind a name', { after: 'feed-5' }),
    feeds('a text that stands nowhere', { text: 'stands nowhere' }),
    feeds('those that hold back', { conditions: ['held'] }),
    { name: 'feeds: how many of each state', run: () => countFeedsByCondition(store, {}) },
    {
      name: 'feeds: how a hundred stand',
      run: async () => {
        const rows = await listFeeds(store, { limit: 100 })
        return readFeedProgress(
          store,
          rows.map(({ id }) => id),
        )
      },
    },
    { name: 'store: its size', run: () => readStoreSize(store) },
    { name: 'store: the last backup', run: () => readLastBackup(store) },
    {
      name: 'feed: figures of thirty days',
      run: () => readRunFigures(store, 'feed', spanOf(30)),
    },
    {
      name: 'event: one, with those of the same bot, session and request',
      run: async () => {
        const { rows } = await readEvents(store, { connectionIds, actor: '00u0' }, { limit: 1 })
        const event = await readEvent(store, 'c0', rows[0]?.uuid ?? '')
        if (event !== undefined) await countRelated(store, event)
      },
    },
  ]
}
