/** @module The API in this process, for commands where no server runs: the same routes, on a store of our own. */

import { openDataDirectory } from '../config/data-directory.ts'
import { readDatabaseUrl } from '../config/database-reference.ts'
import { type LocalRequest, type LocalServer, sendLocally } from '../http/local-client.ts'
import { openLog } from '../log.ts'
import { checkBinding } from '../server/binding.ts'
import { listen } from '../server/listen.ts'
import { openService, type Service, type ServiceOptions } from '../service.ts'
import { ApiClient, type OpenedApi } from './api-client.ts'
import type { StoreFlags } from './global-options.ts'
import { tellMasterKey } from './master-key-note.ts'

// Never resolved and never connected to: the routes see the request of a caller on this machine.
const ORIGIN = 'http://127.0.0.1'
const CLOSE_WITHIN_MS = 1_000

/** Opens store and API in this process. @throws what {@link openService} throws. */
export async function openInProcess(dataDir: string, flags: StoreFlags): Promise<OpenedApi> {
  // A command is the operator's own word, and may be for an org on this machine.
  const service = await openHere(dataDir, flags, { dev: true })
  return { send: (request) => send(service, request), close: () => service.close() }
}

/**
 * Opens store and API in this process, and serves them and the pages on a free port of this machine.
 *
 * @throws what {@link openService} throws.
 */
export async function serveInProcess(
  dataDir: string,
  flags: StoreFlags,
  options: Pick<ServiceOptions, 'dev' | 'connectOrigins'>,
): Promise<OpenedApi & LocalServer> {
  const { connectOrigins } = checkBinding(options)
  const service = await openHere(dataDir, flags, { ...options, connectOrigins })
  try {
    const listening = await listen(service.app, options)
    return {
      url: listening.url,
      send: (request) => {
        const headers = { ...authorization(service), ...request.headers }
        return sendLocally(listening, { ...request, headers })
      },
      close: async () => {
        await listening.close(CLOSE_WITHIN_MS)
        await service.close()
      },
    }
  } catch (error) {
    await service.close()
    throw error
  }
}

/** A client of the API of a service that this process has open already. It closes nothing. */
export function clientOf(service: Service, signal: AbortSignal): ApiClient {
  return new ApiClient({
    send: (request) => send(service, request),
    close: async () => undefined,
    signal,
  })
}

async function openHere(
  dataDir: string,
  flags: StoreFlags,
  options: Pick<ServiceOptions, 'dev' | 'connectOrigins'>,
): Promise<Service> {
  await openDataDirectory(dataDir)
  const { env, stdin } = process
  const service = await openService({
    dataDir,
    database: await readDatabaseUrl(flags.database, { env, stdin }),
    masterKey: flags.masterKey,
    env,
    log: openLog({ level: flags.debug ? 'debug' : 'silent' }),
    ...options,
  })
  tellMasterKey(service.madeMasterKeyFile)
  return service
}

async function send(service: Service, request: LocalRequest) {
  const { method, path, headers, body, signal } = request
  const answer = await service.app.fetch(
    new Request(ORIGIN + path, {
      method,
      headers: { ...authorization(service), ...headers },
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

function authorization({ localKey }: Service) {
  return { authorization: `Bearer ${localKey.reveal()}` }
}
