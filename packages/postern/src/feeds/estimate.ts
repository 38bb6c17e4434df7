/** @module Estimates what reading a System Log from its beginning takes: out of a few hours of it, before it starts. */

import { type Clock, getInput, logRetentionDays, type Org, read } from '@postern/core'

/** What reading from the beginning takes, as far as that can be told. */
export interface BackfillEstimate {
  readonly from?: Date | undefined
  /** Absent where nobody can tell. */
  readonly records?: number | undefined
  readonly calls?: number | undefined
  readonly seconds?: number | undefined
  /** What it was taken from, in a sentence. */
  readonly basis: string
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const SAMPLES = 6

/** Estimates the first run of a System Log feed. Costs six calls. */
export async function estimateBackfill(
  org: Org,
  since: string | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<BackfillEstimate> {
  const log = getInput('system-log')
  const nowMs = org.authorizer.now().getTime()
  const oldestMs = nowMs - logRetentionDays * DAY_MS
  const fromMs = Math.max(oldestMs, since === undefined ? oldestMs : Date.parse(since))
  const spanMs = Math.max(0, nowMs - fromMs)
  const from = new Date(fromMs)
  if (spanMs < HOUR_MS) return { from, records: 0, calls: 1, seconds: 1, basis: 'Nothing is past.' }
  let events = 0
  let seenMs = 0
  const beganMs = clock.monotonicMs()
  for (let sample = 0; sample < SAMPLES; sample++) {
    // Each at another hour of the day, whatever the distance between them is.
    const offsetMs = (sample * spanMs) / SAMPLES + ((sample * 4 * HOUR_MS) % DAY_MS)
    const startMs = Math.min(fromMs + offsetMs, nowMs - HOUR_MS)
    const hour = { since: new Date(startMs), until: new Date(startMs + HOUR_MS) }
    const limit = log.pageLimit
    const options = { ...hour, limit, priority: 'interactive', signal } as const
    for await (const { records, cursor } of read(org, log.name, options)) {
      events += records.length
      const last = records.at(-1)
      const isWhole = records.length < limit || last === undefined || cursor === undefined
      seenMs += isWhole ? HOUR_MS : Math.max(1_000, publishedMs(last, startMs) - startMs)
      break
    }
  }
  const callMs = (clock.monotonicMs() - beganMs) / SAMPLES
  const records = seenMs === 0 ? 0 : Math.round((events / seenMs) * spanMs)
  const calls = Math.ceil(records / log.pageLimit) + 1
  const pacedMs = org.pacer.estimateMs(log.bucket, calls)
  return {
    from,
    records,
    calls,
    seconds: Math.ceil(Math.max(pacedMs, calls * callMs) / 1_000),
    basis: `${SAMPLES} hours of the log, spread over the time that is to be read.`,
  }
}

function publishedMs(event: Uint8Array, otherwise: number): number {
  const { published }: { readonly published?: string } = JSON.parse(Buffer.from(event).toString())
  const atMs = Date.parse(published ?? '')
  return Number.isNaN(atMs) ? otherwise : atMs
}
