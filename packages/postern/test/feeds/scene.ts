/** @module A scene of the proof: an org, a store, and feeds of it with sinks. Runs are made as processes make them. */

import { randomUUID } from 'node:crypto'
import { type Clock, type InputName, systemClock, type Transport } from '@postern/core'
import type { RunningOrg } from '@postern/emulator'
import { sql } from 'kysely'
import type { ConnectionValues } from '../../src/config/connection.ts'
import { Connections } from '../../src/connections/connections.ts'
import type { FeedsContext } from '../../src/feeds/context.ts'
import { runFeed } from '../../src/feeds/run.ts'
import { Sinks } from '../../src/feeds/sinks.ts'
import { openOrgTransports } from '../../src/http/org-transport.ts'
import { createOutboundTransport } from '../../src/http/outbound.ts'
import { openLog } from '../../src/log.ts'
import type { FeedSettings } from '../../src/store/feed-values.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { by, valuesOfApp } from '../connections/kept.ts'
import type { OrgEvent } from './checker.ts'
import type { ProvenSink } from './held.ts'
import { keepFeed } from './stored-feed.ts'

const MAX_RUNS = 20

/** What one process works with. */
export interface WorkerOptions {
  readonly store: Store
  readonly seal: Seal
  readonly clock?: Clock
  /** Stands between the process and the org. */
  readonly through?: (transport: Transport) => Transport
  readonly spoolLimit?: FeedsContext['spoolLimit']
  /** The way to receivers. */
  readonly outbound?: Transport
}

/** What the feeds of one process work with. */
export function openWorker(options: WorkerOptions): FeedsContext & { connections: Connections } {
  const { store, seal, clock = systemClock, through, spoolLimit } = options
  const { outbound = createOutboundTransport({ dev: true }) } = options
  const openTransport = openOrgTransports({ dev: true })
  const connections = new Connections({
    store,
    seal,
    clock,
    dev: true,
    customDomains: async () => [],
    openTransport: (org) => {
      const transport = openTransport(org)
      return through?.(transport) ?? transport
    },
  })
  return {
    store,
    seal,
    clock,
    connections,
    dev: true,
    outbound,
    log: openLog({ level: 'silent' }),
    ...(spoolLimit === undefined ? {} : { spoolLimit }),
  }
}

/** A feed as a scene names it. */
export interface SceneFeed {
  readonly id: string
  readonly name: string
}

/** Keeps a connection to an org: to its ready app, unless other values are given. */
export async function addConnection(
  context: { readonly connections: Connections },
  running: RunningOrg,
  name = 'acme',
  values: ConnectionValues = valuesOfApp(running),
): Promise<void> {
  await context.connections.connect({ name, values, force: true }, by)
}

/** Keeps a feed, and the sinks that it has. */
export async function addFeed(
  context: FeedsContext,
  feed: {
    readonly name: string
    /** Default: the System Log. */
    readonly input?: InputName
    readonly connection?: string
    readonly sinks: readonly ProvenSink[]
    readonly settings?: FeedSettings
    /** Default: it runs when it is asked to. */
    readonly cron?: string
  },
): Promise<SceneFeed> {
  const { store, clock } = context
  const { name, input = 'system-log', connection = 'acme', sinks, settings = {}, cron } = feed
  const kept = new Sinks(context)
  const there = await store.db.selectFrom('sink').select('name').execute()
  const known = new Set(there.map((sink) => sink.name))
  for (const { members } of sinks) {
    if (!known.has(members.name)) await kept.add(members, by, { force: true })
  }
  const { id: connectionId } = await store.db
    .selectFrom('connection')
    .select('id')
    .where('name', '=', connection)
    .executeTakeFirstOrThrow()
  const id = randomUUID()
  const names = sinks.map((sink) => sink.name)
  const rows = await store.db.selectFrom('sink').select('id').where('name', 'in', names).execute()
  await keepFeed(
    store,
    { id, name, connectionId, input, settings, cron },
    { now: clock.now(), sinkIds: rows.map((row) => row.id) },
  )
  return { id, name }
}

/** Runs a feed until it has read everything and its sinks have it. */
export async function runToEnd(options: WorkerOptions, feed: SceneFeed): Promise<void> {
  const worker = openWorker(options)
  try {
    for (let run = 0; run < MAX_RUNS; run++) {
      await endRests(options.store, feed.id)
      const finished = await runFeed(worker, feed.id, { trigger: 'request' })
      if (finished?.outcome === 'ok' && !finished.more) return
    }
    throw new Error(`The feed ${feed.name} does not come to its end.`)
  } finally {
    await worker.connections.close()
  }
}

/** The leases of those that died are over: as long as one holds, nobody else begins. */
export async function endLeases(store: Store): Promise<void> {
  await store.db
    .updateTable('lease')
    .set({ until: sql<Date>`now() - interval '1 second'` })
    .execute()
}

/** The sinks of a feed are tried at once, however long they were down. */
export async function endRests(store: Store, feedId: string): Promise<void> {
  await store.db
    .updateTable('feed_sink')
    .set({ retry_at: null })
    .where('feed_id', '=', feedId)
    .execute()
}

/** Every event that an org's log has shown since a time, with its text. */
export function eventsOf({ org }: RunningOrg, sinceMs = Number.NEGATIVE_INFINITY): OrgEvent[] {
  const events: OrgEvent[] = []
  const { log } = org
  for (let number = log.firstPersistedFrom(sinceMs), end = log.size; number < end; number++) {
    events.push({ uuid: log.describe(number).uuid, text: log.readText(number) })
  }
  return events
}
