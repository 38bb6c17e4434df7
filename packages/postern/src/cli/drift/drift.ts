/** @module What is otherwise in the store than a configuration file says, and what the store has beside. Changes nothing. */

import { type Action, actions, declareAction } from '@postern/core'
import { declarationOf } from '../../config/action-declaration.ts'
import type { DeclaredConfig, DeclaredFeed } from '../../config/file/declared.ts'
import { MemberProblems } from '../../config/member-problem.ts'
import type { ConnectionView } from '../../connections/view.ts'
import type { FeedView } from '../../feeds/feed-view.ts'
import { judgeSchedule } from '../../feeds/judge-feed.ts'
import type { ApiClient } from '../api-client.ts'
import { compareConnection } from './connection.ts'
import {
  type Difference,
  type DriftKind,
  differencesOf,
  type MemberDifference,
} from './difference.ts'

/** Whom it is asked of. */
export type Asked = Pick<ApiClient, 'call'>

/** A feed as the API shows it. */
type ShownFeed = Omit<FeedView, 'since'> & { readonly since?: string }
interface ShownSink {
  readonly name: string
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
}
interface ShownKey {
  readonly id: string
  readonly name: string
  readonly rules: readonly unknown[]
  readonly expiresAt?: string
  readonly revokedAt?: string
}

const PAGE = 1_000

/** Finds every difference, in the order in which a file is applied. Secrets are not compared: nobody gives one out. */
export async function findDrift(
  config: DeclaredConfig,
  api: Asked,
): Promise<readonly Difference[]> {
  const domains = await listAll<{ readonly host: string }>(api, '/v1/domains', 'domains')
  const customDomains = [
    ...new Set([...config.domains.map(({ host }) => host), ...domains.map(({ host }) => host)]),
  ]
  const connections = await listAll<ConnectionView>(api, '/v1/connections', 'connections')
  const sinks = await listAll<ShownSink>(api, '/v1/sinks', 'sinks')
  const feeds = await listAll<ShownFeed>(api, `/v1/feeds?limit=${PAGE}`, 'feeds')
  const known = await listAll<Omit<Action, 'prepare'>>(api, '/v1/actions', 'actions')
  const keys = await listAll<ShownKey>(api, '/v1/access-keys', 'accessKeys')
  const own = known.filter(({ name }) => !actions.some((action) => action.name === name))
  const live = keys.filter(({ revokedAt }) => revokedAt === undefined)
  const found = [
    ...(await compareAll('domain', named(config.domains), named(domains), () => [])),
    ...(await compareAll('action', config.actions, own, (declared, shown) => {
      // What is made of the others is not shown.
      const {
        prepare: _prepare,
        doneEachRun: _doneEachRun,
        ...wanted
      } = declareAction({
        ...declarationOf(declared.members).declaration,
        name: declared.name,
      })
      const members = Object.entries(wanted) as [keyof typeof wanted, unknown][]
      return differencesOf(members.map(([member, value]) => [member, value, shown[member]]))
    })),
    ...(await compareAll('connection', config.connections, connections, (declared, view) =>
      compareConnection(declared, view, customDomains),
    )),
    ...(await compareAll('sink', config.sinks, sinks, ({ kind, settings }, shown) =>
      differencesOf([
        ['kind', kind, shown.kind],
        ...Object.entries(settings).map(([setting, value]) => {
          return [`settings.${setting}`, value, shown.settings[setting]] as const
        }),
      ]),
    )),
    ...(await compareAll('feed', config.feeds, feeds, compareFeed)),
    ...(await compareAll('access-key', config.accessKeys, live, ({ rules, expiresAt }, shown) =>
      differencesOf([
        ['rules', rules, shown.rules],
        // Without an end in the file, one that was set elsewhere stays.
        ...(expiresAt === undefined
          ? []
          : [['expiresAt', expiresAt.toISOString(), shown.expiresAt] as const]),
      ]),
    )),
  ]
  return withChanges(found, { api, keys: live })
}

function named(domains: readonly { readonly host: string }[]) {
  return domains.map(({ host }) => ({ name: host }))
}

async function listAll<Item>(api: Asked, path: string, member: string): Promise<readonly Item[]> {
  const all: Item[] = []
  let after: string | undefined
  do {
    const separator = path.includes('?') ? '&' : '?'
    const page =
      after === undefined ? path : `${path}${separator}after=${encodeURIComponent(after)}`
    const answer: Readonly<Record<string, unknown>> = await api.call('GET', page)
    all.push(...(answer[member] as readonly Item[]))
    after = typeof answer['next'] === 'string' ? answer['next'] : undefined
  } while (after !== undefined)
  return all
}

async function compareAll<
  Declared extends { readonly name: string },
  Shown extends { readonly name: string },
>(
  kind: DriftKind,
  declared: readonly Declared[],
  kept: readonly Shown[],
  compare: (
    declared: Declared,
    shown: Shown,
  ) => readonly MemberDifference[] | Promise<readonly MemberDifference[]>,
): Promise<readonly Difference[]> {
  const all: Difference[] = []
  for (const one of declared) {
    const { name } = one
    // Access keys alone may share a name; the newest is that of the file.
    const shown = kept.findLast((other) => other.name === name)
    if (shown === undefined) all.push({ kind, name, state: 'missing' })
    else {
      for (const member of await compare(one, shown)) {
        all.push({ kind, name, state: 'different', ...member })
      }
    }
  }
  const names = new Set(declared.map(({ name }) => name))
  for (const { name } of kept) {
    if (!names.has(name)) all.push({ kind, name, state: 'undeclared' })
  }
  return all
}

function compareFeed({ members }: DeclaredFeed, shown: ShownFeed): readonly MemberDifference[] {
  const { cron, timezone } = judgeSchedule(members, new MemberProblems())
  const { since, paused } = members
  const isFixed = since !== undefined && since.trim() !== 'now'
  const rest = ['missed', 'sweepHours', 'verify'] as const
  return differencesOf([
    ['connection', members.connection, shown.connection],
    ['input', members.input, shown.input],
    ['sinks', members.sinks.toSorted(), shown.sinks.map(({ name }) => name).toSorted()],
    ...(members.cron === undefined ? [] : [['cron', cron?.expression, shown.cron] as const]),
    ...(members.timezone === undefined ? [] : [['timezone', timezone, shown.timezone] as const]),
    ...(isFixed ? [['since', instantOf(since), instantOf(shown.since)] as const] : []),
    ...rest.flatMap((member) =>
      members[member] === undefined ? [] : [[member, members[member], shown[member]] as const],
    ),
    ...(paused === undefined ? [] : [['paused', paused, shown.state === 'paused'] as const]),
  ])
}

function instantOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : new Date(text.trim()).toISOString()
}

interface Row {
  readonly actor: string
  readonly at: string
}

/** Who changed what is different: the newest row of the audit log that is about it. */
async function withChanges(
  found: readonly Difference[],
  { api, keys }: { readonly api: Asked; readonly keys: readonly ShownKey[] },
): Promise<readonly Difference[]> {
  const changes = new Map<string, Row | undefined>()
  const changeOf = async ({ kind, name }: Difference) => {
    const id = `${kind} ${name}`
    if (!changes.has(id)) {
      const target = kind === 'access-key' ? keys.findLast((key) => key.name === name)?.id : name
      const about = kind === 'connection' ? 'connection' : 'target'
      const query = new URLSearchParams({
        [about]: target ?? name,
        ...{ action: `${kind}.`, outcome: 'ok', limit: '1' },
      })
      const { rows } = await api.call<{ readonly rows: readonly Row[] }>(
        'GET',
        `/v1/audit?${query}`,
      )
      changes.set(id, rows[0])
    }
    return changes.get(id)
  }
  const all: Difference[] = []
  for (const one of found) {
    const change = one.state === 'different' ? await changeOf(one) : undefined
    all.push({
      ...one,
      // The file itself may have said something else before.
      ...(change === undefined ? {} : { changedBy: change.actor, changedAt: change.at }),
    })
  }
  return all
}
