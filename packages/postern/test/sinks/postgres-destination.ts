/** @module A database for tests of the PostgreSQL sink. */

import { Secret } from '@postern/core'
import pg from 'pg'
import { afterAll } from 'vitest'
import { newDatabase, type TestDatabase } from '../../../../test/stores.ts'
import type { RecordKind } from '../../src/sinks/record.ts'
import { type Destination, destinationOf, type Held } from './destination.ts'

/** A database of the PostgreSQL sink, and a client that looks at it. */
export interface PostgresDestination extends Destination {
  readonly client: pg.Client
  readonly url: string
}

const OBJECTS: readonly (readonly [kind: RecordKind, table: string, id: string])[] = [
  ['user', 'users', 'id'],
  ['group', 'groups', 'id'],
  ['group-member', 'group_members', "group_id || '/' || user_id"],
  ['app', 'apps', 'id'],
  ['app-user', 'app_users', "app_id || '/' || user_id"],
  ['app-group', 'app_groups', "app_id || '/' || group_id"],
]

// One for the file; each destination begins with nothing in it.
let database: TestDatabase | undefined

afterAll(async () => {
  await database?.drop()
  database = undefined
})

/** Starts with an empty database. */
export async function startPostgres(): Promise<PostgresDestination> {
  database ??= await newDatabase('empty')
  const { url } = database
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  await client.query('drop schema if exists okta cascade')
  return {
    ...destinationOf('postgres', { settings: {}, secrets: { url: new Secret(url) } }),
    client,
    url,
    read: () => read(client),
    dump: () => dump(client),
    break: async () => {
      await client.query('drop schema if exists okta cascade')
      await client.query('create schema okta create table users (id integer)')
    },
    close: () => client.end(),
  }
}

async function read(client: pg.Client): Promise<readonly Held[]> {
  const { rows: found } = await client.query("select from pg_namespace where nspname = 'okta'")
  if (found.length === 0) return []
  const texts = [
    `select 'event' as kind, uuid as id, json::text as raw from okta.events order by batch_seq, batch_index, org`,
    ...OBJECTS.map(
      ([kind, table, id]) =>
        `select '${kind}' as kind, ${id} as id, json::text as raw from okta.${table} order by 2`,
    ),
  ]
  const held: Held[] = []
  for (const text of texts) {
    const { rows } = await client.query<Held & { readonly raw: string }>(text)
    held.push(...rows.map((row) => ({ ...row, raw: Buffer.from(row.raw).toString('latin1') })))
  }
  return held
}

async function dump(client: pg.Client): Promise<string> {
  const { rows: names } = await client.query<{ name: string }>(
    `select nspname || '.' || relname as name from pg_class
     join pg_namespace n on n.oid = relnamespace
     where nspname not like 'pg\\_%' and nspname <> 'information_schema' order by 1`,
  )
  const { rows: schemas } = await client.query('select nspname from pg_namespace order by 1')
  const kept = names.some(({ name }) => name === 'okta.feed_offset')
    ? (await client.query('select * from okta.feed_offset order by 1')).rows
    : []
  return JSON.stringify([schemas, names, kept, await read(client)])
}
