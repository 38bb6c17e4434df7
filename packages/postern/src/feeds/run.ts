/** @module One run of a feed: everything that is new is read, and everything that was read is delivered. */

import { randomUUID } from 'node:crypto'
import { takeFeed } from '../store/feed-states.ts'
import { type FeedRow, readFeed } from '../store/feeds.ts'
import { type Lease, withLease } from '../store/leases.ts'
import { beginRun, endRun, pruneRuns } from '../store/runs.ts'
import type { FeedsContext } from './context.ts'
import { FeedError } from './feed-error.ts'
import { FeedRun } from './feed-run.ts'
import type { FinishedRun, RunFeedOptions } from './run-options.ts'

const DEFAULT_BUDGET_MS = 5 * 60_000

/**
 * Runs a feed once.
 *
 * @returns undefined where a run of it is under way elsewhere.
 * @throws {FeedError} `feed_not_found`, `feed_paused`. What stops a run that has begun is in its report.
 */
export async function runFeed(
  context: FeedsContext,
  feedId: string,
  options: RunFeedOptions,
): Promise<FinishedRun | undefined> {
  const { signal } = options
  const run = (lease: Lease) => runOwned(context, feedId, lease, options)
  const held = await withLease(context.store, `feed:${feedId}`, run, { signal })
  return held?.result
}

async function runOwned(
  context: FeedsContext,
  feedId: string,
  lease: Lease,
  options: RunFeedOptions,
): Promise<FinishedRun> {
  const { store, clock } = context
  const { trigger, budgetMs = DEFAULT_BUDGET_MS } = options
  const runId = randomUUID()
  const { feed, state } = await lease.transaction(async () => {
    const found = requireRunnable(await readFeed(store, feedId))
    const taken = await takeFeed(store, feedId)
    await beginRun(store, { id: runId, feedId, trigger, epoch: taken.epoch }, clock.now())
    await pruneRuns(store, feedId, clock.now())
    return { feed: found, state: taken }
  })
  const run = new FeedRun({
    ...context,
    runId,
    feed,
    state,
    lease,
    options: { ...options, budgetMs },
  })
  const { outcome, report, more, retryAt } = await run.run()
  await endRun(store, runId, { outcome, report }, clock.now())
  return { runId, outcome, report, more, retryAt }
}

function requireRunnable(feed: FeedRow | undefined): FeedRow {
  if (feed === undefined) {
    throw new FeedError('feed_not_found', 'The feed is gone.', {
      remedy: 'Look for its name with postern feed list.',
    })
  }
  if (feed.paused_at !== null) {
    throw new FeedError('feed_paused', `The feed ${feed.name} is paused.`, {
      remedy: `Resume it: postern feed resume ${feed.name}.`,
    })
  }
  return feed
}
