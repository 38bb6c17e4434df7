/** @module The complete read of a feed's objects, page by page over as many runs as it takes, and what it missed. */

import { createHash } from 'node:crypto'
import { identify, read } from '@postern/core'
import { adoptObjects } from '../store/adopt-objects.ts'
import type { HeldDeletions } from '../store/feed-values.ts'
import { holdHeldDeletions, putHeldDeletions } from '../store/held-deletions.ts'
import { analyzeMirror, lastGeneration, listRemoved } from '../store/mirror.ts'
import { beginResync, readAsked } from '../store/resync.ts'
import { heldDeletions, passOnDeletions, type SweepEnd } from './deletions.ts'
import { isLostCursor } from './lost-cursor.ts'
import { hashObjects, mirroredOf, takeDeletions, takePage } from './mirroring.ts'
import { oneAhead } from './one-ahead.ts'
import { readReach } from './reach.ts'
import type { CommitRecords } from './reread.ts'
import type { Stream, StreamContext } from './stream.ts'
import {
  parseSweepState,
  readSweepState,
  SWEEP,
  type SweepState,
  sweepStateJson,
} from './sweep-state.ts'
import { untilStopped } from './until-stopped.ts'

const DEFAULT_HOURS = 24
const HOUR_MS = 3_600_000
// Feeds that were added together do not sweep together for ever.
const JITTER = 0.1
const REPEATED = 1_000
const COUNT_FROM = 1_000
const GROWTH = 4

/** The complete read. It is due at once for a new feed, and then every `sweepHours`. */
export const sweep: Stream = {
  name: SWEEP,
  read: (context) => untilStopped(context, () => readSweep(context)),
  describe(state) {
    const { phase, generation, seen, nextAt } = parseSweepState(state)
    const name = `sweep ${generation}`
    if (phase !== 'done') return `${name}, ${seen} records`
    return nextAt === undefined ? name : `${name}, the next one ${nextAt.toISOString()}`
  },
}

async function readSweep(context: StreamContext): ReturnType<Stream['read']> {
  let state = await readSweepState(context.spool)
  const { held, askedAt } = await readAsked(context.store, context.feed.id)
  await passOnConfirmed(context, state, held)
  const isAsked = askedAt !== undefined
  if (isAsked || state === undefined || isDue(state, context.org.authorizer.now())) {
    state = await begin(context, state, askedAt)
  }
  if (state.phase === 'reading') state = await readAll(context, state)
  if (state.phase === 'judging') await end(context, state)
  return { more: false }
}

function isDue({ phase, nextAt }: SweepState, now: Date): boolean {
  return phase === 'done' && (nextAt === undefined || nextAt <= now)
}

/** When the next sweep is due: a share of the interval later, the same for a feed each time. */
function nextSweepAt(feedId: string, startedAt: Date, hours = DEFAULT_HOURS): Date {
  const share = createHash('sha256').update(feedId).digest().readUInt32BE() / 2 ** 32
  return new Date(startedAt.getTime() + hours * HOUR_MS * (1 + JITTER * share))
}

/** @param askedAt - when somebody asked that it passes on every object. */
async function begin(
  context: StreamContext,
  earlier: SweepState | undefined,
  askedAt?: Date,
): Promise<SweepState> {
  const { store, feed, spool, org } = context
  const reach = await readReach(context)
  const last = Math.max(await lastGeneration(store, feed.id), earlier?.generation ?? 0)
  const state: SweepState = {
    ...earlier,
    generation: last + 1,
    ...(askedAt === undefined ? {} : { resyncedBy: last + 1 }),
    phase: 'reading',
    cursor: undefined,
    startedAt: org.authorizer.now(),
    seen: 0,
    reach,
  }
  await spool.commit(SWEEP, async () => {
    if (askedAt !== undefined) await beginResync(store, feed.id, askedAt)
    return { state: sweepStateJson(state), records: [] }
  })
  return state
}

async function readAll(context: StreamContext, begun: SweepState): Promise<SweepState> {
  try {
    return await readPages(context, begun)
  } catch (error) {
    if (begun.cursor === undefined || !isLostCursor(error)) throw error
    context.note('The place in the complete read was refused: it begins anew.')
    return readPages(context, await begin(context, begun))
  }
}

async function readPages(context: StreamContext, begun: SweepState): Promise<SweepState> {
  const { org, store, feed, spool, signal, onRead, note } = context
  const mirrored = mirroredOf(context)
  const isCurrent = !mirrored.kinds.some(({ isIndexed }) => isIndexed)
  const sight = { isCurrent, generation: begun.generation, isComplete: true }
  if (begun.cursor === undefined) await adoptStored(context, begun)
  let state = begun
  let unknown = 0
  const batches = read(org, feed.input, { cursor: begun.cursor, priority: 'sweep', signal })
  for await (const { records, cursor, remaining } of oneAhead(batches)) {
    const objects = records.flatMap((record) => identify(mirrored, record) ?? [])
    unknown += records.length - objects.length
    const page = hashObjects(mirrored, objects)
    const next: SweepState = {
      ...state,
      cursor,
      phase: cursor === undefined ? 'judging' : 'reading',
      seen: state.seen + records.length,
    }
    await spool.commit(SWEEP, async () => ({
      state: sweepStateJson(next),
      records: await takePage(context, page, sight),
    }))
    state = next
    if (isGrown(state)) {
      await analyzeMirror(store)
      state = { ...state, analyzed: state.seen }
    }
    onRead({ records: records.length, remaining })
  }
  if (unknown > 0) note(`${unknown} records show no id and were left out.`)
  return state
}

/**
 * Takes over what the sink `store` has and the feed does not know, as one that was removed left it: what is gone by now is then
 * found missing. Done for a first sweep, and for one that passes on everything.
 */
async function adoptStored(context: StreamContext, state: SweepState): Promise<void> {
  const { store, feed, signal } = context
  if (state.completedSince !== undefined && state.resyncedBy !== state.generation) return
  const commit = commitWith(context, state)
  for (const { name: kind } of mirroredOf(context).kinds) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      signal.throwIfAborted()
      const before: string = after
      await commit(async () => {
        after = await adoptObjects(store, feed.id, { kind, after: before })
        return []
      })
    }
  }
}

/** Whether there are four times as many as when the database last counted the mirror: its picture of it is out of date. */
function isGrown({ seen, analyzed = 0 }: SweepState): boolean {
  return seen >= COUNT_FROM && seen >= GROWTH * analyzed
}

/** Judges what the sweep missed, and puts it to rest until the next one. */
async function end(context: StreamContext, state: SweepState): Promise<void> {
  const { store, feed, spool, org, note } = context
  await repeatDeletions(context, state)
  const { hold, missing } = await passOnDeletions(context, endOf(context, state, false))
  const now = org.authorizer.now()
  const done: SweepState = {
    ...state,
    phase: 'done',
    completedSince: state.startedAt,
    nextAt: nextSweepAt(feed.id, state.startedAt, feed.settings.sweepHours),
    trusted: hold === undefined ? state.reach : (state.trusted ?? state.reach),
  }
  const { generation } = state
  const held = hold && heldDeletions(hold, missing, { feed: feed.name, generation, now })
  if (held !== undefined) note(`Deletions are held back. ${held.message} ${held.remedy}`)
  await spool.commit(SWEEP, async () => {
    const earlier = held && (await holdHeldDeletions(store, feed.id))
    // What a person confirmed meanwhile is passed on first; what is missing besides is missing in the next sweep too.
    const isConfirmed = earlier?.confirmedAt !== undefined
    await putHeldDeletions(store, feed.id, isConfirmed ? earlier : held)
    return { state: sweepStateJson(done), records: [] }
  })
}

/**
 * Passes on once more what is known to be gone since before the last sweep that passes on everything: a sink that was not there,
 * or went back to what it was, still has it. What an index that is behind shows again is left to its reading by id.
 */
async function repeatDeletions(context: StreamContext, state: SweepState): Promise<void> {
  const { store, feed, signal } = context
  const { resyncedBy: before } = state
  if (before === undefined) return
  const kinds = mirroredOf(context).kinds.map(({ name }) => name)
  const commit = commitWith(context, state)
  for (;;) {
    signal.throwIfAborted()
    const keys = await listRemoved(store, feed.id, { kinds, before, limit: REPEATED })
    if (keys.length === 0) return
    await commit(() => takeDeletions(context, keys))
  }
}

/** Passes on what an earlier sweep found and a person confirmed since. */
async function passOnConfirmed(
  context: StreamContext,
  state: SweepState | undefined,
  held: HeldDeletions | undefined,
): Promise<void> {
  const { store, feed, spool, note } = context
  if (held?.confirmedAt === undefined || state === undefined) return
  const { generation } = held
  const startedAt = new Date(held.at)
  const found = { ...state, generation, startedAt }
  const { hold, missing } = await passOnDeletions(context, {
    ...endOf(context, found, true),
    commit: commitWith(context, state),
  })
  const options = { feed: feed.name, generation, now: context.org.authorizer.now() }
  const still = hold && heldDeletions(hold, missing, options)
  if (still !== undefined) note(`Deletions are held back again. ${still.message} ${still.remedy}`)
  await spool.commit(SWEEP, async () => {
    await putHeldDeletions(store, feed.id, still)
    // Who confirms deletions after a loss of reach takes the reach that is left for the right one.
    const trusted = still === undefined ? state.reach : state.trusted
    return { state: sweepStateJson({ ...state, trusted }), records: [] }
  })
}

function endOf(context: StreamContext, state: SweepState, isConfirmed: boolean): SweepEnd {
  const { generation, startedAt, reach, trusted } = state
  const commit = commitWith(context, state)
  return { generation, startedAt, reach, trusted, isConfirmed, commit }
}

function commitWith({ spool }: StreamContext, state: SweepState): CommitRecords {
  return (work) =>
    spool.commit(SWEEP, async () => ({ state: sweepStateJson(state), records: await work() }))
}
