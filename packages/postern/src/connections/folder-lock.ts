/** @module One process at a time works in a folder; a process that was killed leaves nothing in the way. */

import { readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FolderError } from './folder-error.ts'

const LOCK = '.lock'

/** The right to work in a folder, until it is released. */
export interface FolderLock extends AsyncDisposable {
  readonly path: string
}

/**
 * Takes the lock of a folder.
 *
 * @throws {FolderError} `folder_busy` while another process that lives has it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, LOCK)
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 })
      break
    } catch (error) {
      if (!isThere(error)) throw unusable(folder, error)
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''))
    if (attempt > 2 || isAlive(owner)) {
      throw new FolderError('folder_busy', `Another process (${owner}) works in ${folder}.`, {
        remedy: `Wait until it has ended; if there is no such process, delete ${path}.`,
        details: { folder, pid: owner },
      })
    }
    // Whoever had it was killed.
    await unlink(path).catch(() => undefined)
  }
  return { path, [Symbol.asyncDispose]: () => unlink(path).catch(() => undefined) }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    // Signal 0 asks only whether there is such a process.
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function unusable(folder: string, error: unknown): FolderError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return new FolderError('folder_not_writable', `${folder} cannot be written to (${reason}).`, {
    remedy: 'Check that you may write there.',
    details: { folder, reason },
  })
}
