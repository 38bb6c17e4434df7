/** @module The table of leases: what only one process may do at a time, and who does it. The database's clock decides. */

import { randomUUID } from 'node:crypto'
import { PosternError } from '@postern/core'
import { sql } from 'kysely'
import type { Store } from './store.ts'

/** A lease that was lost: what it was taken for is done by somebody else. */
export class LeaseError extends PosternError<'lease_lost'> {
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
  const { seconds = DEFAULT_SECONDS } = options
  const holder = randomUUID()
  if (!(await takeLease(store, name, { holder, seconds }))) return undefined
  const lost = new AbortController()
  const lose = () => lost.abort(leaseLost(name))
  let renewing: Promise<unknown> = Promise.resolve()
  const renewal = setInterval(
    () => {
      // A database that does not answer now may do so before the time is over; the next transaction shows it.
      const taking = takeLease(store, name, { holder, seconds }).then(
        (isOurs) => isOurs || lose(),
        () => undefined,
      )
      const before = renewing
      renewing = taking.then(() => before)
    },
    (seconds * 1_000) / 3,
  )
  renewal.unref()
  const { signal } = lost
  const lease: Lease = {
    signal: options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
    transaction: (inside) =>
      store.transaction(async () => {
        if (!(await isHeld(store, name, holder))) lose()
        signal.throwIfAborted()
        return inside()
      }),
  }
  try {
    return { result: await work(lease) }
  } finally {
    clearInterval(renewal)
    // One that came behind the release would take the lease anew, for nobody.
    await renewing
    await releaseLease(store, name, holder).catch(() =>
      releaseLater(store, name, { holder, seconds }),
    )
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
  name: string,
  { holder, seconds }: { readonly holder: string; readonly seconds: number },
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
async function isHeld(store: Store, name: string, holder: string): Promise<boolean> {
  const row = await store.db
    .selectFrom('lease')
    .select('holder')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst()
  return row?.holder === holder
}

async function releaseLease(store: Store, name: string, holder: string): Promise<void> {
  await store.db.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder).execute()
}

/**
 * Gives a lease back as soon as the database answers again: others need not wait until it ends by itself. Returns at once, and
 * keeps no process alive.
 */
function releaseLater(
  store: Store,
  name: string,
  { holder, seconds }: { readonly holder: string; readonly seconds: number },
): void {
  let left = seconds
  const again = async (): Promise<void> => {
    try {
      await releaseLease(store, name, holder)
    } catch {
      left--
      if (left > 0) setTimeout(again, RELEASE_EVERY_MS).unref()
    }
  }
  setTimeout(again, RELEASE_EVERY_MS).unref()
}
