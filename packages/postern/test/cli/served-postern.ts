/** @module A server of this process that commands find as they find `postern start`: by the data directory. */

import { type PreparedStore, type StoreUnderTest, stores } from '../../../../test/stores.ts'
import description from '../../package.json' with { type: 'json' }
import { identifyProcess } from '../../src/config/process-identity.ts'
import { writeServerFile } from '../../src/config/write-server-file.ts'
import { listen } from '../../src/server/listen.ts'
import { openService, type Service, type ServiceOptions } from '../../src/service.ts'

/** A server on a free port. */
export interface ServedPostern {
  readonly url: string
  readonly service: Service
  /** What leads commands to it. */
  readonly env: Readonly<Record<string, string>>
  /** Listens no more; the store stays open. */
  stopListening(): Promise<void>
  close(): Promise<void>
}

/** Serves Postern on an empty store. */
export async function servePostern(
  kind: StoreUnderTest['name'] = 'PGlite',
  options: Pick<ServiceOptions, 'connectOrigins'> = {},
): Promise<ServedPostern> {
  const { place, remove } = await prepareStore(kind)
  const { dataDir } = place
  const service = await openService({ ...place, env: {}, dev: true, ...options })
  const listening = await listen(service.app)
  const { localKey: accessKey } = service
  const { version } = description
  const identity = await identifyProcess()
  await writeServerFile(dataDir, { url: listening.url, accessKey, process: identity, version })
  return {
    url: listening.url,
    service,
    env: { POSTERN_DATA: dataDir },
    stopListening: () => listening.close(),
    close: async () => {
      await listening.close()
      await service.close()
      await remove()
    },
  }
}

/** An empty store that nobody has open, for commands that open it themselves. */
export async function prepareStore(
  kind: StoreUnderTest['name'] = 'PGlite',
): Promise<PreparedStore> {
  const prepared = await stores.find(({ name }) => name === kind)?.prepare()
  if (prepared === undefined) throw new Error(`${kind} is no store of the tests`)
  return prepared
}
