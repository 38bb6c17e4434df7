/** @module One process at a time works in a folder; a process that was killed leaves nothing in the way. */

import { randomUUID } from 'node:crypto'
import { readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { FolderError } from './folder-error.ts'

const LOCK = '.lock'
const MAX_ATTEMPTS = 4

// Between a lock's first byte and its last there is no more than this, unless its owner was killed there.
const WRITE_MS = 100

/**
 * Takes the lock of a folder, until what it gives is disposed of.
 *
 * @throws {FolderError} `folder_busy` while another process that lives has it.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, LOCK)
  if (held.has(path)) throw busy(folder, path, process.pid)
  held.add(path)
  try {
    await takeLock(folder, path)
  } catch (error) {
    held.delete(path)
    throw error
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await unlink(path).catch(() => undefined)
      held.delete(path)
    },
  }
}

// By these a lock of our own is known from one of a killed process that had our number, as in a container each has.
const held = new Set<string>()

async function takeLock(folder: string, path: string): Promise<void> {
  for (let attempt = 1; !(await isTaken(path, folder)); attempt++) {
    const owner = await readOwner(path)
    if (attempt === MAX_ATTEMPTS || isAlive(owner)) throw busy(folder, path, owner)
    await removeLockOf(owner, path)
  }
}

/** Whether the lock is ours now. */
async function isTaken(path: string, folder: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (isThere(error)) return false
    throw unusable(folder, error)
  }
}

/** The process that has the lock; 0 where none can be read. */
async function readOwner(path: string): Promise<number> {
  const read = async () => Number(await readFile(path, 'utf8').catch(() => ''))
  const owner = await read()
  if (owner !== 0) return owner
  await setTimeout(WRITE_MS)
  return read()
}

/**
 * Takes the lock of a process that was killed out of the way. It is moved before it is deleted, and looked at there: in
 * the meantime a third process may have found the same, and what lies here now is its own lock.
 */
async function removeLockOf(owner: number, path: string): Promise<void> {
  const moved = `${path}.${randomUUID().slice(0, 8)}`
  try {
    await rename(path, moved)
  } catch {
    // Somebody else took it out of the way.
    return
  }
  if ((await readOwner(moved)) === owner) await unlink(moved).catch(() => undefined)
  else await rename(moved, path).catch(() => undefined)
}

function busy(folder: string, path: string, pid: number): FolderError {
  return new FolderError('folder_busy', `Another process (${pid}) works in ${folder}.`, {
    remedy: `Wait until it has ended; if there is no such process, delete ${path}.`,
    details: { folder, pid },
  })
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

/** Whether another process has this number. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
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
