/** @module The composition root: opens every part, each with those it works with, and closes them in turn. */

import { Secret } from '@postern/core'
import { Hono } from 'hono'
import type { SecretSources } from './config/secret-reference.ts'
import { openPglite } from './store/pglite.ts'
import { openPostgres } from './store/postgres.ts'
import type { Store } from './store/store.ts'

/** What a service is opened with. */
export interface ServiceOptions {
  /** An absolute path to a folder that is there. */
  readonly dataDir: string
  /** Of the PostgreSQL that everything is kept in; absent for the data directory. */
  readonly databaseUrl?: Secret | undefined
  readonly masterKey: SecretSources & { readonly reference?: string | undefined }
  /** Takes orgs on this machine. */
  readonly dev: boolean
}

/** Postern, without a port: everything that is kept, and the API for it. */
export interface Service {
  readonly store: Store
  readonly app: { fetch(request: Request): Response | Promise<Response> }
  /** Good for this process alone, for every verb but `approve`. */
  readonly localKey: Secret
  /** Ends what is under way, writes down what is due, and closes the store. */
  close(): Promise<void>
}

/** Opens a service. @throws what opening the store throws. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { dataDir, databaseUrl } = options
  const store = await (databaseUrl === undefined ? openPglite(dataDir) : openPostgres(databaseUrl))
  return {
    store,
    app: new Hono(),
    localKey: new Secret(crypto.randomUUID()),
    close: () => store.close(),
  }
}
