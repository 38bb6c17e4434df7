/** @module The API in this process, for commands where no server runs: the same routes, on a store of our own. */

import { openDataDirectory } from '../config/data-directory.ts'
import { readDatabaseUrl } from '../config/database-reference.ts'
import type { LocalRequest } from '../http/local-client.ts'
import { openLog } from '../log.ts'
import { openService, type Service } from '../service.ts'
import type { OpenedApi } from './api-client.ts'
import type { StoreFlags } from './global-options.ts'
import { tellMasterKey } from './master-key-note.ts'

// Never resolved and never connected to: the routes see the request of a caller on this machine.
const ORIGIN = 'http://127.0.0.1'

/** Opens store and API in this process. @throws what {@link openService} throws. */
export async function openInProcess(dataDir: string, flags: StoreFlags): Promise<OpenedApi> {
  await openDataDirectory(dataDir)
  const { env, stdin } = process
  const service = await openService({
    dataDir,
    database: await readDatabaseUrl(flags.database, { env, stdin }),
    masterKey: flags.masterKey,
    env,
    // A command is the operator's own word, and may be for an org on this machine.
    dev: true,
    log: openLog({ level: flags.debug ? 'debug' : 'silent' }),
  })
  tellMasterKey(service.madeMasterKeyFile)
  return { send: (request) => send(service, request), close: () => service.close() }
}

async function send({ app, localKey }: Service, request: LocalRequest) {
  const { method, path, headers, body, signal } = request
  const answer = await app.fetch(
    new Request(ORIGIN + path, {
      method,
      headers: { ...headers, authorization: `Bearer ${localKey.reveal()}` },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    }),
  )
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: answer.body ?? new Blob([]).stream(),
  }
}
