/** @module Records that a sink of a feed refused, sent to it once more: those that it takes now are dead letters no longer. */

import { createHash } from 'node:crypto'
import { getInput } from '@postern/core'
import { batchId, type FeedRecord, readLine } from '../sinks/record.ts'
import type { Sink, SinkBatch, SinkKind } from '../sinks/sink.ts'
import { readConnection } from '../store/connections.ts'
import {
  type DeadLetterPlace,
  type DeadLetterRow,
  listRefusedBatches,
  readRefused,
  refuseAgain,
  removeRefused,
} from '../store/dead-letters.ts'
import { type FeedSink, listFeedSinks } from '../store/feed-sinks.ts'
import type { NamedFeedRow } from '../store/feeds.ts'
import { type Lease, withLease } from '../store/leases.ts'
import { readMirror } from '../store/mirror.ts'
import type { Store } from '../store/store.ts'
import { feedNotFound, feedRunning } from './feed-refusals.ts'
import { type OpenSinkContext, prepareSink } from './open-sink.ts'
import { leaseOf } from './run.ts'

/** What came of sending dead letters again. */
export interface RetriedLetters {
  /** Records that their sinks have now. */
  readonly sent: number
  /** Records that were refused again. */
  readonly refused: number
  /** Records of objects that changed or were deleted since, dropped: sent now, they would undo what is newer. */
  readonly superseded: number
}

/** A dead letter, and its record. */
interface Letter {
  readonly row: DeadLetterRow
  readonly record: FeedRecord
}

/** Where letters go. */
interface OpenedSink {
  readonly kind: SinkKind
  readonly sink: Sink
}

/**
 * Sends each dead letter of a feed to its sink again, batch by batch, between runs of the feed: beside one, something newer could be
 * written in between. What a sink has now is dropped; whoever was interrupted goes on where it was. Letters that no sink could be
 * given stay; those of which something newer was read are dropped unsent.
 *
 * @returns undefined where somebody else does so at this moment.
 * @throws {FeedError} `feed_running`, and what was sent before that is dropped; {@link SinkError} where a sink takes nothing, and the
 *   letters of the other sinks were sent.
 */
export async function retryDeadLetters(
  context: OpenSinkContext,
  feed: NamedFeedRow,
  signal?: AbortSignal,
): Promise<RetriedLetters | undefined> {
  const { store } = context
  const held = await withLease(
    store,
    `dead letters:${feed.id}`,
    async (lease) => {
      const connection = await readConnection(store, feed.connection_id)
      if (connection === undefined) throw feedNotFound()
      const org = new URL(connection.org_url).host
      const retry = new Retry(context, { feed, org }, lease.signal)
      const failures: unknown[] = []
      for (const { sink } of await listFeedSinks(store, feed.id)) {
        await retry.sendTo(sink).catch((error: unknown) => failures.push(error))
        lease.signal.throwIfAborted()
      }
      if (failures.length > 0) throw failures[0]
      const { sent, refused, superseded } = retry
      return { sent, refused, superseded }
    },
    { signal },
  )
  return held?.result
}

class Retry {
  sent = 0
  refused = 0
  superseded = 0
  readonly #context: OpenSinkContext
  readonly #feed: NamedFeedRow
  /** The host. */
  readonly #org: string
  readonly #signal: AbortSignal

  constructor(
    context: OpenSinkContext,
    { feed, org }: { readonly feed: NamedFeedRow; readonly org: string },
    signal: AbortSignal,
  ) {
    this.#context = context
    this.#feed = feed
    this.#org = org
    this.#signal = signal
  }

  async sendTo(sink: FeedSink['sink']): Promise<void> {
    const place = { feedId: this.#feed.id, sinkId: sink.id }
    const seqs = await listRefusedBatches(this.#context.store, place)
    if (seqs.length === 0) return
    const { kind, given } = await prepareSink(this.#context, sink)
    const opened = await kind.open(given)
    try {
      for (const seq of seqs) await this.#sendBatch({ ...place, seq }, { kind, sink: opened })
    } finally {
      await opened.close()
    }
  }

  async #sendBatch(place: DeadLetterPlace, to: OpenedSink): Promise<void> {
    const signal = this.#signal
    signal.throwIfAborted()
    const held = await withLease(
      this.#context.store,
      leaseOf(place.feedId),
      (lease) => this.#sendHeld(place, to, lease),
      { signal },
    )
    if (held === undefined) throw feedRunning(this.#feed.name)
  }

  async #sendHeld(place: DeadLetterPlace, { kind, sink }: OpenedSink, lease: Lease): Promise<void> {
    const { store, clock } = this.#context
    const letters = await this.#takeCurrent(place)
    if (letters.length === 0) return
    const batch = this.#batchOf(place.seq, letters)
    const write = () => sink.write(batch, { isBeside: true, signal: lease.signal })
    const written = kind.inStore ? undefined : await write()
    const refused = await lease.transaction(async () => {
      const { rejected = [] } = written ?? (await write())
      const again = rejected.flatMap(({ index, code, reason }) => {
        const letter = letters[index]
        return letter === undefined ? [] : [{ index: letter.row.index, code, reason }]
      })
      const isRefused = new Set(again.map(({ index }) => index))
      const indexes = letters.map(({ row }) => row.index)
      const taken = indexes.filter((index) => !isRefused.has(index))
      await removeRefused(store, place, taken)
      await refuseAgain(store, place, again, clock.now())
      return again.length
    })
    this.sent += letters.length - refused
    this.refused += refused
  }

  /** The letters of a batch that still say how things are; the others are dropped. */
  async #takeCurrent(place: DeadLetterPlace): Promise<readonly Letter[]> {
    const { store } = this.#context
    const what = getInput(this.#feed.input).mirrored === undefined ? 'event' : 'change'
    const letters = (await readRefused(store, place)).map((row) => ({
      row,
      record: readLine(row.record, what),
    }))
    const isCurrent = await readCurrent(store, place.feedId, letters)
    const old = letters.filter((letter) => !isCurrent(letter)).map(({ row }) => row.index)
    if (old.length > 0) await removeRefused(store, place, old)
    this.superseded += old.length
    return letters.filter(isCurrent)
  }

  /** A batch of its own, which is the same whenever the same letters are sent again. */
  #batchOf(seq: number, letters: readonly Letter[]): SinkBatch {
    const { id: feedId, name, connection, input: inputName } = this.#feed
    const input = getInput(inputName)
    const records = letters.map(({ record }) => record)
    const places = letters.map(({ row }) => row.index).join(' ')
    return {
      feed: { id: feedId, name },
      connection,
      org: this.#org,
      input: input.name,
      seq,
      id: createHash('sha256')
        .update(`${batchId(feedId, seq, records)}|${places}`)
        .digest('hex'),
      readAt: letters[0]?.row.created_at ?? this.#context.clock.now(),
      replay: true,
      records,
    }
  }
}

/** Tells of letters whether nothing newer of their object was read. Of events there is nothing newer. */
async function readCurrent(
  store: Store,
  feedId: string,
  letters: readonly Letter[],
): Promise<(letter: Letter) => boolean> {
  const changes = letters.map(({ record }) => record).filter(({ op }) => op !== 'event')
  const known = await readMirror(store, feedId, changes)
  const versions = new Map(known.map(({ kind, id, version }) => [`${kind} ${id}`, version]))
  return ({ record: { kind, id, version = 0 } }) => version >= (versions.get(`${kind} ${id}`) ?? 0)
}
