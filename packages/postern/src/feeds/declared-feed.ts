/** @module What a feed becomes that somebody declares, or changes: its members, judged together. */

import { randomUUID } from 'node:crypto'
import { getInput } from '@postern/core'
import type { FeedChangeMembers, FeedMembers } from '../config/feed-members.ts'
import { MemberProblems } from '../config/member-problem.ts'
import { parseOwnName } from '../config/own-name.ts'
import type { Connections } from '../connections/connections.ts'
import { nextFires } from '../jobs/next.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { FeedChange, NamedFeedRow, NewFeed } from '../store/feeds.ts'
import type { Store } from '../store/store.ts'
import type { FeedsContext } from './context.ts'
import type { BackfillEstimate } from './estimate.ts'
import { feedFixed, feedInvalid } from './feed-refusals.ts'
import { fixedMembers, judgeInput, judgeSchedule, judgeSettings, judgeSinks } from './judge-feed.ts'

/** What adding a feed would come to. */
export interface FeedPlan {
  readonly connection: string
  readonly input: string
  readonly cron?: string | undefined
  readonly timezone: string
  readonly nextRuns: readonly Date[]
  readonly estimate: BackfillEstimate
}

/** Sinks that a feed names by their kind: they are made with it. */
type PlainKinds = Awaited<ReturnType<typeof judgeSinks>>

/** A feed with which nothing is wrong. */
export interface DeclaredFeed {
  readonly feed: NewFeed
  readonly connection: ConnectionRow
  readonly plan: Omit<FeedPlan, 'estimate'>
  readonly plainKinds: PlainKinds
}

const SHOWN_FIRES = 3

/** A feed of what somebody declares. @throws {FeedError} `feed_invalid` with every value that cannot be used */
export async function judgeNewFeed(
  {
    store,
    clock,
    connections,
  }: Pick<FeedsContext, 'store' | 'clock'> & { readonly connections: Connections },
  members: FeedMembers,
): Promise<DeclaredFeed> {
  const problems = new MemberProblems()
  const name = problems.read('name', () => parseOwnName(members.name, 'feed'))
  const connection = await problems.readLater('connection', () =>
    connections.get(members.connection),
  )
  const input = judgeInput(members.input, problems)
  const plainKinds = await judgeSinks(members.sinks, store, problems)
  const { cron, timezone } = judgeSchedule(members, problems)
  const orgNow =
    members.since?.trim() === 'now' && connection !== undefined
      ? (await connections.open(connection.name)).org.authorizer.now()
      : clock.now()
  const settings = judgeSettings(members, input, orgNow, problems)
  if (name === undefined || connection === undefined || input === undefined) {
    throw feedInvalid(problems.all)
  }
  if (problems.all.length > 0) throw feedInvalid(problems.all)
  const nextRuns = cron === undefined ? [] : nextFires(cron, clock.now(), SHOWN_FIRES)
  return {
    connection,
    plainKinds,
    plan: {
      connection: connection.name,
      input: input.name,
      cron: cron?.expression,
      timezone,
      nextRuns,
    },
    feed: {
      id: randomUUID(),
      name,
      connectionId: connection.id,
      input: input.name,
      settings,
      cron: cron?.expression,
      timezone,
      missed: members.missed ?? 'run',
      pausedAt: members.paused ? clock.now() : undefined,
    },
  }
}

/** What a change makes of what is kept. @throws {FeedError} `feed_fixed`, `feed_invalid` */
export async function judgeChange(
  store: Store,
  row: NamedFeedRow,
  change: FeedChangeMembers,
): Promise<{ readonly changed: FeedChange; readonly plainKinds: PlainKinds }> {
  const { name, connection, input, settings } = row
  const fixed = fixedMembers(change, { connection, input, since: settings.since })
  if (fixed.length > 0) throw feedFixed(name, fixed)
  const problems = new MemberProblems()
  const changed = changeOf(row, change, problems)
  const plainKinds = await judgeSinks(change.sinks ?? [], store, problems)
  if (problems.all.length > 0) throw feedInvalid(problems.all)
  return { changed, plainKinds }
}

function changeOf(
  row: NamedFeedRow,
  change: FeedChangeMembers,
  problems: MemberProblems,
): FeedChange {
  const { since, ...kept } = row.settings
  const cron = change.cron === undefined ? row.cron : change.cron
  const timezone = change.timezone === undefined ? row.timezone : (change.timezone ?? 'UTC')
  const schedule = judgeSchedule({ cron: cron ?? undefined, timezone }, problems)
  const wanted = {
    sweepHours: change.sweepHours === undefined ? kept.sweepHours : change.sweepHours,
    verify: change.verify === undefined ? kept.verify : change.verify,
  }
  const given = {
    ...(wanted.sweepHours == null ? {} : { sweepHours: wanted.sweepHours }),
    ...(wanted.verify == null ? {} : { verify: wanted.verify }),
  }
  const settings = judgeSettings(given, getInput(row.input), row.created_at, problems)
  return {
    settings: { ...settings, ...(since === undefined ? {} : { since }) },
    cron: schedule.cron?.expression,
    timezone: schedule.timezone,
    missed: change.missed === undefined ? row.missed : (change.missed ?? 'run'),
  }
}
