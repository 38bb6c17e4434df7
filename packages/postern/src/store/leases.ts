/** @module The table of leases: what only one process may do at a time, and who does it. The database's clock decides. */

import { randomUUID } from 'node:crypto'
import { PosternError } from '@postern/core'
import { sql } from 'kysely'
import type { Store } from './store.ts'

/** A lease that was lost: what it was taken for is done by somebody else. */
class LeaseError extends PosternError<'lease_lost'> {
  override readonly name = 'LeaseError'
}

/** What only one process at a time does, for as long as it holds it. */
export interface Lease {
  /**
   * Aborts with a {@link LeaseError} when the lease is lost: this process did not run for longer than a lease holds, and another
   * one took it.
   */
  readonly signal: AbortSignal
  /**
   * Runs `work` in a transaction in which nobody can take the lease.
   *
   * @throws {LeaseError} `lease_lost` where somebody took it before.
   */
  transaction<Result>(work: () => Promise<Result>): Promise<Result>
  /** Gives the lease back with the last statement of the work, which deletes its row. Where it rejects, that is done later. */
  giveBack(last: (row: LeaseRow) => Promise<void>): Promise<void>
}

/** The row of a lease, as long as its holder has it. */
export interface LeaseRow {
  readonly name: string
  readonly holder: string
}

/** What is done while a lease is held. */
export interface LeasedWork<Begun, Result> {
  /** In the transaction that takes the lease. Where it rejects, the lease is not taken. */
  readonly begin: () => Promise<Begun>
  readonly go: (lease: Lease, begun: Begun) => Promise<Result>
}

/** Options of {@link withLease}. */
export interface LeaseOptions {
  /** How long the lease holds without a sign of life. Default 30. */
  readonly seconds?: number
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_SECONDS = 30
const RELEASE_EVERY_MS = 1_000
const SLACK_SECONDS = 60

/**
 * Runs `work` while this process holds the lease of a name, and renews it meanwhile. A process that was killed holds it until
 * its time is over.
 *
 * @returns undefined, and `work` was not run, where another process, or another call of this one, holds it.
 */
export async function withLease<Result>(
  store: Store,
  name: string,
  work: (lease: Lease) => Promise<Result>,
  options: LeaseOptions = {},
): Promise<{ readonly result: Result } | undefined> {
  const row = { name, holder: randomUUID() }
  if (!(await takeLease(store, row, secondsOf(options)))) return undefined
  return hold(store, row, work, options)
}

/** The same for work that begins in the transaction that takes the lease. */
export async function beginWithLease<Begun, Result>(
  store: Store,
  name: string,
  { begin, go }: LeasedWork<Begun, Result>,
  options: LeaseOptions = {},
): Promise<{ readonly result: Result } | undefined> {
  const row = { name, holder: randomUUID() }
  const seconds = secondsOf(options)
  let isBegun = false
  const taken = await store
    .transaction(async () => {
      isBegun = false
      if (!(await takeLease(store, row, seconds))) return undefined
      const begun = await begin()
      isBegun = true
      return { begun }
    })
    .catch((error: unknown) => {
      // What was to be committed may have been, though nobody said so.
      if (isBegun) releaseLater(store, row, seconds)
      throw error
    })
  if (taken === undefined) return undefined
  return hold(store, row, (lease) => go(lease, taken.begun), options)
}

function secondsOf({ seconds = DEFAULT_SECONDS }: LeaseOptions): number {
  return seconds
}

/** Works while a lease that was taken is renewed, and gives it back. */
async function hold<Result>(
  store: Store,
  row: LeaseRow,
  work: (lease: Lease) => Promise<Result>,
  options: LeaseOptions,
): Promise<{ readonly result: Result }> {
  const seconds = secondsOf(options)
  const lost = new AbortController()
  const lose = () => lost.abort(leaseLost(row.name))
  let renewing: Promise<unknown> = Promise.resolve()
  const renewal = setInterval(
    () => {
      // A database that does not answer now may do so before the time is over; the next transaction shows it.
      const taking = takeLease(store, row, seconds).then(
        (isOurs) => isOurs || lose(),
        () => undefined,
      )
      const before = renewing
      renewing = taking.then(() => before)
    },
    (seconds * 1_000) / 3,
  )
  renewal.unref()
  const stopRenewing = async () => {
    clearInterval(renewal)
    // One that came behind the release would take the lease anew, for nobody.
    await renewing
  }
  const { signal } = lost
  let isGivenBack = false
  const lease: Lease = {
    signal: options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
    transaction: (inside) =>
      store.transaction(async () => {
        if (!(await isHeld(store, row))) lose()
        signal.throwIfAborted()
        return inside()
      }),
    giveBack: async (last) => {
      await stopRenewing()
      await last(row)
      isGivenBack = true
    },
  }
  try {
    return { result: await work(lease) }
  } finally {
    if (!isGivenBack) {
      await stopRenewing()
      await releaseLease(store, row).catch(() => releaseLater(store, row, seconds))
    }
  }
}

function leaseLost(name: string): LeaseError {
  return new LeaseError('lease_lost', `The lease "${name}" was taken by another process.`, {
    remedy: 'Let that one go on; run this one again when it has ended.',
    details: { lease: name },
  })
}

/** Takes a lease, or renews one's own. False while somebody else holds it. */
async function takeLease(
  store: Store,
  { name, holder }: LeaseRow,
  seconds: number,
): Promise<boolean> {
  const until = sql<Date>`now() + ${seconds} * interval '1 second'`
  // Nobody takes one for so long: the database's clock was set back since, and a dead holder would hold it until it is as late again.
  const longest = sql<Date>`now() + ${seconds + SLACK_SECONDS} * interval '1 second'`
  const taken = await store.db
    .insertInto('lease')
    .values({ name, holder, until })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder, until })
        .where((where) =>
          where.or([
            where('lease.holder', '=', holder),
            where('lease.until', '<', sql<Date>`now()`),
            where('lease.until', '>', longest),
          ]),
        ),
    )
    .returning('name')
    .executeTakeFirst()
  return taken !== undefined
}

/** Whether it is still ours, and stays so until the transaction ends. */
async function isHeld(store: Store, { name, holder }: LeaseRow): Promise<boolean> {
  const row = await store.db
    .selectFrom('lease')
    .select('holder')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst()
  return row?.holder === holder
}

async function releaseLease(store: Store, { name, holder }: LeaseRow): Promise<void> {
  await store.db.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder).execute()
}

/**
 * Gives a lease back as soon as the database answers again: others need not wait until it ends by itself. Returns at once, and
 * keeps no process alive.
 */
function releaseLater(store: Store, row: LeaseRow, seconds: number): void {
  let left = seconds
  const again = async (): Promise<void> => {
    try {
      await releaseLease(store, row)
    } catch {
      left--
      if (left > 0) setTimeout(again, RELEASE_EVERY_MS).unref()
    }
  }
  setTimeout(again, RELEASE_EVERY_MS).unref()
}
