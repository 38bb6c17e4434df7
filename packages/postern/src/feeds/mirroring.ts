/** @module What was seen goes into the mirror, and what changed goes on as records: a page at a time, in one transaction. */

import { getInput, type Mirrored, type ObjectKind, type SeenObject } from '@postern/core'
import { changeRecord, type FeedRecord } from '../sinks/record.ts'
import { type MirrorKey, markMirror, putMirror, readMirror, removeMirror } from '../store/mirror.ts'
import { addRereads } from '../store/rereads.ts'
import { contentHash } from './content-hash.ts'
import { type Judgement, judgeObject } from './judge-object.ts'
import type { SpoolWriter, StreamContext } from './stream.ts'
import { readSweepState } from './sweep-state.ts'

/** An object that was seen, with the hash of what it says. */
export interface HashedObject extends SeenObject {
  readonly hash: string
}

/** How a page was seen. */
export interface PageSight {
  /** Read by ids, or in lists that are current. */
  readonly isCurrent: boolean
  /** What new rows get; every row of the page gets it where the read is one of all objects. */
  readonly generation: number
  readonly isComplete?: boolean
}

/** How a copy of the feed's input is kept. @throws a plain error for an input without objects: it has no such stream. */
export function mirroredOf({ feed }: Pick<StreamContext, 'feed'>): Mirrored {
  const { mirrored } = getInput(feed.input)
  if (mirrored === undefined) throw new Error(`No copy of ${feed.input} is kept.`)
  return mirrored
}

/** A kind by its name. */
export function kindOf({ kinds }: Mirrored, name: string): ObjectKind | undefined {
  return kinds.find((kind) => kind.name === name)
}

/** The objects with their hashes, each once: the last sight of it counts. Done before a transaction, which it would hold up. */
export function hashObjects(
  mirrored: Mirrored,
  objects: readonly SeenObject[],
): readonly HashedObject[] {
  const hashed = new Map<string, HashedObject>()
  for (const object of objects) {
    const kind = kindOf(mirrored, object.kind)
    if (kind === undefined) continue
    hashed.set(`${object.kind} ${object.id}`, { ...object, hash: contentHash(kind, object) })
  }
  return [...hashed.values()]
}

/** Takes a page into the mirror, inside the caller's transaction. @returns what changed. */
export async function takePage(
  { store, feed, org, spool }: Pick<StreamContext, 'store' | 'feed' | 'org' | 'spool'>,
  page: readonly HashedObject[],
  { isCurrent, generation, isComplete = false }: PageSight,
): Promise<readonly FeedRecord[]> {
  if (page.length === 0) return []
  const now = org.authorizer.now()
  const judged = await judgePage({ store, feed, org, spool }, page, isCurrent)
  const changed = judged.filter(({ judgement }) => judgement === 'new' || judgement === 'changed')
  const rows = changed.map(({ object, version, changedAt }) => ({
    kind: object.kind,
    id: object.id,
    parent: object.parent,
    version,
    hash: object.hash,
    lastUpdated: object.lastUpdated,
    changedAt,
  }))
  await putMirror(store, feed.id, rows, { generation, now })
  const doubtful = judged.filter(({ judgement }) => judgement === 'doubtful')
  // One that is doubtful and asked for goes on when it is read by its id: until then it was not seen.
  const others = judged.filter(
    (one) => !changed.includes(one) && !(one.isAsked && doubtful.includes(one)),
  )
  if (isComplete) await markMirror(store, feed.id, keysOf(others), generation)
  await addRereads(store, feed.id, keysOf(doubtful), { dueAt: now })
  return changed.map(({ object: { kind, id, hash, record }, version, changedAt }) =>
    changeRecord({ op: 'upsert', kind, id, version, hash, observedAt: changedAt }, record),
  )
}

/** Whether a page shows nothing but what is known, so that taking it would change nothing. */
export async function isKnownPage(
  context: Pick<StreamContext, 'store' | 'feed' | 'org' | 'spool'>,
  page: readonly HashedObject[],
  { isCurrent }: Pick<PageSight, 'isCurrent'>,
): Promise<boolean> {
  if (page.length === 0) return true
  const judged = await judgePage(context, page, isCurrent)
  return judged.every(({ judgement }) => judgement === 'same')
}

async function judgePage(
  { store, feed, org, spool }: Pick<StreamContext, 'store' | 'feed' | 'org' | 'spool'>,
  page: readonly HashedObject[],
  isCurrent: boolean,
) {
  const now = org.authorizer.now()
  const known = new Map(
    (await readMirror(store, feed.id, page)).map((row) => [`${row.kind} ${row.id}`, row]),
  )
  const resyncedBy = await readResyncedBy(spool)
  return page.map((object) => {
    const row = known.get(`${object.kind} ${object.id}`)
    const isAsked = row !== undefined && row.generation < resyncedBy
    const judgement = judgeObject(row, { ...object, isCurrent, now })
    return {
      object,
      isAsked,
      judgement: isAsked ? resynced(judgement) : judgement,
      version: (row?.version ?? 0) + 1,
      changedAt: laterThan(row?.changed_at, now),
    }
  })
}

/** Now, or a moment behind what was known: the org's clock may be set back, and sinks tell by the time what is newer. */
function laterThan(known: Date | undefined, now: Date): Date {
  return known === undefined ? now : new Date(Math.max(now.getTime(), known.getTime() + 1))
}

/** What to make of an object that goes on whether it changed or not. */
function resynced(judgement: Judgement): Judgement {
  if (judgement === 'same') return 'changed'
  return judgement === 'older' ? 'doubtful' : judgement
}

/** Takes objects that are gone out of the mirror, inside the caller's transaction. @returns their deletions. */
export async function takeDeletions(
  { store, feed, org, spool }: StreamContext,
  keys: readonly MirrorKey[],
): Promise<readonly FeedRecord[]> {
  const mirrored = mirroredOf({ feed })
  const resyncedBy = await readResyncedBy(spool)
  const rows = await removeMirror(store, feed.id, keys, { now: org.authorizer.now(), resyncedBy })
  return rows.flatMap(({ kind: name, id, version, hash, changed_at: observedAt }) => {
    const kind = kindOf(mirrored, name)?.name
    return kind === undefined
      ? []
      : changeRecord({ op: 'delete', kind, id, version, hash, observedAt })
  })
}

async function readResyncedBy(spool: SpoolWriter): Promise<number> {
  return (await readSweepState(spool))?.resyncedBy ?? 0
}

function keysOf(judged: readonly { readonly object: HashedObject }[]): readonly MirrorKey[] {
  return judged.map(({ object: { kind, id } }) => ({ kind, id }))
}
