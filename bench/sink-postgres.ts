/**
 * @module A page of users into PostgreSQL (figure P8): the sink beside bare statements on a connection of their own, into
 * tables that are empty, that have the same users, and that have all of them changed; and how many rows a complete read
 * rewrites in which nothing changed. `npm run sink-postgres -w bench [-- --write]`.
 */

import { readRecords, Secret } from '@postern/core'
import { startOrg } from '@postern/emulator'
import pg from 'pg'
import { batchId, changeRecord, type FeedRecord } from '../packages/postern/src/sinks/record.ts'
import { getSinkKind } from '../packages/postern/src/sinks/registry.ts'
import type { Sink } from '../packages/postern/src/sinks/sink.ts'
import { startPostgres, urlOf } from '../test/postgres.ts'
import { type Case, measure } from './measure.ts'
import { report } from './report.ts'

const rounds = 7
const pageUsers = 200
const pages = 50
const users = pageUsers * pages

/** A page, as each of the cases is given it. */
interface Page {
  readonly body: string
  readonly records: readonly FeedRecord[]
}

/** One way into the database: writes pages, numbered through. */
interface Way {
  readonly name: string
  readonly table: string
  readonly write: (page: Page, seq: number) => Promise<unknown>
}

const emulated = await startOrg({ users: pageUsers + 20, edition: 'unlimited' })
const answer = await fetch(`${emulated.url}/api/v1/users?limit=${pageUsers}`, {
  headers: { authorization: `SSWS ${emulated.adminToken}` },
})
const templates = readRecords(new Uint8Array(await answer.arrayBuffer())).map((record) =>
  Buffer.from(record).toString('utf8'),
)
await emulated.close()

const before = pagesOf('before')
const after = pagesOf('after')

const postgres = await startPostgres()
const url = urlOf(postgres.server, postgres.server.superuser, 'postgres')
const client = new pg.Client(url)
await client.connect()
await client.query(`create table bare_json
  (conn text, id text, body json not null, primary key (conn, id))`)
await client.query(`create table bare_columns (conn text, id text, status text, login text, email text, first_name text,
  last_name text, created timestamptz, last_updated timestamptz, status_changed timestamptz,
  last_login timestamptz, body json not null, primary key (conn, id))`)

let sink = await openSink()
const ways: readonly Way[] = [
  {
    name: 'bare statement, the same columns',
    table: 'bare_columns',
    write: ({ body }) =>
      client.query({
        name: 'columns',
        text: `insert into bare_columns as kept
          select 'c1', x->>'id', x->>'status', x->'profile'->>'login', x->'profile'->>'email',
            x->'profile'->>'firstName', x->'profile'->>'lastName', (x->>'created')::timestamptz,
            (x->>'lastUpdated')::timestamptz, (x->>'statusChanged')::timestamptz,
            (x->>'lastLogin')::timestamptz, x
          from json_array_elements($1::json) x
          on conflict (conn, id) do update set status = excluded.status, login = excluded.login,
            email = excluded.email, first_name = excluded.first_name, last_name = excluded.last_name,
            created = excluded.created, last_updated = excluded.last_updated,
            status_changed = excluded.status_changed, last_login = excluded.last_login,
            body = excluded.body
          where kept.body::text is distinct from excluded.body::text`,
        values: [body],
      }),
  },
  {
    name: 'bare statement, id and JSON only',
    table: 'bare_json',
    write: ({ body }) =>
      client.query({
        name: 'json',
        text: `insert into bare_json as kept
          select 'c1', x->>'id', x from json_array_elements($1::json) x
          on conflict (conn, id) do update set body = excluded.body
          where kept.body::text is distinct from excluded.body::text`,
        values: [body],
      }),
  },
  {
    name: 'sink',
    table: 'okta.users',
    write: ({ records }, seq) =>
      sink.write(
        {
          feed: { id: 'bench', name: 'bench' },
          connection: 'bench',
          org: 'bench.okta.com',
          input: 'users',
          seq,
          id: batchId('bench', seq, records),
          readAt: new Date(),
          replay: false,
          records,
        },
        seq === 1 ? {} : { position: { seq: seq - 1 } },
      ),
  },
]

const seqs = new Map<Way, number>()
const page = before[0]
for (const way of ways) if (page !== undefined) await writePages(way, [page])

try {
  report('sink-postgres', 'npm run sink-postgres -w bench -- --write', [
    await figuresFor('new', { standing: [], written: before }),
    await figuresFor('the same', { standing: before, written: before }),
    await figuresFor('all changed', { standing: before, written: after }),
    { columns: ['a complete read of', 'rows updated'], rows: [await rewritten()] },
  ])
} finally {
  await sink.close()
  await client.end()
  await postgres.stop()
}

/** Users a second, written over those that stand there. */
async function figuresFor(
  what: string,
  { standing, written }: { readonly standing: readonly Page[]; readonly written: readonly Page[] },
) {
  const cases = ways.map(
    (way): Case => ({
      name: way.name,
      run: async () => {
        await client.query(`truncate ${way.table}`)
        await writePages(way, standing)
        await client.query('checkpoint')
        const start = performance.now()
        await writePages(way, written)
        return (users * 1_000) / (performance.now() - start)
      },
    }),
  )
  const title = `${users} users, ${what}, ${pageUsers} a page`
  return { title, unit: 'users/s', digits: 0, figures: await measure(cases, rounds) }
}

async function writePages(way: Way, all: readonly Page[]): Promise<void> {
  for (const one of all) {
    const seq = (seqs.get(way) ?? 0) + 1
    seqs.set(way, seq)
    await way.write(one, seq)
  }
}

/** How many rows the server says were updated by a read of the users that are there already. */
async function rewritten(): Promise<readonly [string, number]> {
  const [, , way] = ways
  if (way === undefined) throw new Error('There is no sink.')
  await client.query(`truncate ${way.table}`)
  await writePages(way, before)
  const updatedBefore = await updatedRows()
  await writePages(way, before)
  return [`${users} users in which nothing changed`, (await updatedRows()) - updatedBefore]
}

/** A server process tells what it counted when its connection ends, and before that when it likes. */
async function updatedRows(): Promise<number> {
  await sink.close()
  while (await isConnected()) await new Promise((resolve) => setTimeout(resolve, 20))
  sink = await openSink()
  const { rows } = await client.query<{ n: string }>(
    `select n_tup_upd as n from pg_stat_user_tables where schemaname = 'okta' and relname = 'users'`,
  )
  return Number(rows[0]?.n)
}

async function isConnected(): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_stat_activity where application_name = 'postern'`,
  )
  return rows.length > 0
}

function pagesOf(state: string): readonly Page[] {
  return Array.from({ length: pages }, (_, number) => {
    const texts = templates.map((text, index) => {
      const id = `00u${String(number * pageUsers + index).padStart(17, '0')}`
      return { id, text: text.replace(/"id":"[^"]*"/, `"id":"${id}","state":"${state}"`) }
    })
    return {
      body: `[${texts.map(({ text }) => text).join(',')}]`,
      records: texts.map(({ id, text }) =>
        changeRecord(
          { op: 'upsert', kind: 'user', id, version: 1, hash: state, observedAt: new Date() },
          Buffer.from(text),
        ),
      ),
    }
  })
}

async function openSink(): Promise<Sink> {
  const kind = getSinkKind('postgres')
  return kind.open({
    settings: kind.settings.parse({}),
    secrets: { url: new Secret(url) },
    sink: { id: 'bench', name: 'bench' },
    get store(): never {
      throw new Error('This sink needs no store.')
    },
    transport: () => Promise.reject(new Error('This sink needs no way to the network.')),
    clock: { now: () => new Date(), monotonicMs: () => 0, sleep: () => Promise.resolve() },
    dev: true,
  })
}
