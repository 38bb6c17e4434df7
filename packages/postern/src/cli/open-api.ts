/** @module The way to the API: over loopback where a server runs on the data directory, else in this process. */

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Secret } from '@postern/core'
import description from '../../package.json' with { type: 'json' }
import { dataDirectoryOf, hasDataDirectory } from '../config/data-directory.ts'
import {
  isServerRunning,
  readServerFile,
  removeServerFile,
  type ServerFile,
} from '../config/server-file.ts'
import {
  type LocalAnswer,
  type LocalRequest,
  type LocalServer,
  sendLocally,
} from '../http/local-client.ts'
import { ApiClient, type OpenedApi } from './api-client.ts'
import { ApiProblem } from './api-problem.ts'
import type { StoreFlags } from './global-options.ts'

/**
 * Decides where the API is. To be called first where a command reads or tells anything before it opens the API: where that
 * is in this process, another one may have to take its place ({@link replaceProcess}).
 *
 * @throws {ApiProblem} `server_version_differs`
 */
export async function findApi(flags: StoreFlags): Promise<ApiPlace> {
  const dataDir = dataDirectoryOf({ flag: flags.data, env: process.env, home: homedir() })
  // A database that is named is asked itself: the server of the directory may have another one.
  const server =
    flags.database === undefined && (await hasDataDirectory(dataDir))
      ? await readServerFile(dataDir)
      : undefined
  if (server !== undefined) requireSameVersion(server)
  else await becomeFit(flags)
  return { dataDir, server }
}

/** Whether there is a server or a store. */
export async function isAnythingKept({ data, database }: StoreFlags): Promise<boolean> {
  if (database !== undefined || process.env['POSTERN_DATABASE']) return true
  const dataDir = dataDirectoryOf({ flag: data, env: process.env, home: homedir() })
  if (!(await hasDataDirectory(dataDir))) return false
  return existsSync(join(dataDir, 'store')) || (await readServerFile(dataDir)) !== undefined
}

/** Where the API is. */
interface ApiPlace {
  readonly dataDir: string
  /** Undefined: in this process. */
  readonly server: ServerFile | undefined
}

/**
 * Opens a client of the API. Whoever opens it closes it: in this process, a store is open behind it.
 *
 * @param options.accessKey - whose rights its calls have; default: those of this command.
 * @throws {ApiProblem} `server_version_differs`
 * @throws what opening the store here throws, where no server runs.
 */
export async function openApi(
  flags: StoreFlags,
  signal: AbortSignal,
  { accessKey }: { readonly accessKey?: Secret | undefined } = {},
): Promise<ApiClient> {
  const { dataDir, server } = await findApi(flags)
  const openHere = async () => {
    const { openInProcess } = await import('./in-process.ts')
    return openInProcess(dataDir, flags)
  }
  const opened = server === undefined ? await openHere() : overLoopback(server, dataDir, openHere)
  return new ApiClient({ ...presenting(accessKey, opened), signal })
}

/** Opens a client of the server that runs; undefined where none does. Nothing is opened in its place, now or later. */
export async function openRunningApi(
  { data }: StoreFlags,
  signal: AbortSignal,
): Promise<ApiClient | undefined> {
  const dataDir = dataDirectoryOf({ flag: data, env: process.env, home: homedir() })
  const server = await readServerFile(dataDir)
  if (server === undefined) return undefined
  const send = (request: LocalRequest) => sendAsLocal(server, request)
  return new ApiClient({ send, close: async () => undefined, signal })
}

function sendAsLocal(server: ServerFile, request: LocalRequest): Promise<LocalAnswer> {
  const own = { authorization: `Bearer ${server.accessKey.reveal()}` }
  return sendLocally(server, { ...request, headers: { ...own, ...request.headers } })
}

/** The same way to the API, with an access key in the place of this command's own. */
function presenting(accessKey: Secret | undefined, { send, close }: OpenedApi): OpenedApi {
  if (accessKey === undefined) return { send, close }
  return {
    send: (request) => {
      const headers = { ...request.headers, authorization: `Bearer ${accessKey.reveal()}` }
      return send({ ...request, headers })
    },
    close,
  }
}

/** A client of the API, and the server on this machine that others can ask beside it. */
export interface ServedApi {
  readonly api: ApiClient
  readonly server: LocalServer
}

/**
 * Opens a client of the API where others can ask too: of the server that runs, or else of this process, which serves on a
 * free port of this machine until the client is closed.
 *
 * @throws what {@link openApi} throws.
 */
export async function openServedApi(
  flags: StoreFlags,
  { signal, ...options }: ServedApiOptions,
): Promise<ServedApi> {
  const { dataDir, server } = await findApi(flags)
  if (server !== undefined) return { api: await openApi(flags, signal), server }
  const { serveInProcess } = await import('./in-process.ts')
  const { url, ...opened } = await serveInProcess(dataDir, flags, options)
  return { api: new ApiClient({ ...opened, signal }), server: { url } }
}

interface ServedApiOptions {
  readonly signal: AbortSignal
  /** Takes orgs on this machine. */
  readonly dev: boolean
  /** The origins whose pages may embed the Connect page. Default: none. */
  readonly connectOrigins?: readonly string[]
}

/** Lets a process that is fit for the embedded store take the place of this one. */
async function becomeFit({ database }: StoreFlags): Promise<void> {
  if (database !== undefined || process.env['POSTERN_DATABASE']) return
  const { hasFlag, liftoffFlag, replaceProcess } = await import('./relaunch.ts')
  if (!hasFlag(liftoffFlag)) replaceProcess(liftoffFlag)
}

/** The server of a file. Where it runs or listens no more, the API is opened here. */
function overLoopback(
  server: ServerFile,
  dataDir: string,
  openHere: () => Promise<OpenedApi>,
): OpenedApi {
  let here: Promise<OpenedApi> | undefined
  return {
    send: async (request) => {
      if (here !== undefined) return (await here).send(request)
      try {
        // Another program may have its port since.
        if (await isServerRunning(server)) return await sendAsLocal(server, request)
      } catch (error) {
        request.signal?.throwIfAborted()
        if (codeOf(error) !== 'ECONNREFUSED') throw unreachable(server, error)
      }
      await removeServerFile(dataDir, server.process)
      here ??= openHere()
      return (await here).send(request)
    },
    close: async () => (await here)?.close(),
  }
}

function requireSameVersion({ version, process: { pid } }: ServerFile): void {
  if (version === description.version) return
  throw new ApiProblem(
    'server_version_differs',
    `The running server (process ${pid}) is Postern ${version}, and this command is ${description.version}.`,
    { remedy: 'Restart postern start with the version that is installed now.', status: 503 },
  )
}

function unreachable({ url, process: { pid } }: ServerFile, error: unknown): ApiProblem {
  const reason = codeOf(error) ?? 'unknown'
  return new ApiProblem(
    'server_unreachable',
    `The server of this data directory (process ${pid}) does not answer at ${url} (${reason}).`,
    {
      remedy: 'Look at what it logs, and restart postern start.',
      status: 503,
      details: { url, pid, reason },
      cause: error,
    },
  )
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
