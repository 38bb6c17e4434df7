import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(place.remove)

// Says when the command listens for signals: before that, one ends it in any case.
const preload = place.path('say-when-listening.mjs')
writeFileSync(
  preload,
  `process.on('newListener', (name) => {
    if (name === 'SIGTERM') process.stderr.write('listening\\n')
  })`,
)
const env = { NODE_OPTIONS: `--import=${preload}` }

describe('an interruption ends with 130', () => {
  test.each([
    ['standard input', ['keys', 'inspect', '-']],
    ['standard input for a flag', ['token', '--key', '-']],
  ])('a command that reads %s', async (_what, args) => {
    const { code, stderr } = await place.run(args, {
      env,
      input: null,
      interruptAfter: 'listening',
    })
    expect([code, stderr]).toEqual([130, 'listening\ninterrupted\n'])
  })

  test.runIf(process.platform !== 'win32')('a command that waits for a named pipe', async () => {
    execFileSync('env', ['mkfifo', place.path('pipe')])
    const { code, stderr } = await place.run(
      ['token', '--from-env', '--passphrase', 'pipe', '--key', 'pipe'],
      {
        env: { OKTA_CLIENT_ORGURL: 'https://acme.okta.com' },
        interruptAfter: 'OKTA_CLIENT_ORGURL',
      },
    )
    expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted')])
  })

  test('a key that is being made, which is not written', async () => {
    const { code, stdout } = await place.run(
      ['keys', 'generate', '--bits', '4096', '--out', place.path('never.jwk')],
      { env, interruptAfter: 'listening' },
    )
    expect([code, stdout]).toEqual([130, ''])
    expect(existsSync(place.path('never.jwk'))).toBe(false)
  })
})
