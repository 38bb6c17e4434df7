/** @module `server.json` in the data directory: where the running server is, and the key that its own commands show it. */

import { readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret } from '@postern/core'
import {
  identifyProcess,
  lifeOf,
  type ProcessIdentity,
  parseProcess,
  runsHere,
} from './process-identity.ts'

/** What a running server says of itself to the commands of the same user. */
export interface ServerFile {
  /** Its base URL on this machine, without a slash at its end. */
  readonly url: string
  /** Good for this run alone, and never for `approve`. */
  readonly accessKey: Secret
  /** A number alone may be another program's by now, and so may the port. */
  readonly process: ProcessIdentity
  readonly version: string
  /** The PEM certificate that it shows, where it speaks TLS: no authority of this machine needs to know it. */
  readonly certificate?: string | undefined
}

/** What the file says; undefined where there is none, or none of a server that runs. */
export async function readServerFile(dataDir: string): Promise<ServerFile | undefined> {
  const file = await read(dataDir)
  return file !== undefined && (await isServerRunning(file)) ? file : undefined
}

/** Whether the server of a file still runs. To be asked before each request: it has an access key that is for nobody else. */
export async function isServerRunning(file: ServerFile): Promise<boolean> {
  return runsHere(file.process, await identifyProcess())
}

/** Takes the file away, unless it is of another process that runs, or may run where this one cannot see it. */
export async function removeServerFile(dataDir: string, by: ProcessIdentity): Promise<void> {
  const file = await read(dataDir)
  const isOthers = file !== undefined && file.process.nonce !== by.nonce
  if (!isOthers || (await lifeOf(file.process, await identifyProcess())) === 'dead') {
    await unlink(serverFilePath(dataDir)).catch(() => undefined)
  }
}

async function read(dataDir: string): Promise<ServerFile | undefined> {
  return parse(await readFile(serverFilePath(dataDir), 'utf8').catch(() => ''))
}

/** The path of the file. */
export function serverFilePath(dataDir: string): string {
  return join(dataDir, 'server.json')
}

function parse(text: string): ServerFile | undefined {
  try {
    const { url, accessKey, version, certificate, ...rest }: Record<string, unknown> =
      JSON.parse(text)
    const process = parseProcess(rest['process'])
    if (typeof url !== 'string' || typeof accessKey !== 'string') return undefined
    if (process === undefined || typeof version !== 'string') return undefined
    if (certificate !== undefined && typeof certificate !== 'string') return undefined
    return { url, accessKey: new Secret(accessKey), process, version, certificate }
  } catch {
    return undefined
  }
}
