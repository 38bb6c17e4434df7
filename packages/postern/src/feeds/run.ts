/** @module One run of a feed: everything that is new is read, and everything that was read is delivered. */

import { randomUUID } from 'node:crypto'
import { type FeedStateRow, shrinkSpool, takeFeed } from '../store/feed-states.ts'
import { type FeedToRun, holdFeedToRun } from '../store/feeds.ts'
import { beginWithLease } from '../store/leases.ts'
import { pruneLedger } from '../store/ledger.ts'
import { type BegunRun, beginRun, endRun, pruneRuns } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import type { FeedsContext } from './context.ts'
import { FeedError } from './feed-error.ts'
import { FeedRun, type FeedRunContext } from './feed-run.ts'
import { fromStored } from './log-state.ts'
import { logStream } from './log-stream.ts'
import type { FinishedRun, RunFeedOptions } from './run-options.ts'

const DEFAULT_BUDGET_MS = 5 * 60_000

// A fleet runs a feed every five minutes, and has hardly ever something to forget.
const FORGET_EVERY_RUNS = 16

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
  const { store, clock } = context
  const { signal, budgetMs = DEFAULT_BUDGET_MS } = options
  const held = await beginWithLease(
    store,
    leaseOf(feedId),
    {
      begin: () => begin(context, feedId, options),
      go: async (lease, begun) => {
        const run = new FeedRun({ ...context, ...begun, lease, options: { ...options, budgetMs } })
        const { outcome, report, more, retryAt } = await run.run()
        const { runId } = begun
        await lease.giveBack((row) => endRun(store, runId, { outcome, report }, clock.now(), row))
        return { runId, outcome, report, more, retryAt }
      },
    },
    { signal },
  )
  return held?.result
}

/** The lease of whoever runs a feed, or writes what is older than what its runs write. */
export function leaseOf(feedId: string): string {
  return `feed:${feedId}`
}

/** Makes the caller the owner of a feed, and keeps that a run of it began. */
async function begin(
  { store, clock }: FeedsContext,
  feedId: string,
  { trigger }: RunFeedOptions,
): Promise<Pick<FeedRunContext, 'runId' | 'feed' | 'state' | 'sinks' | 'streams'>> {
  const runId = randomUUID()
  const feed = requireRunnable(await holdFeedToRun(store, feedId))
  const taken = await takeFeed(store, feedId, clock.now())
  const state = await withoutConfirmed(store, taken)
  const run = { id: runId, feedId, trigger, epoch: state.epoch }
  const begun = await beginRun(store, run, clock.now())
  if (state.epoch % FORGET_EVERY_RUNS === 0) await forget(store, feedId, begun, clock.now())
  return { runId, feed, state, ...begun }
}

async function forget(
  store: Store,
  feedId: string,
  { streams }: Pick<BegunRun, 'streams'>,
  now: Date,
): Promise<void> {
  await pruneRuns(store, feedId, now)
  const log = streams.get(logStream.name)
  if (log !== undefined) await pruneLedger(store, feedId, fromStored(log).readUntil)
}

/** A sink that kept batches waiting may have been taken out of the feed since. */
async function withoutConfirmed(store: Store, state: FeedStateRow): Promise<FeedStateRow> {
  if (state.spool_records === 0) return state
  const { records, bytes } = await shrinkSpool(store, state)
  const left = {
    spool_records: state.spool_records - records,
    spool_bytes: state.spool_bytes - bytes,
  }
  return { ...state, ...left }
}

function requireRunnable(feed: FeedToRun | undefined): FeedToRun {
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
