/** @module A server whose disk has no room for the journal of its store: it ends, and goes on when there is room. */

import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { hasOwnDisks, runOnOwnDisk } from '../../../../test/small-disk.ts'
import { sourceFlags } from '../../../../test/source-program.ts'

describe.runIf(hasOwnDisks)('a server whose store has no room for its journal', () => {
  test('refuses, ends as failed, starts when there is room, and has all that it acknowledged', () => {
    const program = fileURLToPath(new URL('full-disk-server.ts', import.meta.url))
    expect(runOnOwnDisk([...sourceFlags, program])).toEqual({
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
