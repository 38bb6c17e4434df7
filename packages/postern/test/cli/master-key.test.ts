/** @module `postern master-key`, with a server that runs and without one. */

import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { testKeyLine } from '../../../../test/test-seal.ts'
import { findUnopened, putSecrets, secretPlaces } from '../store/seeded-secrets.ts'
import { createPlace } from './run.ts'
import { serveOrg } from './served-org.ts'
import { servePostern } from './served-postern.ts'

const place = createPlace()
afterAll(place.remove)

describe('postern master-key', () => {
  test('rotates and retires the key of a running server, whose file has it', {
    timeout: 60_000,
  }, async () => {
    const { service, env, close } = await servePostern()
    onTestFinished(close)
    const places = secretPlaces(3)
    await putSecrets(service.store, service.seal, places)
    const run = (verb: string, ...args: string[]) =>
      place.run(['master-key', verb, ...args], { env })

    const rotated = await run('rotate')
    expect(rotated).toEqual({
      code: 0,
      stdout: 'Version    2, new\nRewrapped  3 secrets\n',
      stderr: [
        'Version 2 of the master key is in its file. Copy the file anew.',
        'Version 2 seals what is kept from now on.',
        'End the version before with postern master-key retire, when no backup needs it.',
        '',
      ].join('\n'),
    })
    const keyFile = path.join(env['POSTERN_DATA'] ?? '', 'master-key')
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    expect((await run('retire')).stdout).toBe('Retired  1\n')
    expect(readFileSync(keyFile, 'utf8')).not.toContain('postern-master-key:1:')

    const status = await run('status', '--output', 'json')
    expect(JSON.parse(status.stdout)).toMatchObject({
      state: { status: 'unlocked', version: 2 },
      source: `file:${keyFile}`,
      versions: [
        { version: 2, secrets: 3, atHand: true },
        { version: 1, secrets: 0, retiredAt: expect.any(String) },
      ],
    })
    expect((await run('status')).stdout).toMatch(
      /^State {3}unlocked\nSource {2}file:.*\n\nversion +secrets +here +state\n2 +3 +yes +seals\n1 +0 +no +retired 2/,
    )
    expect(await findUnopened(service.store, service.seal, places)).toEqual([])
    const shown = [rotated, status].map(({ stdout, stderr }) => stdout + stderr).join('')
    const [, key = 'none'] = /postern-master-key:2:(\S+)/.exec(readFileSync(keyFile, 'utf8')) ?? []
    expect(shown).not.toContain(key.slice(0, 16))
  })

  test('makes a key file for a new store and says so, and never a second one', {
    timeout: 60_000,
  }, async () => {
    const data = place.path('data')
    const run = (...args: string[]) =>
      place.run(['master-key', ...args], { env: { POSTERN_DATA: data } })
    const first = await run('status')
    expect(first.stderr).toContain(`A master key was made: ${path.join(data, 'master-key')}.`)
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('unlocked')])

    // Another key in its place, and then none: neither is taken, and none is made.
    writeFileSync(path.join(data, 'master-key'), testKeyLine(1))
    const wrong = await run('status')
    expect([wrong.code, wrong.stdout]).toEqual([3, expect.stringContaining('is not the one')])
    rmSync(path.join(data, 'master-key'))
    const lost = await run('status')
    expect([lost.code, lost.stdout]).toEqual([3, expect.stringContaining('file is not there')])
    const refused = await run('rotate')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('(seal_locked)')])
    expect(existsSync(path.join(data, 'master-key'))).toBe(false)
  })

  test('keeps no connection without a master key, and says where one is given', {
    timeout: 60_000,
  }, async () => {
    const { app, env: orgEnv } = await serveOrg(place)
    const env = { ...orgEnv, POSTERN_DATA: place.path('keyless') }
    const locked = ['--master-key', 'env:NOT_SET']
    const connected = await place.run(['connect', 'acme', ...app, ...locked], { env })
    expect(connected.code).toBe(1)
    expect(connected.stderr).toContain('(seal_locked)')
    expect(connected.stderr).toContain('Set NOT_SET to the master key')
    const listed = await place.run(['connections', 'list', '--output', 'json', ...locked], { env })
    expect([listed.code, JSON.parse(listed.stdout)]).toEqual([0, []])
  })
})
