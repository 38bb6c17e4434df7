/** @module An embedded store whose disk has no room for its journal: it refuses, ends, and loses nothing. */

import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { hasOwnDisks, runOnOwnDisk } from '../../../../test/small-disk.ts'

describe.runIf(hasOwnDisks)('a store whose journal has no room', () => {
  test('refuses whatever is asked, and has all that it acknowledged when there is room', () => {
    const program = fileURLToPath(new URL('full-disk-process.ts', import.meta.url))
    expect(runOnOwnDisk(program)).toEqual({
      acknowledged: expect.toSatisfy((commits: number) => commits > 0),
      refusals: ['store_disk_full'],
      next: ['store_disk_full', 'store_disk_full'],
      withoutRoom: 'store_disk_full',
      lost: [],
    })
  }, 40_000)
})
