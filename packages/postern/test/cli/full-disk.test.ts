/** @module A server whose disk has no room for the journal of its store: it ends, and goes on when there is room. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sourceFlags } from '../../../../test/source-program.ts'

const ENDS_WITHIN_MS = 30_000

// A disk of one's own, that is gone with its process. Not every system lets its users have one.
const ownMounts = ['--user', '--map-root-user', '--mount']
const mountable = spawnSync('unshare', [...ownMounts, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()])

describe.runIf(mountable.status === 0)('a server whose store has no room for its journal', () => {
  test('refuses, ends as failed, starts when there is room, and has all that it acknowledged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-full-disk-'))
    onTestFinished(() => rmdirSync(folder))
    const program = fileURLToPath(new URL('full-disk-server.ts', import.meta.url))
    const run = spawnSync(
      'unshare',
      [...ownMounts, process.execPath, ...sourceFlags, program, folder],
      { encoding: 'utf8', timeout: ENDS_WITHIN_MS, killSignal: 'SIGKILL' },
    )
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(JSON.parse(run.stdout)).toEqual({
      acknowledged: expect.toSatisfy((keys: number) => keys > 0),
      refusal: 'store_disk_full',
      ends: [
        [1, true],
        [1, true],
      ],
      lost: [],
    })
  }, 40_000)
})
