/** @module A batch to a receiver, in as many requests as it takes. */

import type { RejectedRecord, SinkBatch, WriteOptions, Written } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import type { BatchPart, OpenHttpFormat } from './format.ts'
import type { Receiver, Verdict } from './receiver.ts'

/** What a batch is delivered with. */
export interface Delivery extends WriteOptions {
  readonly format: OpenHttpFormat
  readonly receiver: Receiver
  readonly maxRecords: number
  readonly maxBytes: number
}

// A receiver that refuses so many records one after another, and takes none between them, refuses us and not them.
const MAX_REFUSED = 10

/** How many records were refused since the last one that was taken: kept from batch to batch, for a batch may be a single record. */
type Position = {
  readonly refusedInARow: number
}

/**
 * Sends a batch in order, split by the limits. What is refused is halved until the records that are refused alone are known;
 * they are returned, and the others are with the receiver.
 *
 * @throws {SinkError} where the batch has to be sent again; `sink_rejected` where the receiver takes nothing, or nothing any more.
 */
export async function deliver(batch: SinkBatch, delivery: Delivery): Promise<Written> {
  const { format, receiver, signal } = delivery
  const rejected: RejectedRecord[] = []
  const before = refusedBefore(delivery)
  const isTried = before < MAX_REFUSED
  let refusedInARow = isTried ? before : 0
  const waiting = splitByLimits(batch, delivery).toReversed()
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const answer = await receiver.send(format.request(part), signal)
    if (answer.verdict === 'taken') {
      const named = format.refusedIn(answer, part)
      rejected.push(...named)
      refusedInARow = named.length < part.pieces.length ? 0 : refusedInARow + named.length
    } else if (answer.verdict === 'refused' && !format.isAboutRecords(answer)) {
      throw refusesUs(`It answered ${answer.status}.`)
    } else if (part.pieces.length > 1) {
      waiting.push(...halvesOf(part).toReversed())
    } else {
      rejected.push(rejection(part.first, answer))
      refusedInARow++
    }
    if (refusedInARow >= MAX_REFUSED) throw refusesUs(aboutLast(rejected))
  }
  const isEmpty = batch.records.length === 0
  const isAnyTaken = rejected.length < batch.records.length
  if (!isTried && !isAnyTaken && !isEmpty) throw refusesUs(aboutLast(rejected))
  const position: Position = { refusedInARow: isEmpty ? before : refusedInARow }
  return { position, rejected }
}

/**
 * How many were refused in a row before a batch. A receiver that has taken nothing yet is not believed of its first batch; of
 * records that come beside the others, because they were refused, it is.
 */
function refusedBefore({ position, isBeside = false }: WriteOptions): number {
  if (isBeside) return 0
  const kept = position?.['refusedInARow']
  return typeof kept === 'number' ? kept : MAX_REFUSED
}

function splitByLimits(
  batch: SinkBatch,
  { format, maxRecords, maxBytes }: Delivery,
): readonly BatchPart[] {
  const parts: BatchPart[] = []
  let pieces: Uint8Array[] = []
  let bytes = 0
  const finish = (end: number) => {
    if (pieces.length > 0) parts.push({ batch, first: end - pieces.length, pieces })
    pieces = []
    bytes = 0
  }
  batch.records.forEach((record, index) => {
    const piece = format.encode(record, batch)
    if (pieces.length === maxRecords || bytes + piece.length > maxBytes) finish(index)
    pieces.push(piece)
    bytes += piece.length
  })
  finish(batch.records.length)
  return parts
}

function halvesOf({ batch, first, pieces }: BatchPart): readonly [BatchPart, BatchPart] {
  const middle = Math.ceil(pieces.length / 2)
  return [
    { batch, first, pieces: pieces.slice(0, middle) },
    { batch, first: first + middle, pieces: pieces.slice(middle) },
  ]
}

function rejection(
  index: number,
  { verdict, status }: { readonly verdict: Verdict; readonly status: number },
): RejectedRecord {
  const code = verdict === 'too-large' ? 'sink_record_too_large' : 'sink_record_refused'
  return { index, code, reason: `The receiver answered ${status} to the record alone.` }
}

function aboutLast(rejected: readonly RejectedRecord[]): string {
  return `Of the last: ${rejected.at(-1)?.reason}`
}

function refusesUs(reason: string): SinkError {
  return new SinkError('sink_rejected', `The receiver takes no record. ${reason}`, {
    remedy: "Check the sink's format, index and headers against what the receiver expects.",
  })
}
