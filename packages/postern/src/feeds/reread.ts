/** @module Objects to which something happened, read again: each by its id, or with the whole list behind its parent. */

import {
  ApiError,
  isParentThere,
  type ObjectKind,
  readListOf,
  readObject,
  type SeenObject,
} from '@postern/core'
import type { FeedRecord } from '../sinks/record.ts'
import { lastGeneration, listMissedBehind, type MirrorKey, readMirror } from '../store/mirror.ts'
import { delayRereads, finishRereads, listDueRereads } from '../store/rereads.ts'
import { mapAtMost } from './at-most.ts'
import { hashObjects, kindOf, mirroredOf, takeDeletions, takePage } from './mirroring.ts'
import { isStillReadable, unlessRefused } from './reach.ts'
import type { StreamContext } from './stream.ts'

/** Stores what one transaction brings, with the state of the stream that reads. */
export type CommitRecords = (work: () => Promise<readonly FeedRecord[]>) => Promise<void>

/** How objects are read again. */
export interface RereadOptions {
  readonly commit: CommitRecords
  /** Of the last sweep that began: what is seen here counts as seen by it. */
  readonly generation: number
  /** That sweep, where it has come to its end: see {@link isStillReadable}. */
  readonly seenBy?: number | undefined
}

/** What came of asking for one object. */
type Answer =
  | { readonly key: MirrorKey; readonly found: SeenObject }
  | { readonly key: MirrorKey; readonly found: 'gone' | 'refused' }

interface Due {
  readonly kind: ObjectKind
  readonly key: MirrorKey
}

const PAGE = 100
const AT_ONCE = 4
const REMOVALS = 1_000
const DELAY_MS = 10 * 60_000

/** Reads again what is due. An object that is not found is gone, as long as others of its kind are found. */
export async function rereadDue(
  context: StreamContext,
  options: RereadOptions,
): Promise<{ readonly more: boolean }> {
  const { store, feed, org, signal } = context
  const mirrored = mirroredOf(context)
  for (;;) {
    const keys = await listDueRereads(store, feed.id, org.authorizer.now(), PAGE)
    if (keys.length === 0) return { more: false }
    if (signal.aborted) return { more: true }
    const due = keys.flatMap((key) => {
      const kind = kindOf(mirrored, key.kind)
      return kind === undefined ? [] : [{ kind, key }]
    })
    const unknown = keys.filter(({ kind }) => kindOf(mirrored, kind) === undefined)
    if (unknown.length > 0) await letGo(context, unknown, options)
    const lists = due.filter(isOfList)
    for (const list of lists) await rereadList(context, list, options)
    await rereadObjects(
      context,
      due.filter((one) => !isOfList(one)),
      options,
    )
    context.onRead({ records: due.length })
  }
}

/** What this version knows nothing of would be due for ever. */
function letGo(
  { store, feed }: StreamContext,
  keys: readonly MirrorKey[],
  { commit }: RereadOptions,
): Promise<void> {
  return commit(async () => {
    await finishRereads(store, feed.id, keys)
    return []
  })
}

/** An object behind a parent has both ids. */
function isOfList({ kind, key }: Due): boolean {
  return kind.list !== undefined && !(kind.path !== undefined && key.id.includes('/'))
}

async function rereadObjects(
  context: StreamContext,
  due: readonly Due[],
  { commit, generation, seenBy }: RereadOptions,
): Promise<void> {
  if (due.length === 0) return
  const { store, feed } = context
  const answers = await askFor(context, due)
  const found = answers.flatMap(({ found: one }) => (typeof one === 'object' ? [one] : []))
  const hashed = hashObjects(mirroredOf(context), found)
  const { gone, doubtful } = await sortGone(context, due, answers, seenBy)
  await commit(async () => {
    const upserts = await takePage(context, hashed, { isCurrent: true, generation })
    const deletions = await takeDeletions(context, gone)
    await putOff(context, doubtful)
    const doubted = new Set(doubtful)
    const done = answers.filter(({ key }) => !doubted.has(key)).map(({ key }) => key)
    await finishRereads(store, feed.id, done)
    return [...upserts, ...deletions]
  })
}

/** Asks for objects by their ids, some at the same time. */
export async function askFor(
  { org, signal }: StreamContext,
  due: readonly Due[],
): Promise<readonly Answer[]> {
  return mapAtMost(due, AT_ONCE, async ({ kind, key }): Promise<Answer> => {
    const asked = await unlessRefused(async () => ({
      object: await readObject(org, kind, key.id, { priority: 'incremental', signal }),
    }))
    if (asked === undefined) return { key, found: 'refused' }
    return { key, found: asked.object ?? 'gone' }
  })
}

/** Those that are gone, and those of which it cannot be told. @param seenBy - see {@link isStillReadable} */
export async function sortGone(
  context: StreamContext,
  due: readonly Due[],
  answers: readonly Answer[],
  seenBy: number | undefined,
) {
  const gone: MirrorKey[] = []
  const doubtful = answers.filter(({ found }) => found === 'refused').map(({ key }) => key)
  for (const kind of new Set(due.map((one) => one.kind))) {
    const missing = answers.filter(({ key, found }) => key.kind === kind.name && found === 'gone')
    if (missing.length === 0) continue
    const keys = missing.map(({ key }) => key)
    const known = await readMirror(context.store, context.feed.id, keys)
    const ids = known.filter((row) => row.deleted_at === null).map(({ id }) => id)
    if (await isStillReadable(context, kind, { seenBy, except: { ids } })) {
      gone.push(...keys)
    } else {
      doubtful.push(...keys)
    }
  }
  return { gone, doubtful }
}

/** Reads the list behind a parent to its end; who is in it no more is gone then, and not before. */
async function rereadList(
  context: StreamContext,
  { kind, key }: Due,
  { commit, generation, seenBy }: RereadOptions,
): Promise<void> {
  const { store, feed, org, signal } = context
  const mirrored = mirroredOf(context)
  const [parent = ''] = key.id.split('/')
  const behind = { feedId: feed.id, kind: kind.name, parent }
  const mark = Math.max(await lastGeneration(store, feed.id, behind), generation) + 1
  const sight = { isCurrent: true, generation: mark, isComplete: true }
  let last = hashObjects(mirrored, [])
  let isThere = true
  try {
    const pages = readListOf(org, kind, parent, { priority: 'incremental', signal })
    for await (const page of pages) {
      const before = last
      if (before.length > 0) await commit(() => takePage(context, before, sight))
      last = hashObjects(mirrored, page)
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.code === 'role_insufficient') return commit(() => putOff(context, [key]))
    if (error.code !== 'object_not_found') throw error
    isThere = false
  }
  const onLast = new Set(last.map(({ id }) => id))
  const missed = await listMissedBehind(store, behind, mark, last.length + 1)
  const isShorter = missed.some(({ id }) => !onLast.has(id))
  if (isShorter && !(await isBelievable(context, { kind, parent, isThere, seenBy }))) {
    return commit(() => putOff(context, [key]))
  }
  for (let isEnded = false; !isEnded; ) {
    await commit(async () => {
      const upserts = await takePage(context, last, sight)
      const rest = await listMissedBehind(store, behind, mark, REMOVALS)
      isEnded = rest.length < REMOVALS
      const deletions = await takeDeletions(context, rest)
      if (isEnded) await finishRereads(store, feed.id, [key])
      return [...upserts, ...deletions]
    })
  }
}

/** Whether a list that became shorter did so in the org: the parent is there, or it is gone and others are not. */
async function isBelievable(
  context: StreamContext,
  list: {
    readonly kind: ObjectKind
    readonly parent: string
    readonly isThere: boolean
    readonly seenBy: number | undefined
  },
): Promise<boolean> {
  const { org, signal } = context
  const { kind, parent, isThere, seenBy } = list
  if (!isThere) return isStillReadable(context, kind, { seenBy, except: { parent } })
  const found = await unlessRefused(() =>
    isParentThere(org, kind, parent, { priority: 'incremental', signal }),
  )
  return found === true
}

/** Puts off what cannot be judged now, and says so. */
async function putOff(
  context: StreamContext,
  keys: readonly MirrorKey[],
): Promise<readonly FeedRecord[]> {
  if (keys.length === 0) return []
  const { store, feed, org, note } = context
  note(
    `${keys.length} objects are asked for again in 10 minutes: the org does not show them. That they are gone is not believed while it hides others that are surely there, or deletions are held back. Check the credential's admin role (postern doctor).`,
  )
  await delayRereads(store, feed.id, keys, new Date(org.authorizer.now().getTime() + DELAY_MS))
  return []
}
