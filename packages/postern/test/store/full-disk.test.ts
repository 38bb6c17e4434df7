/** @module An embedded store whose disk has no room for its journal: it refuses, ends, and loses nothing. */

import { describe, expect, test } from 'vitest'
import { hasOwnDisks, runOnOwnDisk } from '../../../../test/small-disk.ts'
import { startOf } from '../../../../test/test-programs.ts'

describe.runIf(hasOwnDisks)('a store whose journal has no room', () => {
  test('refuses whatever is asked, and has all that it acknowledged when there is room', () => {
    expect(runOnOwnDisk(startOf('store/full-disk-process'))).toEqual({
      acknowledged: expect.toSatisfy((commits: number) => commits > 0),
      refusals: ['store_disk_full'],
      next: ['store_disk_full', 'store_disk_full'],
      withoutRoom: 'store_disk_full',
      lost: [],
    })
  }, 40_000)
})
