/** @module What changed since the last time, asked for by the times that Okta shows, with an overlap. */

import { isDeepStrictEqual } from 'node:util'
import {
  type Batch,
  type ChangesOf,
  getInput,
  identify,
  type JsonObject,
  memberReader,
  type ObjectKind,
  read,
  requireSight,
} from '@postern/core'
import type { FeedRecord } from '../sinks/record.ts'
import { countBehind, type NewMirrorRow, putMirror, readMirror } from '../store/mirror.ts'
import { addRereads } from '../store/rereads.ts'
import { isLostCursor } from './lost-cursor.ts'
import { hashObjects, isKnownPage, mirroredOf, takePage } from './mirroring.ts'
import { rereadDue } from './reread.ts'
import { isSighted } from './sighted.ts'
import type { SpoolWriter, Stream, StreamContext } from './stream.ts'
import { momentIn, textIn } from './stream-state.ts'
import { readSweepState } from './sweep-state.ts'
import { untilStopped } from './until-stopped.ts'

/** How far changes were asked for. */
interface IncrementalState {
  /** The latest time of a change that was seen. It never goes back, and never comes from a clock of ours. */
  readonly watermark: Date
  /** When nothing seemed to have changed, and the org was seen to show something all the same. */
  readonly sightedAt?: Date | undefined
  /** A question that is under way. */
  readonly pass?: Pass | undefined
}

interface Pass {
  /** The org's time when it began: what changed later may have been missed, whatever later times it shows. */
  readonly startedAt: Date
  readonly cursor?: string | undefined
  /** The latest time that it showed. */
  readonly seen?: Date | undefined
}

/** What a page brings. */
interface Taken {
  readonly seen: Date | undefined
  /** Whether storing it would change anything. */
  readonly isNews: () => Promise<boolean>
  /** Stores it, inside a transaction. */
  readonly store: () => Promise<readonly FeedRecord[]>
}

const INCREMENTAL = 'incremental'
// Times of memberships come late and back-dated, and an index is behind.
const OVERLAP_MS = 10 * 60_000
// A longer list costs more to read again than the sweep, which comes anyway, is late.
const MAX_LIST = 50_000
const AGAIN_MS = 10 * 60_000

/** Changes since the last time. Begins where the first complete read began, once that is at its end. */
export const incremental: Stream = {
  name: INCREMENTAL,
  read: (context) => untilStopped(context, () => readChanged(context)),
  describe: (state) => `changes since ${parseIncremental(state)?.watermark.toISOString() ?? '-'}`,
}

async function readChanged(context: StreamContext): ReturnType<Stream['read']> {
  const { changes } = mirroredOf(context)
  const sweep = await readSweepState(context.spool)
  const state = (await readIncremental(context)) ?? beginAt(sweep?.completedSince)
  if (changes === undefined || state === undefined || sweep === undefined) return { more: false }
  const { generation } = sweep
  const after = await ask(context, state, { changes, generation })
  if (context.signal.aborted) return { more: true }
  return rereadDue(context, {
    generation,
    commit: (work) =>
      context.spool.commit(INCREMENTAL, async () => ({
        state: incrementalJson(after),
        records: await work(),
      })),
  })
}

/** The watermark after a pass: no earlier than it was, and no later than what the pass can have seen whole. */
export function advanceWatermark(
  watermark: Date,
  { seen, startedAt }: Pick<Pass, 'seen' | 'startedAt'>,
): Date {
  if (seen === undefined) return watermark
  return new Date(Math.max(watermark.getTime(), Math.min(seen.getTime(), startedAt.getTime())))
}

function beginAt(since: Date | undefined): IncrementalState | undefined {
  return since === undefined ? undefined : { watermark: since }
}

interface AskOptions {
  readonly changes: ChangesOf
  readonly generation: number
}

async function ask(
  context: StreamContext,
  before: IncrementalState,
  options: AskOptions,
): Promise<IncrementalState> {
  try {
    return await runPass(context, before, options)
  } catch (error) {
    if (before.pass === undefined || !isLostCursor(error)) throw error
    return runPass(context, { watermark: before.watermark }, options)
  }
}

async function runPass(
  context: StreamContext,
  before: IncrementalState,
  { changes, generation }: AskOptions,
): Promise<IncrementalState> {
  const { org, feed, spool, signal, onRead } = context
  let state: IncrementalState = before
  let pass: Pass = before.pass ?? { startedAt: org.authorizer.now() }
  // `gt` is what inputs ask with, so one millisecond less makes it `ge`.
  const since = new Date(before.watermark.getTime() - OVERLAP_MS - 1)
  const input = changes.of === 'records' ? feed.input : changes.input
  const options = { since, cursor: pass.cursor, priority: 'incremental', signal } as const
  let records = 0
  for await (const batch of read(org, input, options)) {
    const taken = await take(context, batch, { changes, generation, since })
    pass = { ...pass, cursor: batch.cursor, seen: latest([pass.seen, taken.seen]) }
    state =
      batch.cursor === undefined
        ? { ...before, watermark: advanceWatermark(before.watermark, pass), pass: undefined }
        : { ...before, pass }
    records += batch.records.length
    // What changed last comes again, as a rule.
    const isSilent = batch.cursor === undefined && records === 0 && before.pass === undefined
    const now = org.authorizer.now()
    if (isSilent && !isSighted(before, now)) {
      await requireSight(org, getInput(input), { priority: 'incremental', signal })
      state = { ...state, sightedAt: now }
    }
    const next = incrementalJson(state)
    // Most runs find what the one before found, or nothing: then nothing is written.
    if (!(await isStored(spool, next)) || (await taken.isNews())) {
      await spool.commit(INCREMENTAL, async () => ({ state: next, records: await taken.store() }))
    }
    onRead({ records: batch.records.length, remaining: batch.remaining })
  }
  return state
}

async function isStored(spool: SpoolWriter, state: JsonObject): Promise<boolean> {
  return isDeepStrictEqual(await spool.readState(INCREMENTAL), state)
}

async function take(
  context: StreamContext,
  { records }: Batch,
  { changes, generation, since }: AskOptions & { readonly since: Date },
): Promise<Taken> {
  const mirrored = mirroredOf(context)
  if (changes.of === 'parents') return takeParents(context, records, { changes, since })
  const objects = records.flatMap((record) => identify(mirrored, record) ?? [])
  const hashed = hashObjects(mirrored, objects)
  const isCurrent = !mirrored.kinds.some(({ isIndexed }) => isIndexed)
  return {
    seen: latest(objects.map(({ lastUpdated }) => lastUpdated)),
    isNews: async () => !(await isKnownPage(context, hashed, { isCurrent })),
    store: () => takePage(context, hashed, { isCurrent, generation }),
  }
}

type ChangesOfParents = Extract<ChangesOf, { of: 'parents' }>

/** Parents whose lists changed: the lists are read again, each once for each time that a parent shows. */
async function takeParents(
  context: StreamContext,
  records: readonly Uint8Array[],
  { changes, since }: { readonly changes: ChangesOfParents; readonly since: Date },
): Promise<Taken> {
  const { store, feed, org } = context
  const kinds = mirroredOf(context).kinds.filter(({ list }) => list !== undefined)
  const read = parentReader(changes)
  const parents = records
    .flatMap((record) => read(record) ?? [])
    .filter(({ changedAt }) => changedAt >= since)
  const rows = kinds.flatMap((kind) => parents.map((parent) => listRow(kind, parent)))
  return {
    seen: latest(parents.map(({ changedAt }) => changedAt)),
    isNews: async () => parents.length > 0,
    store: async () => {
      const now = org.authorizer.now()
      const known = await readMirror(store, feed.id, rows)
      const moved = rows.filter(({ kind, id, lastUpdated }) => {
        const row = known.find((other) => other.kind === kind && other.id === id)
        return row?.last_updated?.getTime() !== lastUpdated?.getTime()
      })
      await putMirror(store, feed.id, moved, { generation: 0, now })
      for (const kind of kinds) {
        const ids = moved.filter((row) => row.kind === listRowKind(kind)).map(({ id }) => id)
        const sizes = await countBehind(store, { feedId: feed.id, kind: kind.name, parents: ids })
        const keys = ids
          .filter((id) => (sizes.get(id) ?? 0) <= MAX_LIST)
          .map((id) => ({ kind: kind.name, id }))
        const againAt = new Date(now.getTime() + AGAIN_MS)
        await addRereads(store, feed.id, keys, { dueAt: now, againAt })
      }
      return []
    },
  }
}

interface ChangedParent {
  readonly id: string
  readonly changedAt: Date
}

function parentReader({
  changed,
  except,
  input,
}: ChangesOfParents): (record: Uint8Array) => ChangedParent | undefined {
  const { mirrored } = getInput(input)
  const [exceptOf, changedOf] = [memberReader(except.member), memberReader(changed)]
  return (record) => {
    if (exceptOf(record) === except.text) return undefined
    const id = mirrored && identify(mirrored, record)?.id
    const changedAt = momentIn(changedOf(record))
    return id === undefined || changedAt === undefined ? undefined : { id, changedAt }
  }
}

/** A row of the mirror that is no object: for which time of a parent its list was asked for. */
function listRow(kind: ObjectKind, { id, changedAt }: ChangedParent): NewMirrorRow {
  const name = listRowKind(kind)
  return { kind: name, id, parent: undefined, version: 1, hash: '', lastUpdated: changedAt }
}

function listRowKind({ name }: ObjectKind): string {
  return `${name} list`
}

function latest(moments: readonly (Date | undefined)[]): Date | undefined {
  const known = moments.flatMap((moment) => (moment === undefined ? [] : [moment.getTime()]))
  return known.length === 0 ? undefined : new Date(Math.max(...known))
}

async function readIncremental({ spool }: StreamContext): Promise<IncrementalState | undefined> {
  const state = await spool.readState(INCREMENTAL)
  return state === undefined ? undefined : parseIncremental(state)
}

function parseIncremental(state: JsonObject): IncrementalState | undefined {
  const watermark = momentIn(state['watermark'])
  if (watermark === undefined) return undefined
  const sightedAt = momentIn(state['sightedAt'])
  const startedAt = momentIn(state['startedAt'])
  if (startedAt === undefined) return { watermark, sightedAt }
  return {
    ...{ watermark, sightedAt },
    pass: { startedAt, cursor: textIn(state['cursor']), seen: momentIn(state['seen']) },
  }
}

function incrementalJson({ watermark, sightedAt, pass }: IncrementalState): JsonObject {
  return {
    watermark: watermark.toISOString(),
    ...(sightedAt === undefined ? {} : { sightedAt: sightedAt.toISOString() }),
    ...(pass && { startedAt: pass.startedAt.toISOString() }),
    ...(pass?.cursor === undefined ? {} : { cursor: pass.cursor }),
    ...(pass?.seen === undefined ? {} : { seen: pass.seen.toISOString() }),
  }
}
