/** @module A feed of a test's store, with an org to read and sinks in memory. */

import { randomUUID } from 'node:crypto'
import { fetchTransport, type InputName, type Org } from '@postern/core'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { FeedsContext } from '../../src/feeds/context.ts'
import { runFeed } from '../../src/feeds/run.ts'
import type { FinishedRun, RunFeedOptions } from '../../src/feeds/run-options.ts'
import { openLog } from '../../src/log.ts'
import { insertConnection } from '../../src/store/connections.ts'
import type { FeedSettings } from '../../src/store/feed-values.ts'
import type { Seal } from '../../src/store/seal.ts'
import { insertSink } from '../../src/store/sinks.ts'
import type { Store } from '../../src/store/store.ts'
import { MemorySinks } from './memory-sink.ts'
import { keepFeed } from './stored-feed.ts'

/** What is not the usual of a feed. */
export interface FeedScenarioOptions {
  readonly input?: InputName
  readonly settings?: FeedSettings
  /** The names of its sinks. */
  readonly sinks?: readonly string[]
  readonly context?: Partial<FeedsContext>
}

/** A feed that can be run. */
export interface FeedScenario {
  readonly feedId: string
  readonly sinks: MemorySinks
  readonly context: FeedsContext
  /** Runs it; the run is its own unless the test expects otherwise. */
  run(options?: Partial<RunFeedOptions>, context?: Partial<FeedsContext>): Promise<FinishedRun>
}

const seals = new WeakMap<Store, Promise<Seal>>()

/** A feed of an org, System Log by default, with the sink `main`. */
export async function feedScenario(
  store: Store,
  org: Org,
  options: FeedScenarioOptions = {},
): Promise<FeedScenario> {
  const { input = 'system-log', settings = {}, sinks: names = ['main'] } = options
  const id = randomUUID()
  const sinks = new MemorySinks()
  const seal = seals.get(store) ?? openTestSeal(store)
  seals.set(store, seal)
  const context: FeedsContext = {
    store,
    seal: await seal,
    clock: org.clock,
    outbound: fetchTransport,
    dev: true,
    kinds: [sinks.kind],
    log: openLog({ level: 'silent' }),
    connections: { open: async () => ({ org, signal: new AbortController().signal }) },
    ...options.context,
  }
  await declare(store, { id, input, settings, org, names, now: org.clock.now() })
  return {
    feedId: id,
    sinks,
    context,
    run: async (runOptions = {}, more = {}) => {
      const run = await runFeed({ ...context, ...more }, id, { trigger: 'schedule', ...runOptions })
      if (run === undefined) throw new Error('A run of the feed is under way.')
      return run
    },
  }
}

async function declare(
  store: Store,
  feed: {
    readonly id: string
    readonly input: InputName
    readonly settings: FeedSettings
    readonly org: Org
    readonly names: readonly string[]
    readonly now: Date
  },
): Promise<void> {
  const { id, input, settings, org, names, now } = feed
  await insertConnection(
    store,
    { id, name: id, orgUrl: org.url, kind: 'service-app', settings: {} },
    now,
  )
  const sinkIds = names.map((name) => `${id}-${name}`)
  for (const sinkId of sinkIds) {
    await insertSink(store, { id: sinkId, name: sinkId, kind: 'memory', settings: {} }, now)
  }
  await keepFeed(store, { id, name: id, connectionId: id, input, settings }, { now, sinkIds })
}
