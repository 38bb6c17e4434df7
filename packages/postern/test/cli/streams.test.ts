import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(place.remove)

function openFullDisk(): number {
  const full = openSync('/dev/full', 'w')
  onTestFinished(() => closeSync(full))
  return full
}

describe.runIf(existsSync('/dev/full'))('on a full disk', () => {
  test.each([[['--version']], [['--help']], [['keys', 'generate', '--out', 'full.jwk']]])(
    '%j ends with 1 and says why',
    async (args) => {
      const { code, stderr } = await place.run(args, { stdout: openFullDisk() })
      expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be written (ENOSPC)')])
      expect(stderr).not.toMatch(/^\s+at /m)
    },
  )

  test('a message that cannot be written leaves the exit code what it is', async () => {
    const { code } = await place.run(['keys', 'inspect', 'nofile'], { stderr: openFullDisk() })
    expect(code).toBe(6)
  })
})

describe('a reader that has gone', () => {
  test.each([[['--version']], [['--help']], [['token', '--help']]])(
    'is no failure of %j',
    async (args) => {
      expect(await place.run(args, { stdout: 'closed' })).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      })
    },
  )

  test('leaves the exit code of a failure what it is', async () => {
    expect(await place.run(['keys', 'inspect', 'nofile'], { stderr: 'closed' })).toMatchObject({
      code: 6,
    })
  })
})

test.each([
  ['18.20.4', 1],
  ['22.18.0', 1],
  ['22.19.0', 0],
  ['26.0.0', 0],
])('Node %s ends with %i', async (version, expected) => {
  const preload = place.path(`node-${version}.mjs`)
  writeFileSync(preload, `Object.defineProperty(process.versions, 'node', { value: '${version}' })`)
  const { code, stderr } = await place.run(['--version'], {
    env: { NODE_OPTIONS: `--import=${preload}` },
  })
  const line = `postern needs Node 22.19 or newer; this is Node ${version}.\n`
  expect([code, stderr]).toEqual([expected, expected === 0 ? '' : line])
})
