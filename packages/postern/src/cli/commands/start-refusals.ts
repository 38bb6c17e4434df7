/** @module Why a server cannot start: another one runs, or the address cannot be had. */

import { PosternError } from '@postern/core'
import { readServerFile, type ServerFile } from '../../config/server-file.ts'
import { sendLocally } from '../../http/local-client.ts'

/** Why a server cannot start. */
export type StartErrorCode = 'server_running' | 'server_address_in_use' | 'server_address_unusable'

/** A server that cannot start as it was asked to. */
class StartError extends PosternError<StartErrorCode> {
  override readonly name = 'StartError'
}

/** @throws {StartError} `server_running` where a server of this data directory answers. */
export async function requireNoServer(dataDir: string): Promise<void> {
  const server = await readServerFile(dataDir)
  if (server === undefined || !(await isListening(server))) return
  const {
    url,
    process: { pid },
  } = server
  throw new StartError(
    'server_running',
    `A server runs on ${dataDir} already: process ${pid}, at ${url}.`,
    {
      remedy: `Use that one; or stop it (kill ${pid}), or name another directory with --data.`,
      details: { dataDir, pid, url },
    },
  )
}

/** Where nobody does, the server is about to end. */
async function isListening(server: ServerFile): Promise<boolean> {
  try {
    const { body } = await sendLocally(server, { method: 'GET', path: '/healthz', headers: {} })
    for await (const _chunk of body);
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')
  }
}

/** The {@link StartError} for an address that cannot be listened on; anything else as it is. */
export function serverError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): unknown {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : ''
  const details = { host, port, reason }
  if (reason === 'EADDRINUSE') {
    const observed = `Another program listens on port ${port} of ${host}.`
    const remedy = 'Choose another with --port, 0 for any free one; or stop that program.'
    return new StartError('server_address_in_use', observed, { remedy, details, cause: error })
  }
  if (!['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'].includes(reason))
    return error
  return new StartError(
    'server_address_unusable',
    `Port ${port} of ${host} cannot be listened on (${reason}).`,
    {
      remedy:
        reason === 'EACCES'
          ? 'Choose a port from 1024 on, or let the program use lower ones.'
          : 'Give --host an address of this machine.',
      details,
      cause: error,
    },
  )
}
