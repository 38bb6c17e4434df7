/** @module Programs that fill a disk of their own. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'

const ENDS_WITHIN_MS = 30_000

// A disk of one's own, that is gone with its process. Not every system lets its users have one.
const ownMounts = ['--user', '--map-root-user', '--mount']
const mountable = spawnSync('unshare', [...ownMounts, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()])

/** Whether a program can have a disk of its own here. */
export const hasOwnDisks = mountable.status === 0

/**
 * Runs a program that may mount a disk on the folder it is given, and gives the JSON that it prints.
 *
 * @param start - what stands before its arguments on Node's own command line
 */
export function runOnOwnDisk(
  start: readonly string[],
  { more = [], endsWithinMs = ENDS_WITHIN_MS }: { more?: string[]; endsWithinMs?: number } = {},
): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'postern-full-disk-'))
  try {
    const run = spawnSync('unshare', [...ownMounts, process.execPath, ...start, folder, ...more], {
      encoding: 'utf8',
      timeout: endsWithinMs,
      killSignal: 'SIGKILL',
    })
    expect([run.status, run.stderr]).toEqual([0, ''])
    return JSON.parse(run.stdout)
  } finally {
    rmdirSync(folder)
  }
}
