import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Some forty commands, each a process of its own.
const TIMEOUT_MS = 240_000

test(
  'npm run tour shows every step, to the last one',
  async () => {
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=source', 'test/tour.ts'],
      { cwd, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined } },
    )
    const steps = [...stdout.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number))
    expect(steps).toEqual(Array.from({ length: 44 }, (_, index) => index + 1))
  },
  TIMEOUT_MS,
)
