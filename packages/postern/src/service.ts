/** @module The composition root: opens every part, each with those it works with, and closes them in turn. */

import { type Clock, type Secret, systemClock } from '@postern/core'
import { Domains } from './connections/domains.ts'
import { type Log, openLog } from './log.ts'
import { AccessKeys } from './server/access-keys.ts'
import { createApp } from './server/app.ts'
import type { Services } from './server/services.ts'
import { MasterKeys } from './store/master-keys.ts'
import { openStore } from './store/open.ts'
import { type PreparedMasterKey, prepareMasterKey } from './store/prepare-master-key.ts'
import { Seal } from './store/seal.ts'
import type { Store } from './store/store.ts'

/** What a service is opened with. */
export interface ServiceOptions {
  /** An absolute path to a folder that is there. */
  readonly dataDir: string
  /** The URL of the PostgreSQL that everything is kept in; absent for the data directory. */
  readonly database?: Secret | undefined
  /** `--master-key` */
  readonly masterKey?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes orgs on this machine. */
  readonly dev: boolean
  /** Default: nothing is logged. */
  readonly log?: Log | undefined
  readonly clock?: Clock | undefined
}

/** Postern without a port: everything that is kept, and the API for it. */
export interface Service {
  readonly store: Store
  readonly seal: Seal
  readonly services: Services
  readonly app: ReturnType<typeof createApp>
  /** An access key for this process alone, with every verb but `approve`. */
  readonly localKey: Secret
  /** The master key file that was made for a new store. */
  readonly madeMasterKeyFile: string | undefined
  /** Ends what is under way, writes down what is due, and closes the store. */
  close(): Promise<void>
}

/** Opens a service. @throws what opening the store, or the source of the master key, throws. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { dataDir, database, masterKey: reference, env } = options
  const store = await openStore({ dataDir, database })
  try {
    const masterKey = await prepareMasterKey(store, { reference, env, dataDir })
    return await openParts(store, masterKey, options)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openParts(
  store: Store,
  { source, madeFile }: PreparedMasterKey,
  { clock = systemClock, log = openLog({ level: 'silent' }) }: ServiceOptions,
): Promise<Service> {
  const masterKeys = new MasterKeys({ store, source, clock })
  await masterKeys.read()
  const seal = new Seal(masterKeys)
  const accessKeys = new AccessKeys({ store, clock })
  const domains = new Domains({ store, clock })
  const services: Services = { store, clock, log, accessKeys, domains }
  return {
    store,
    seal,
    services,
    app: createApp(services),
    localKey: accessKeys.addLocal(),
    madeMasterKeyFile: madeFile,
    close: async () => {
      await accessKeys.flush()
      await store.close()
    },
  }
}
