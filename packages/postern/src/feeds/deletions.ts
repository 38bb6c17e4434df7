/** @module What a sweep missed: gone from the org, or only out of sight. No deletion is passed on before that is clear. */

import type { Mirrored, ObjectKind } from '@postern/core'
import type { FeedRecord } from '../sinks/record.ts'
import type { HeldDeletions } from '../store/feed-values.ts'
import { countMissed, listMissed, type MissedBy, type MissedCount } from '../store/mirror.ts'
import { addRereads } from '../store/rereads.ts'
import { hashObjects, mirroredOf, takeDeletions, takePage } from './mirroring.ts'
import { lostReach, type Reach, readReach } from './reach.ts'
import { askFor, type CommitRecords, rereadDue, sortGone } from './reread.ts'
import type { StreamContext } from './stream.ts'

/** Why deletions are held back. */
export type HoldCode =
  | 'deletions_reach_lost'
  | 'deletions_too_many'
  | 'deletions_unlikely'
  | 'deletions_unconfirmed'

/** Why deletions are held back, in a sentence. */
export interface Hold {
  readonly code: HoldCode
  readonly message: string
}

/** What a sweep came to. */
export interface SweepEnd {
  readonly generation: number
  readonly startedAt: Date
  /** What the credential might see when it began. */
  readonly reach: Reach
  /** In the last sweep whose deletions were believed. */
  readonly trusted?: Reach | undefined
  /** Whether a person has said that what is missing is gone. */
  readonly isConfirmed: boolean
  readonly commit: CommitRecords
}

const MIN_SHARE = 0.8
const MAX_BY_ID = 500
const SAMPLE = 50
const PAGE = 100

/**
 * Passes on the deletions of a sweep that has come to its end, or says why not.
 *
 * They are believed where the credential may still see what it could, at least four fifths of each kind were seen, and each
 * object that is missing is asked for by its id and not found, or missing in the list of its parent, read once more.
 *
 * @returns why some are held back; undefined where there are none, or all were passed on.
 */
export async function passOnDeletions(
  context: StreamContext,
  end: SweepEnd,
): Promise<{ readonly hold: Hold | undefined; readonly missing: readonly MissedCount[] }> {
  const missing = (await countMissed(context.store, missedBy(context, end))).filter(
    ({ missed }) => missed > 0,
  )
  if (missing.length === 0) return { hold: undefined, missing }
  const hold =
    (await judgeReach(context, end)) ??
    (end.isConfirmed ? undefined : (judgeCounts(missing) ?? judgeAdopted(missing))) ??
    (await judgeSample(context, end, missing)) ??
    (await removeMissed(context, end))
  return { hold, missing }
}

/** What a feed shows of deletions that it holds back. */
export function heldDeletions(
  { code, message }: Hold,
  missing: readonly MissedCount[],
  more: { readonly feed: string; readonly generation: number; readonly now: Date },
): HeldDeletions {
  return {
    code,
    message,
    remedy: `Check the credential's scopes and admin role (postern doctor); if the objects are really gone, run postern feed confirm-deletions ${more.feed}.`,
    missing: Object.fromEntries(missing.map(({ kind, missed }) => [kind, missed])),
    generation: more.generation,
    at: more.now.toISOString(),
  }
}

/** Whether so many objects can be missing without a person's word. */
function judgeCounts(counts: readonly MissedCount[]): Hold | undefined {
  const shrunk = counts.find(({ seen, missed }) => seen < MIN_SHARE * (seen + missed))
  if (shrunk === undefined) return undefined
  const { kind, seen, missed } = shrunk
  return {
    code: 'deletions_unlikely',
    message: `Of ${seen + missed} objects of kind ${kind}, the org showed ${seen}: that ${missed} were deleted at once is not believed.`,
  }
}

/** What another feed saw, perhaps with another admin role, is not known to have been in sight of this one. */
function judgeAdopted(counts: readonly MissedCount[]): Hold | undefined {
  const found = counts.find(({ adopted }) => adopted > 0)
  if (found === undefined) return undefined
  return {
    code: 'deletions_unconfirmed',
    message: `${found.adopted} objects of kind ${found.kind} that an earlier feed left in the store are missing, and whether this one ever saw them is not known.`,
  }
}

async function judgeReach(
  context: StreamContext,
  { reach, trusted = reach, isConfirmed }: SweepEnd,
): Promise<Hold | undefined> {
  const now = await readReach(context)
  const lost = lostReach(reach, now) ?? (isConfirmed ? undefined : lostReach(trusted, now))
  if (lost === undefined) return undefined
  return {
    code: 'deletions_reach_lost',
    message: `The credential lost ${lost}: what it does not see any more may be there.`,
  }
}

/** Where too many are missing to ask for each: whether some of them, asked for, are gone, and a person says so too. */
async function judgeSample(
  context: StreamContext,
  end: SweepEnd,
  missing: readonly MissedCount[],
): Promise<Hold | undefined> {
  const count = missing.reduce((sum, { missed }) => sum + missed, 0)
  if (count <= MAX_BY_ID) return undefined
  const kinds = mirroredOf(context).kinds.filter(({ path }) => path !== undefined)
  const sample = await dueOf(context, kinds, end, SAMPLE)
  const answers = await askFor(context, sample)
  const { gone } = await sortGone(context, sample, answers, end.generation)
  if (gone.length < sample.length) {
    return {
      code: 'deletions_unconfirmed',
      message: `${count} objects are missing, and of ${sample.length} that were asked for by their ids only ${gone.length} are gone.`,
    }
  }
  if (end.isConfirmed) return undefined
  return {
    code: 'deletions_too_many',
    message: `${count} objects are missing, more than the ${MAX_BY_ID} that are each asked for by their ids; ${sample.length} were, and are gone.`,
  }
}

/** Asks for what is missing, and removes what is gone, until nothing is left. */
async function removeMissed(context: StreamContext, end: SweepEnd): Promise<Hold | undefined> {
  const { kinds } = mirroredOf(context)
  const byId = kinds.filter(({ path }) => path !== undefined)
  const byList = kinds.filter(({ path }) => path === undefined)
  for (;;) {
    context.signal.throwIfAborted()
    const due = await dueOf(context, byId, end, PAGE)
    if (due.length === 0) break
    const answers = await askFor(context, due)
    const found = answers.flatMap(({ found: one }) => (typeof one === 'object' ? [one] : []))
    const hashed = hashObjects(mirroredOf(context), found)
    const { gone, doubtful } = await sortGone(context, due, answers, end.generation)
    await end.commit(async (): Promise<readonly FeedRecord[]> => {
      const sight = { isCurrent: true, generation: end.generation, isComplete: true }
      const upserts = await takePage(context, hashed, sight)
      return [...upserts, ...(await takeDeletions(context, gone))]
    })
    if (doubtful.length > 0) return unreadable(doubtful.length)
  }
  return rereadLists(context, byList, end)
}

/** Reads the lists in which objects are missing once more. */
async function rereadLists(
  context: StreamContext,
  kinds: readonly ObjectKind[],
  end: SweepEnd,
): Promise<Hold | undefined> {
  const { store, feed, org, signal } = context
  if (kinds.length === 0) return undefined
  const missed = { ...missedBy(context, end), kinds: kinds.map(({ name }) => name) }
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const some = await listMissed(store, missed, PAGE)
    if (some.length === 0) return undefined
    const left = (await countMissed(store, missed)).reduce((sum, one) => sum + one.missed, 0)
    if (left >= before) return unreadable(left)
    before = left
    const parents = some.map(({ kind, parent }) => ({ kind, id: parent ?? '' }))
    await end.commit(async () => {
      await addRereads(store, feed.id, parents, { dueAt: org.authorizer.now() })
      return []
    })
    const { commit, generation } = end
    await rereadDue(context, { commit, generation, seenBy: generation })
    signal.throwIfAborted()
  }
}

async function dueOf(
  context: StreamContext,
  kinds: readonly ObjectKind[],
  end: SweepEnd,
  limit: number,
) {
  if (kinds.length === 0) return []
  const missed = { ...missedBy(context, end), kinds: kinds.map(({ name }) => name) }
  const rows = await listMissed(context.store, missed, limit)
  return rows.flatMap((key) => {
    const kind = kinds.find(({ name }) => name === key.kind)
    return kind === undefined ? [] : [{ kind, key: { kind: key.kind, id: key.id } }]
  })
}

function missedBy({ feed }: StreamContext, { generation, startedAt }: SweepEnd): MissedBy {
  const { kinds }: Mirrored = mirroredOf({ feed })
  const names = kinds.map(({ name }) => name)
  return { feedId: feed.id, kinds: names, generation, since: startedAt }
}

function unreadable(count: number): Hold {
  return {
    code: 'deletions_unconfirmed',
    message: `${count} objects are missing, and the org does not say that they are gone: the admin role may not cover them any more.`,
  }
}
