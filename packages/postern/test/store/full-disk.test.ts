/** @module An embedded store whose disk has no room for its journal: it refuses, ends, and loses nothing. */

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

describe.runIf(mountable.status === 0)('a store whose journal has no room', () => {
  test('refuses whatever is asked, and has all that it acknowledged when there is room', () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-full-disk-'))
    onTestFinished(() => rmdirSync(folder))
    const program = fileURLToPath(new URL('full-disk-process.ts', import.meta.url))
    const run = spawnSync(
      'unshare',
      [...ownMounts, process.execPath, ...sourceFlags, program, folder],
      { encoding: 'utf8', timeout: ENDS_WITHIN_MS, killSignal: 'SIGKILL' },
    )
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(JSON.parse(run.stdout)).toEqual({
      acknowledged: expect.toSatisfy((commits: number) => commits > 0),
      refusals: ['store_disk_full'],
      next: ['store_disk_full', 'store_disk_full'],
      withoutRoom: 'store_disk_full',
      lost: [],
    })
  }, 40_000)
})
