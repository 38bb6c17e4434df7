/** @module A feed of objects at an emulated org, run step by step on a clock that the test moves. */

import { randomUUID } from 'node:crypto'
import type { InputName, JsonObject, Org } from '@postern/core'
import type { StartOptions } from '@postern/emulator'
import { type EmulatedOrg, emulatedOrg } from '../../../../test/emulated-org.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import type { SpoolWriter, StreamContext } from '../../src/feeds/stream.ts'
import { streamsOf } from '../../src/feeds/streams.ts'
import { type FeedRecord, readLine } from '../../src/sinks/record.ts'
import { putStreamState, readStreamStates } from '../../src/store/feed-streams.ts'
import { readHeldDeletions } from '../../src/store/held-deletions.ts'
import type { Store } from '../../src/store/store.ts'
import { keepFeed } from './stored-feed.ts'

/** A change that a run passed on: `upsert user 00u… 1`. */
export type Change = `${FeedRecord['op']} ${string} ${string} ${number}`

/** What a run did. */
export interface Ran {
  readonly changes: readonly Change[]
  readonly records: readonly FeedRecord[]
  readonly notes: readonly string[]
  readonly more: boolean
  /** The code of the error that ended it. */
  readonly failed: unknown
}

/** How a run goes. */
export interface RunOptions {
  readonly org?: Org
  /** Ends the run, as its budget does, after so many pages. */
  readonly pages?: number
  /** How much time passed since the run before. Default 11 minutes: behind the overlap and the second reading. */
  readonly afterMs?: number
}

/** A feed at an org. */
export interface ObjectFeed {
  readonly feedId: string
  readonly emulated: EmulatedOrg
  readonly clock: TestClock
  run(options?: RunOptions): Promise<Ran>
  /** What the sinks would have by now: the last change of each object, unless it is gone. */
  readonly delivered: ReadonlyMap<string, FeedRecord>
  /** How many commits brought a batch. */
  readonly batches: number
  state(stream: string): Promise<JsonObject | undefined>
  held(): ReturnType<typeof readHeldDeletions>
}

/** Time for the index, the log and the second reading. */
const SETTLED_MS = 11 * 60_000

/** The time between two sweeps. */
export const SWEEP_MS = 27 * 3_600_000

/** An org with people in it, on a clock that the test moves. */
export async function orgOnClock(options: StartOptions = {}): Promise<{
  readonly emulated: EmulatedOrg
  readonly clock: TestClock
}> {
  const clock = new TestClock(new Date('2026-03-30T08:00:00Z'))
  const start = { users: 12, groups: 3, apps: 2, edition: 'unlimited', keyType: 'EC' } as const
  const emulated = await emulatedOrg({ ...start, ...options, clock }, { clock })
  clock.advance(SETTLED_MS)
  return { emulated, clock }
}

/** A feed of one input, whose runs are made by hand. */
export async function objectFeed(
  store: Store,
  { emulated, clock }: { readonly emulated: EmulatedOrg; readonly clock: TestClock },
  input: InputName,
): Promise<ObjectFeed> {
  const feedId = randomUUID()
  const name = `of-${feedId}`
  await keepFeed(store, { id: feedId, name, input }, { now: clock.now() })
  const delivered = new Map<string, FeedRecord>()
  let batches = 0
  const readState = async (stream: string) => (await readStreamStates(store, feedId)).get(stream)
  const run = async (options: RunOptions = {}): Promise<Ran> => {
    const { org = emulated.app, pages = Number.POSITIVE_INFINITY, afterMs = SETTLED_MS } = options
    clock.advance(afterMs)
    const records: FeedRecord[] = []
    const notes: string[] = []
    const stop = new AbortController()
    let pagesRead = 0
    const spool: SpoolWriter = {
      readState,
      commit: async (stream, work) => {
        const commit = await store.transaction(async () => {
          const { state, records: found } = await work(0)
          await putStreamState(store, { feedId, name: stream, state }, clock.now())
          return { records: found }
        })
        if (commit.records.length > 0) batches++
        for (const { line } of commit.records) records.push(readLine(line, 'change'))
      },
    }
    const context: StreamContext = {
      feed: { id: feedId, name, input, settings: {} },
      org,
      clientId: emulated.credential.clientId,
      store,
      spool,
      clock,
      signal: stop.signal,
      onRead: () => {
        if (++pagesRead >= pages) stop.abort(new Error('The time of the run is over.'))
      },
      isVerifyAsked: false,
      note: (sentence) => notes.push(sentence),
    }
    let more = false
    let failed: unknown
    try {
      for (const stream of streamsOf(input)) {
        more = (await stream.read(context)).more || more
      }
    } catch (error) {
      failed = error instanceof Error && 'code' in error ? error.code : error
    }
    for (const record of records) {
      const key = `${record.kind} ${record.id}`
      if (record.op === 'delete') delivered.delete(key)
      else delivered.set(key, record)
    }
    const changes = records.map(({ op, kind, id, version = 0 }): Change => {
      return `${op} ${kind} ${id} ${version}`
    })
    return { changes, records, notes, more, failed }
  }
  return {
    feedId,
    emulated,
    clock,
    run,
    delivered,
    get batches() {
      return batches
    },
    state: readState,
    held: () => readHeldDeletions(store, feedId),
  }
}

/** What an org has now, asked for by an administrator in the plainest way: ids of the kinds of an input. */
export async function idsInOrg(
  { running, admin }: EmulatedOrg,
  input: InputName,
): Promise<readonly string[]> {
  const list = async (path: string) => {
    const ids: string[] = []
    for await (const found of admin.list(path, { limit: 200 })) {
      ids.push((found as { readonly id: string }).id)
    }
    return ids
  }
  const behind = async (kind: string, parents: readonly string[], pathOf: (id: string) => string) =>
    (
      await Promise.all(
        parents.map(async (parent) =>
          (await list(pathOf(parent))).map((id) => `${kind} ${parent}/${id}`),
        ),
      )
    ).flat()
  const of = async () => {
    // Not through lists: those of users and groups come from an index.
    if (input === 'users') return [...running.org.users].map(({ id }) => `user ${id}`)
    const groups = [...running.org.groups].map(({ id }) => id)
    if (input === 'groups') return groups.map((id) => `group ${id}`)
    if (input === 'group-members') {
      return behind('group-member', groups, (id) => `/api/v1/groups/${id}/users`)
    }
    const apps = await list('/api/v1/apps')
    if (input === 'apps') return apps.map((id) => `app ${id}`)
    const users = await behind('app-user', apps, (id) => `/api/v1/apps/${id}/users`)
    return [...users, ...(await behind('app-group', apps, (id) => `/api/v1/apps/${id}/groups`))]
  }
  return (await of()).toSorted()
}
