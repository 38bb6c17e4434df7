/** @module What happens to a PostgreSQL server, and to the way to it, while a feed runs; and how it is done. */

import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import pg from 'pg'
import type { Cut, DatabaseWay } from '../../../../test/database-way.ts'
import { type PostgresDeed, type StartedPostgres, urlOf } from '../../../../test/postgres.ts'
import { anyStep, someEvents } from './any-step.ts'
import type { Step } from './steps.ts'

/** What happens to a database. */
export type DatabaseTrouble =
  | {
      readonly kind: 'restart'
      readonly deed: Extract<PostgresDeed, `restart ${string}` | 'kill backend'>
    }
  /** Every connection is ended, as an administrator would. */
  | { readonly kind: 'ended' }
  /** Every process of the server stands still. */
  | { readonly kind: 'frozen'; readonly forMs: number }
  /** Nothing comes through, either way, and nobody is told. */
  | { readonly kind: 'silent'; readonly forMs: number }
  /** Nobody is let in. */
  | { readonly kind: 'closed'; readonly forMs: number }
  /** It can be read alone, as one that others have taken over from. */
  | { readonly kind: 'read-only'; readonly forMs: number }
  | { readonly kind: 'cut'; readonly cut: Cut }

/** When it happens, and what. */
export interface DatabaseFault {
  readonly trouble: DatabaseTrouble
  readonly step: Step
  /** At its how many-th; where a run does not come to it, at the end of the run. */
  readonly nth: number
  /** Whether the run stands still at the step meanwhile, where it can. */
  readonly waits: boolean
  /** How many events there are to read. */
  readonly events: number
}

/** Longer than any time-out on the way to a database. */
const TOO_LONG_MS = 75_000

const restart = fc.record({
  kind: fc.constant('restart' as const),
  deed: fc.constantFrom(
    'restart fast' as const,
    'restart immediate' as const,
    'kill backend' as const,
  ),
})

const cut = fc.record({
  kind: fc.constant('cut' as const),
  cut: fc.record({
    at: fc.constantFrom('commit' as const, 'commit' as const, 'statement' as const),
    point: fc.constantFrom('before' as const, 'halfway' as const, 'after' as const),
  }),
})

/** What is over within seconds. */
export const anyTrouble: fc.Arbitrary<DatabaseTrouble> = fc.oneof(
  { weight: 3, arbitrary: restart },
  { weight: 3, arbitrary: cut },
  fc.constant({ kind: 'ended' as const }),
  lasting('frozen', 4_000),
  lasting('silent', 4_000),
  lasting('closed', 2_500),
  lasting('read-only', 1_500),
)

/**
 * Any fault. Now and then there is more than a page of events.
 *
 * @param options.isPatient - with a server, or a way, without a word for longer than anybody waits: more than a minute each
 */
export function anyDatabaseFault({
  isPatient,
}: {
  readonly isPatient: boolean
}): fc.Arbitrary<DatabaseFault> {
  const silences = fc.record({
    kind: fc.constantFrom('frozen' as const, 'silent' as const),
    forMs: fc.constant(TOO_LONG_MS),
  })
  const quick = faultOf(anyTrouble)
  if (!isPatient) return quick
  return fc.oneof({ weight: 60, arbitrary: quick }, { weight: 1, arbitrary: faultOf(silences) })
}

/** Where trouble is made. */
export interface TroubledDatabases {
  readonly postgres: StartedPostgres
  /** The ways to what is on the server. */
  readonly ways: readonly DatabaseWay[]
}

/** Makes trouble. Resolves when it is over: a connection that is to be cut was cut. */
export async function makeTrouble(
  trouble: DatabaseTrouble,
  { postgres, ways }: TroubledDatabases,
): Promise<void> {
  switch (trouble.kind) {
    case 'restart':
      return postgres.suffer(trouble.deed)
    case 'ended':
      return asSuperuser(postgres, ways, endConnections)
    case 'frozen':
      await postgres.suffer('freeze')
      await sleep(trouble.forMs)
      return postgres.suffer('thaw')
    case 'silent':
    case 'closed':
      for (const way of ways) way.be(trouble.kind)
      await sleep(trouble.forMs)
      for (const way of ways) way.be('open')
      return
    case 'read-only':
      await asSuperuser(postgres, ways, (client, names) => beReadOnly(client, names, 'on'))
      await sleep(trouble.forMs)
      return asSuperuser(postgres, ways, (client, names) => beReadOnly(client, names, 'off'))
    case 'cut':
      await Promise.race(ways.map((way) => way.cutNext(trouble.cut)))
      for (const way of ways) way.cutNothing()
      return
  }
}

function lasting<Kind extends 'frozen' | 'silent' | 'closed' | 'read-only'>(
  kind: Kind,
  max: number,
) {
  return fc.record({ kind: fc.constant(kind), forMs: fc.integer({ min: 20, max }) })
}

function faultOf(troubles: fc.Arbitrary<DatabaseTrouble>): fc.Arbitrary<DatabaseFault> {
  return fc
    .record({ trouble: troubles, place: anyStep, waits: fc.boolean(), events: someEvents })
    .map(({ place: at, ...fault }) => ({ ...fault, ...at }))
}

type Named = (client: pg.Client, names: readonly string[]) => Promise<void>

async function asSuperuser(
  { server }: StartedPostgres,
  ways: readonly DatabaseWay[],
  work: Named,
): Promise<void> {
  const client = new pg.Client(urlOf(server, server.superuser, 'postgres'))
  await client.connect()
  try {
    const names = ways.map(({ url }) => new URL(url).pathname.slice(1))
    await work(client, names)
  } finally {
    await client.end()
  }
}

const endConnections: Named = async (client, names) => {
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1)',
    [names],
  )
}

async function beReadOnly(
  client: pg.Client,
  names: readonly string[],
  value: 'on' | 'off',
): Promise<void> {
  for (const name of names) {
    const database = client.escapeIdentifier(name)
    await client.query(`alter database ${database} set default_transaction_read_only = ${value}`)
  }
  await endConnections(client, names)
}
