/** @module One run of a feed: everything that is new is read, and everything that was read is delivered. */

import { randomUUID } from 'node:crypto'
import { listFeedSinks } from '../store/feed-sinks.ts'
import { type FeedStateRow, shrinkSpool, takeFeed } from '../store/feed-states.ts'
import { readStreamStates } from '../store/feed-streams.ts'
import { type FeedRow, holdFeedRow } from '../store/feeds.ts'
import { type Lease, LeaseError, withLease } from '../store/leases.ts'
import { pruneLedger } from '../store/ledger.ts'
import { beginRun, endRun, pruneRuns } from '../store/runs.ts'
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
  const held = await withLease(
    store,
    `feed:${feedId}`,
    async (lease) => {
      const begun = await begin(context, feedId, lease, options).catch(unlessLost)
      if (begun === undefined) return undefined
      const run = new FeedRun({ ...context, ...begun, lease, options: { ...options, budgetMs } })
      const { outcome, report, more, retryAt } = await run.run()
      const { runId } = begun
      await endRun(store, runId, { outcome, report }, clock.now())
      return { runId, outcome, report, more, retryAt }
    },
    { signal },
  )
  return held?.result
}

/** Makes the caller the owner of a feed, and keeps that a run of it began. */
function begin(
  { store, clock }: FeedsContext,
  feedId: string,
  lease: Lease,
  { trigger }: RunFeedOptions,
): Promise<Pick<FeedRunContext, 'runId' | 'feed' | 'state' | 'sinks'>> {
  const runId = randomUUID()
  return lease.transaction(async () => {
    const feed = requireRunnable(await holdFeedRow(store, feedId))
    const taken = await takeFeed(store, feedId)
    const state = await withoutConfirmed(store, taken)
    if (state.epoch % FORGET_EVERY_RUNS === 0) await forget(store, feedId, clock.now())
    await beginRun(store, { id: runId, feedId, trigger, epoch: state.epoch }, clock.now())
    return { runId, feed, state, sinks: await listFeedSinks(store, feedId) }
  })
}

async function forget(store: Store, feedId: string, now: Date): Promise<void> {
  await pruneRuns(store, feedId, now)
  const log = (await readStreamStates(store, feedId)).get(logStream.name)
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

/** Who lost the lease before the feed was taken has begun nothing. */
function unlessLost(error: unknown): undefined {
  if (!(error instanceof LeaseError)) throw error
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
