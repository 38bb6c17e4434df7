/** @module Sinks whose other side falls ill and loses things: each with the real server, database or folder behind it. */

import { mkdtemp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Transport } from '@postern/core'
import { sql } from 'kysely'
import pg from 'pg'
import { newDatabase, type TestDatabase } from '../../../../test/stores.ts'
import { createOutboundTransport } from '../../src/http/outbound.ts'
import type { Store } from '../../src/store/store.ts'
import { accessKey, bucket, startStorage, type TestStorage } from '../sinks/storage.ts'
import { openBulkSink, openCollectorSink } from './ailing-receivers.ts'
import type { AilingKind } from './ailments.ts'
import { jsonlSink, type ProvenSink, webhookSink } from './held.ts'
import { IllWay } from './ill-way.ts'
import { readObjects, readTable } from './proven-sinks.ts'
import { everySecond, startReceiver, type WebhookReceiver } from './receiver.ts'
import { fullFor } from './steps.ts'

/** How a sink is opened. */
export interface AilingOptions {
  /** Of the case, for names that no other case has. */
  readonly number: number
  /** Whether it falls ill: it is then given little time, and is reached by a name. */
  readonly isIll: boolean
  readonly rotateDaily?: boolean
}

// One that is silent is not waited for longer than a test lasts.
const ILL_TIMEOUT_MS = 500

/** The other sides of all sinks of a file. */
export class OtherSides {
  readonly #folder: string
  readonly #store: Store
  readonly receiver: WebhookReceiver
  readonly #storage: TestStorage
  readonly #database: TestDatabase
  #unknown = 0
  /** The way to receivers, whose names are not found while one is ill. */
  readonly outbound: Transport = createOutboundTransport({
    dev: true,
    resolve: async () => {
      if (this.#unknown-- > 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' })
      return [{ address: '127.0.0.1', family: 4 }]
    },
  })

  private constructor(parts: {
    readonly folder: string
    readonly store: Store
    readonly receiver: WebhookReceiver
    readonly storage: TestStorage
    readonly database: TestDatabase
  }) {
    this.#folder = parts.folder
    this.#store = parts.store
    this.receiver = parts.receiver
    this.#storage = parts.storage
    this.#database = parts.database
  }

  /** Opens them. @param store - what the sink `store` writes to */
  static async open(folder: string, store: Store): Promise<OtherSides> {
    const receiver = await startReceiver()
    const storage = await startStorage()
    const database = await newDatabase('empty')
    return new OtherSides({ folder, store, receiver, storage, database })
  }

  async close(): Promise<void> {
    await this.receiver.close()
    await this.#storage.close()
    await this.#database.drop()
  }

  /** Opens a sink that nobody else has. */
  openSink(kind: AilingKind, options: AilingOptions): Promise<ProvenSink> {
    switch (kind) {
      case 'files':
        return this.#openFiles(options)
      case 'tables':
        return this.#openTables(options)
      case 'store':
        return this.#openStore(options)
      case 'objects':
        return this.#openObjects(options)
      case 'webhook':
        return this.#openOver(options, this.receiver.url, async (url, settings) => {
          const sink = webhookSink(this.receiver, `webhook-${options.number}`)
          const { members } = sink
          return {
            ...sink,
            members: { ...members, settings: { ...members.settings, ...settings, url } },
            lose: async (feed) => this.receiver.lose(feed),
          }
        })
      case 'splunk':
        return openCollectorSink(options.number, (to, make) => this.#openOver(options, to, make))
      case 'elasticsearch':
        return openBulkSink(options.number, (to, make) => this.#openOver(options, to, make))
    }
  }

  /** A sink that is reached over a way of its own. */
  async #openOver(
    { isIll }: AilingOptions,
    to: string,
    make: (url: string, settings: { readonly timeoutMs?: number }) => Promise<ProvenSink>,
  ): Promise<ProvenSink> {
    const way = await IllWay.open(to)
    const url = way.through(to, isIll ? 'localhost' : '127.0.0.1')
    const sink = await make(url, isIll ? { timeoutMs: ILL_TIMEOUT_MS } : {})
    return {
      ...sink,
      ail: async ({ kind, ...ailment }) => {
        switch (kind) {
          case 'unknown-host':
            this.#unknown = ailment.connections
            return
          case 'away':
          case 'in-the-way':
          case 'full':
          case 'gone':
          case 'gives-way':
          case 'busy-for-some':
          case 'refuses-some':
            return sink.ail?.({ kind, ...ailment })
          default:
            return way.ail({ kind, ...ailment })
        }
      },
      heal: async () => {
        this.#unknown = 0
        await way.heal()
        await sink.heal?.()
      },
      close: async () => {
        await way.close()
        await sink.close?.()
      },
    }
  }

  async #openFiles({ number, rotateDaily = false }: AilingOptions): Promise<ProvenSink> {
    const disk = await mkdtemp(path.join(this.#folder, 'disk-'))
    const [mount, away] = [path.join(disk, 'mounted'), path.join(disk, 'away')]
    const { name, read, ...sink } = await jsonlSink(mount, `files-${number}`)
    const { path: folder = '' } = sink.members.settings as { readonly path?: string }
    let isAway = false
    const filesOf = async (feed: string) =>
      (await readdir(path.join(folder, feed)))
        .toSorted()
        .map((file) => path.join(folder, feed, file))
    return {
      ...{ ...sink, name },
      members: { ...sink.members, settings: { ...sink.members.settings, rotateDaily } },
      ail: async ({ kind, connections }) => {
        if (kind === 'full') fullFor.writes = connections
        // Before its first batch nobody can know that a disk should be there.
        else if (!isAway && (await this.#hasConfirmed(name))) {
          isAway = true
          await rename(mount, away)
          if (kind === 'in-the-way') await writeFile(mount, 'A file where a folder was.')
        }
      },
      heal: async () => {
        fullFor.writes = 0
        if (!isAway) return
        isAway = false
        // Whatever was put there is hidden by the disk that comes back.
        await rm(mount, { recursive: true, force: true })
        await rename(away, mount)
      },
      read: async (feed, isTorn) => {
        if (!isAway) return read(feed, isTorn)
        const hidden = await rename(mount, `${mount}-hidden`).then(
          () => true,
          () => false,
        )
        await rename(away, mount)
        try {
          return await read(feed, isTorn)
        } finally {
          await rename(mount, away)
          if (hidden) await rename(`${mount}-hidden`, mount)
        }
      },
      lose: async (feed) => {
        const last = (await filesOf(feed)).at(-1)
        if (last !== undefined) await truncate(last, 10)
      },
    }
  }

  async #hasConfirmed(sink: string): Promise<boolean> {
    const confirmed = await this.#store.db
      .selectFrom('feed_sink')
      .innerJoin('sink', 'sink.id', 'feed_sink.sink_id')
      .select('feed_sink.seq')
      .where('sink.name', '=', sink)
      .where('feed_sink.position', 'is not', null)
      .execute()
    return confirmed.length > 0
  }

  async #openTables(options: AilingOptions): Promise<ProvenSink> {
    const { url } = this.#database
    const schema = `okta_${options.number}`
    const query = async (text: string) => {
      const client = new pg.Client(url)
      await client.connect()
      await client.query(text).finally(() => client.end())
    }
    const name = `tables-${options.number}`
    return this.#openOver(options, url, async (over) => ({
      name,
      mayRepeat: false,
      members: {
        ...{ name, kind: 'postgres', settings: { schema } },
        secrets: { url: over.replace('localhost', '127.0.0.1') },
      },
      read: () => readTable(url, schema),
      ail: async () => {
        await query(`do $$ begin if to_regclass('${schema}.events') is not null then
          ${raising(`${schema}.events`, '53100')} end if; end $$`)
      },
      heal: () => query(`drop function if exists ill_${schema}_events cascade`),
      lose: () => query(`delete from ${schema}.events where batch_index % 2 = 0`),
    }))
  }

  async #openStore({ number }: AilingOptions): Promise<ProvenSink> {
    const name = `store-${number}`
    const { db } = this.#store
    let isGone = false
    const run = async (text: string) => void (await sql.raw(text).execute(db))
    const schema = () => (isGone ? 'gone' : 'records')
    return {
      name,
      mayRepeat: false,
      members: { name, kind: 'store', settings: {} },
      ail: async ({ kind, connections }) => {
        if (kind === 'gone') {
          if (isGone) return
          isGone = true
          await run('alter schema records rename to gone')
          return
        }
        await run(
          `do $$ begin ${raising(`${schema()}.event`, kind === 'full' ? '53100' : '40001', connections)} end $$`,
        )
      },
      heal: async () => {
        if (isGone) await run('alter schema gone rename to records')
        isGone = false
        await run('drop function if exists ill_records_event, ill_gone_event cascade')
        await run('drop sequence if exists ill_count')
      },
      read: async (feed) => {
        const { rows } = await sql<{ readonly id: string; readonly text: string }>`
          select uuid as id, raw::text as text from ${sql.table(`${schema()}.event`)}
          where connection_id = (select connection_id from feed where name = ${feed})`.execute(db)
        return rows
      },
      lose: (feed) =>
        run(`delete from records.event where ctid in (select ctid from (select ctid,
          row_number() over () as place from records.event where connection_id =
          (select connection_id from feed where name = '${feed}')) as placed where place % 2 = 0)`),
    }
  }

  async #openObjects(options: AilingOptions): Promise<ProvenSink> {
    const { accessKeyId, secretAccessKey } = accessKey
    const storage = this.#storage
    const name = `objects-${options.number}`
    const prefix = `okta-${options.number}`
    return this.#openOver(options, storage.url, async (over, settings) => ({
      name,
      mayRepeat: false,
      members: {
        name,
        kind: 'object-storage',
        settings: {
          ...{ ...settings, bucket, prefix, region: 'us-east-1' },
          ...{ endpoint: over, pathStyle: true },
        },
        secrets: { accessKeyId, secretAccessKey },
      },
      read: (feed) => readObjects(storage, feed),
      lose: async (feed) => {
        const keys = [...(await storage.read(`/${feed}/`)).keys()]
        const objects = keys.filter((key) => key.endsWith('.gz'))
        const kept = new Set(everySecond(objects))
        for (const key of objects) if (!kept.has(key)) await storage.lose(key)
      },
    }))
  }
}

/** Statements of PL/pgSQL after which a table refuses rows: all, or the first ones that are tried. */
function raising(table: string, state: string, times?: number): string {
  const name = `ill_${table.replace('.', '_')}`
  const condition = times === undefined ? 'true' : `nextval('ill_count') <= ${times}`
  const count = times === undefined ? '' : 'create sequence if not exists ill_count;'
  return `${count}
    create or replace function ${name}() returns trigger language plpgsql as $ill$
    begin
      if ${condition} then raise exception using errcode = '${state}', message = 'ill'; end if;
      return null;
    end $ill$;
    create or replace trigger ill before insert on ${table} for each statement execute function ${name}();`
}
