/** @module The folder of a run of the tests: in memory where there is room, for every store waits for its disk at each commit. */

import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

// Of Linux; what is written there is gone with the power, and no test switches that off.
const MEMORY = '/dev/shm'
const LEAST_FREE_BYTES = 4 * 1024 ** 3
const PREFIX = 'postern-tests-'

// Where there is room for more than memory has.
const { POSTERN_RUN_FOLDER: wanted } = process.env

/** Makes it; whoever makes it removes it. What runs left there that were killed is removed now. */
export function makeRunFolder(): string {
  const parent = wanted ?? (isRoomIn(MEMORY) ? MEMORY : tmpdir())
  removeLeft(parent)
  const folder = mkdtempSync(path.join(parent, `${PREFIX}${process.pid}-`))
  // PostgreSQL runs as another user where this one is root, and its own folder lies in here.
  chmodSync(folder, 0o711)
  return folder
}

function isRoomIn(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= LEAST_FREE_BYTES
  } catch {
    return false
  }
}

function removeLeft(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? []
    if (pid === undefined || isRunning(Number(pid))) continue
    rmSync(path.join(parent, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
