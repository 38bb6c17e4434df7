/** @module `server.json` in the data directory: where the running server is, and the key that its own commands show it. */

import { readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret } from '@postern/core'
import { startOf } from './process-identity.ts'

/** What a running server says of itself to the commands of the same user. */
export interface ServerFile {
  /** Its base URL on this machine, without a slash at its end. */
  readonly url: string
  /** Good for this run alone, and never for `approve`. */
  readonly accessKey: Secret
  readonly pid: number
  readonly version: string
  /** The PEM certificate that it shows, where it speaks TLS: no authority of this machine needs to know it. */
  readonly certificate?: string | undefined
}

/** What the file says; undefined where there is none, or none that a running server wrote. */
export async function readServerFile(dataDir: string): Promise<ServerFile | undefined> {
  const file = parse(await readFile(serverFilePath(dataDir), 'utf8').catch(() => ''))
  if (file === undefined) return undefined
  const { start: _start, ...server } = file
  return (await isAlive(file)) ? server : undefined
}

/** Takes the file away, unless another process wrote it. */
export async function removeServerFile(dataDir: string, pid: number): Promise<void> {
  const file = parse(await readFile(serverFilePath(dataDir), 'utf8').catch(() => ''))
  if (file === undefined || file.pid === pid || !(await isAlive(file))) {
    await unlink(serverFilePath(dataDir)).catch(() => undefined)
  }
}

/** The path of the file. */
export function serverFilePath(dataDir: string): string {
  return join(dataDir, 'server.json')
}

interface WrittenFile extends ServerFile {
  /** When its process began. */
  readonly start?: string | undefined
}

function parse(text: string): WrittenFile | undefined {
  try {
    const members: Record<string, unknown> = JSON.parse(text)
    const { url, accessKey, pid, version, certificate, start } = members
    if (typeof url !== 'string' || typeof accessKey !== 'string') return undefined
    if (typeof pid !== 'number' || typeof version !== 'string') return undefined
    if (certificate !== undefined && typeof certificate !== 'string') return undefined
    if (start !== undefined && typeof start !== 'string') return undefined
    return { url, accessKey: new Secret(accessKey), pid, version, certificate, start }
  } catch {
    return undefined
  }
}

/** Whether the process runs, and is no other one that got its number: by then anybody may listen at the URL. */
async function isAlive({ pid, start }: WrittenFile): Promise<boolean> {
  if (!isTaken(pid)) return false
  const now = await startOf(pid)
  return start === undefined || now === undefined || now === start
}

/** Whether there is a process of this number. */
function isTaken(pid: number): boolean {
  try {
    // Signal 0 asks only that.
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
