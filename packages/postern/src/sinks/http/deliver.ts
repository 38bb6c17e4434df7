/** @module A batch to a receiver, in as many requests as it takes. */

import type { RejectedRecord, SinkBatch } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import type { BatchPart, OpenHttpFormat } from './format.ts'
import type { Receiver, Verdict } from './receiver.ts'

/** What a batch is delivered with. */
export interface Delivery {
  readonly format: OpenHttpFormat
  readonly receiver: Receiver
  readonly maxRecords: number
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
}

// A receiver that refuses each of so many records alone, and takes none, refuses us and not them.
const MAX_REFUSED = 10

/**
 * Sends a batch in order, split by the limits. What is refused is halved until the records that are refused alone are known;
 * they are returned, and the others are with the receiver.
 *
 * @throws {SinkError} where the batch has to be sent again; `sink_rejected` where nothing of it is taken.
 */
export async function deliver(
  batch: SinkBatch,
  delivery: Delivery,
): Promise<readonly RejectedRecord[]> {
  const { format, receiver, signal } = delivery
  const rejected: RejectedRecord[] = []
  let refused = 0
  let taken = 0
  const waiting = splitByLimits(batch, delivery).toReversed()
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const answer = await receiver.send(format.request(part), signal)
    if (answer.verdict === 'taken') {
      const named = format.refusedIn(answer, part)
      rejected.push(...named)
      taken += part.pieces.length - named.length
      continue
    }
    if (answer.verdict === 'refused' && !format.isAboutRecords(answer))
      throw refusesUs(answer.status)
    if (part.pieces.length > 1) {
      waiting.push(...halvesOf(part).toReversed())
      continue
    }
    rejected.push(rejection(part.first, answer))
    if (answer.verdict === 'refused' && ++refused === MAX_REFUSED && taken === 0) {
      throw refusesUs(answer.status)
    }
  }
  return rejected
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

function refusesUs(status: number): SinkError {
  return new SinkError('sink_rejected', `The receiver answered ${status}, whatever it was sent.`, {
    remedy: "Check the sink's format, index and headers against what the receiver expects.",
    details: { status },
  })
}
