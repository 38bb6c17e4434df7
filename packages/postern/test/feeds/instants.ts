/** @module What holds of a feed at every instant, whatever is under way: held against the org's ledger, the spool and the sinks. */

import type { RunningOrg } from '@postern/emulator'
import { expect } from 'vitest'
import { listDeadLetters } from '../../src/store/dead-letters.ts'
import { readSpooled } from '../../src/store/spool.ts'
import type { Store } from '../../src/store/store.ts'
import type { OrgEvent } from './checker.ts'
import type { ProvenSink } from './held.ts'
import type { WebhookReceiver } from './receiver.ts'
import { eventsOf, type SceneFeed } from './scene.ts'

const PAGE_RECORDS = 1_000
const MAX_REFUSED = 100_000

/** A feed that is watched. */
export interface WatchedFeed {
  readonly store: Store
  readonly running: RunningOrg
  readonly feed: SceneFeed
  readonly sinks: readonly ProvenSink[]
  readonly receiver: WebhookReceiver
  /** When its events begin. Default: with the log. */
  readonly sinceMs?: number
  /** How many records may wait. Default: any number. */
  readonly spoolRecords?: number | undefined
}

interface Stand {
  readonly epoch: number
  readonly seq: number
}

/** The instants of a feed, each held against those before it. */
export class Instants {
  readonly #watched: WatchedFeed
  /** The bytes of each batch, as they were spooled. */
  readonly #frozen = new Map<number, string>()
  #stand: Stand = { epoch: 0, seq: 0 }

  constructor(watched: WatchedFeed) {
    this.#watched = watched
  }

  /** Fails where this instant is one that must not be. */
  async check(): Promise<void> {
    const { feed, sinks, running, spoolRecords, store, receiver } = this.#watched
    const state = await store.db
      .selectFrom('feed_state')
      .selectAll()
      .where('feed_id', '=', feed.id)
      .executeTakeFirst()
    if (state === undefined) return
    // L4: owners and batches are counted up.
    expect(state.epoch).toBeGreaterThanOrEqual(this.#stand.epoch)
    expect(state.seq).toBeGreaterThanOrEqual(this.#stand.seq)
    this.#stand = state
    // L7: what waits is bounded by the limit and the page that went over it.
    if (spoolRecords !== undefined) {
      expect(state.spool_records).toBeLessThan(spoolRecords + PAGE_RECORDS)
    }
    // L5: a batch is frozen.
    expect(receiver.unlike).toEqual([])
    // In this order, because whoever is paused is not alone: what is dropped from the spool is in its sinks by then.
    const before = await this.#beforeCursor()
    const spooled = await this.#spooled()
    for (const [seq, lines] of spooled) {
      expect(this.#frozen.get(seq) ?? lines).toBe(lines)
      this.#frozen.set(seq, lines)
    }
    // L2 and L3: what lies before the cursor is in the sink, waits for it or was refused by it; nothing is in it twice.
    const refused = await listDeadLetters(store, feed.id, { limit: MAX_REFUSED })
    const offsets = await store.db
      .selectFrom('feed_sink')
      .innerJoin('sink', 'sink.id', 'feed_sink.sink_id')
      .select(['sink.id', 'sink.name', 'feed_sink.seq'])
      .where('feed_id', '=', feed.id)
      .execute()
    for (const sink of sinks) {
      const { id: sinkId, seq: offset = 0 } = offsets.find(({ name }) => name === sink.name) ?? {}
      const held = await sink.read(feed.name, true)
      const ids = new Set(held.map(({ id }) => id))
      if (!sink.mayRepeat) expect(ids.size, 'twice (L2)').toBe(held.length)
      for (const [seq, lines] of spooled) {
        if (seq > offset) for (const line of lines.split('\n')) ids.add(uuidOf(line))
      }
      for (const { sink_id: by, record } of refused) {
        if (by === sinkId) ids.add(uuidOf(Buffer.from(record).toString()))
      }
      expect(before.filter(({ uuid }) => !ids.has(uuid)).slice(0, 3), 'lost (L3)').toEqual([])
    }
    expect(running.unexpected).toEqual([])
  }

  /** What a late writer may not change. */
  async everything(): Promise<unknown> {
    const { feed, sinks, store } = this.#watched
    const waiting = [...(await this.#spooled()).values()].flatMap((lines) => lines.split('\n'))
    const held = await Promise.all(
      sinks.map(async (sink) => {
        const records = await sink.read(feed.name, true)
        if (!sink.mayRepeat) return records
        // What waits is frozen: it may come by who sent it before another one took over, and again by that one.
        return [...new Set([...records.map(({ id }) => id), ...waiting.map(uuidOf)])].toSorted()
      }),
    )
    // A database gives rows in the order in which they lie, which another transaction changes without changing a row.
    const rows = async (table: 'feed_state' | 'feed_sink' | 'feed_stream' | 'spool' | 'ledger') => {
      const found = await store.db
        .selectFrom(table)
        .selectAll()
        .where('feed_id', '=', feed.id)
        .execute()
      return found.map((row) => JSON.stringify(row)).toSorted()
    }
    return [
      held,
      await rows('feed_state'),
      await rows('feed_sink'),
      await rows('feed_stream'),
      await rows('spool'),
      await rows('ledger'),
    ]
  }

  async #spooled(): Promise<ReadonlyMap<number, string>> {
    const { feed, store } = this.#watched
    const rows = await store.db
      .selectFrom('spool')
      .select('seq')
      .where('feed_id', '=', feed.id)
      .orderBy('seq')
      .execute()
    const batches = new Map<number, string>()
    for (const { seq } of rows) {
      const spooled = await readSpooled(store, feed.id, seq)
      // Dropped at this moment.
      if (spooled === undefined) continue
      const lines = spooled.lines.map((line) => Buffer.from(line).toString())
      batches.set(seq, lines.join('\n'))
    }
    return batches
  }

  /** The events behind which the stored cursor stands. */
  async #beforeCursor(): Promise<readonly OrgEvent[]> {
    const { feed, running, store, sinceMs = Number.NEGATIVE_INFINITY } = this.#watched
    const row = await store.db
      .selectFrom('feed_stream')
      .select('state')
      .where('feed_id', '=', feed.id)
      .executeTakeFirst()
    const page = row?.state['page']
    if (typeof page !== 'string') return []
    const after = new URLSearchParams(page.split('?')[1]).get('after') ?? '0_0'
    const [persistedMs = 0, seen = 0] = after.split('_').map(Number)
    const { log } = running.org
    const end = log.firstPersistedFrom(persistedMs) + seen
    const first = log.firstPersistedFrom(sinceMs)
    return eventsOf(running, sinceMs).slice(0, end - first)
  }
}

function uuidOf(line: string): string {
  const { uuid }: { readonly uuid: string } = JSON.parse(line)
  return uuid
}
