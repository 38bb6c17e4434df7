/** @module Makes a feed what a configuration file declares. */

import { isDeepStrictEqual } from 'node:util'
import type { FeedChangeMembers, FeedMembers } from '../config/feed-members.ts'
import type { DeclaredFeed } from '../config/file/declared.ts'
import { MemberProblems } from '../config/member-problem.ts'
import type { FeedView } from '../feeds/feed-view.ts'
import type { Feeds } from '../feeds/feeds.ts'
import { judgeSchedule } from '../feeds/judge-feed.ts'
import { findFeed } from '../store/feeds.ts'
import type { Store } from '../store/store.ts'
import { type Applied, byConfig } from './applied.ts'

/** What {@link applyFeed} works with. */
export interface ApplyFeedContext {
  readonly store: Store
  readonly feeds: Feeds
}

const CHANGEABLE = ['cron', 'timezone', 'missed', 'sweepHours', 'verify'] as const

/**
 * Adds the feed, or changes what is other than the file says. What the file does not name stays. A connection, input or
 * beginning that is another one is refused: it would be another feed.
 *
 * @throws {PosternError} where it cannot be so; the feed is then as it was before.
 */
export async function applyFeed(
  { name, members }: DeclaredFeed,
  { store, feeds }: ApplyFeedContext,
): Promise<Omit<Applied, 'kind' | 'name'>> {
  if ((await findFeed(store, name)) === undefined) {
    await feeds.add({ ...members, name }, byConfig)
    return { outcome: 'added' }
  }
  const view = await feeds.get(name)
  const change = changeOf(view, members)
  const isPaused = view.state === 'paused'
  const isToRest = members.paused !== undefined && members.paused !== isPaused
  const changed = [...Object.keys(change), ...(isToRest ? ['paused'] : [])].sort()
  if (changed.length === 0) return { outcome: 'unchanged' }
  if (Object.keys(change).length > 0) await feeds.update(name, change, byConfig)
  if (isToRest) await (members.paused ? feeds.pause(name, byConfig) : feeds.resume(name, byConfig))
  return { outcome: 'changed', changed }
}

/** The members that the file names and that are otherwise by now. */
function changeOf(view: FeedView, members: Omit<FeedMembers, 'name'>): FeedChangeMembers {
  const { cron, timezone } = judgeSchedule(members, new MemberProblems())
  const wanted = { ...members, cron: cron?.expression, timezone }
  const changed = CHANGEABLE.filter(
    (member) => members[member] !== undefined && wanted[member] !== view[member],
  )
  return {
    ...(members.connection === view.connection ? {} : { connection: members.connection }),
    ...(members.input === view.input ? {} : { input: members.input }),
    ...(isOtherTime(members.since, view.since) ? { since: members.since } : {}),
    ...(areOtherSinks(members.sinks, view) ? { sinks: members.sinks } : {}),
    ...Object.fromEntries(changed.map((member) => [member, members[member]])),
  }
}

/** `now` was the time at which the feed was added. */
function isOtherTime(wanted: string | undefined, is: string | undefined): boolean {
  if (wanted === undefined || wanted.trim() === 'now') return false
  return is === undefined || new Date(wanted.trim()).getTime() !== new Date(is).getTime()
}

function areOtherSinks(wanted: readonly string[], { sinks }: FeedView): boolean {
  return !isDeepStrictEqual(wanted.toSorted(), sinks.map(({ name }) => name).toSorted())
}
