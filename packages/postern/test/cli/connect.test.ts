import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Secret } from '@postern/core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { stores } from '../../../../test/stores.ts'
import description from '../../package.json' with { type: 'json' }
import { identifyProcess } from '../../src/config/process-identity.ts'
import { writeServerFile } from '../../src/config/write-server-file.ts'
import { createPlace } from './run.ts'
import { serveOrg } from './served-org.ts'
import { prepareStore, type ServedPostern, servePostern } from './served-postern.ts'

const { version } = description
const place = createPlace()
afterAll(place.remove)

describe.each(stores)('connections by name, on a server with $name', ({ name }) => {
  let postern: ServedPostern
  beforeAll(async () => {
    postern = await servePostern(name)
  })
  afterAll(() => postern.close())

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    place.run(args, { env: { ...postern.env, ...env } })
  const read = async (...args: string[]) =>
    JSON.parse((await run([...args, '--output', 'json'])).stdout)

  test('a connection is tried out, kept, shown without its key, changed and forgotten', async () => {
    const { app, running } = await serveOrg(place, { dpopRequired: true })
    const made = await run(['connect', 'acme', ...app, '--description', 'HR'])
    expect(made.code).toBe(0)
    expect(made.stderr).toContain('✓ reading ')
    expect(made.stdout).toMatch(/^Token +DPoP$/m)
    expect(made.stdout).toMatch(/^Scopes granted +okta\.apps\.read /m)
    expect(made.stdout).toMatch(/^DPoP +required, and used$/m)
    expect(made.stdout).toMatch(/^Admin role +lets through what the scopes allow$/m)
    expect(made.stdout).toMatch(/^Live read +Records came of users, /m)

    const shown = await run(['connections', 'show', 'acme', '--output', 'json'])
    expect(JSON.parse(shown.stdout)).toMatchObject({
      name: 'acme',
      description: 'HR',
      kind: 'service-app',
      clientId: running.app.clientId,
      doctor: { status: 'ok' },
    })
    expect(shown.stdout).not.toContain(String(running.app.key['d']))

    const again = await run(['connect', 'acme', ...app])
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('(connection_exists)')])

    const updated = await run([
      ...['connections', 'update', 'acme', '--description', 'HR sync'],
      ...['--rotation-days', '30', '--scopes', 'okta.users.read'],
    ])
    expect(updated.code).toBe(0)
    expect(await read('connections', 'show', 'acme')).toMatchObject({
      description: 'HR sync',
      rotationIntervalDays: 30,
      scopes: ['okta.users.read'],
      dpop: 'auto',
    })
    expect((await read('connections', 'list')).length).toBe(1)

    // Nothing was tried out, and nothing is said of what was not.
    const described = await run(['connections', 'update', 'acme', '--description', 'HR'])
    expect([described.code, described.stdout]).toEqual([0, expect.stringContaining('HR')])
    expect(described.stdout).not.toContain('none was given')

    const removed = await run(['connections', 'remove', 'acme'])
    expect([removed.code, removed.stderr]).toEqual([
      0,
      expect.stringContaining('> Deactivate, then'),
    ])
    const gone = await run(['connections', 'show', 'acme'])
    expect([gone.code, gone.stderr]).toEqual([
      6,
      expect.stringContaining('fix Connect it with postern connect acme --org'),
    ])
  })

  test('one that does not work is not kept, unless that is asked for', async () => {
    const { app } = await serveOrg(place, { faults: ['key-replaced'] })
    const refused = await run(['connect', 'broken', ...app])
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('✗ token ')
    expect(refused.stderr).toContain('(connection_unusable)')
    expect(await read('connections', 'list')).toEqual([])
    const forced = await run(['connect', 'broken', ...app, '--force'])
    expect(forced.code).toBe(0)
    const examined = await run(['doctor', 'broken'])
    expect([examined.code, examined.stdout]).toEqual([3, expect.stringContaining('(key_mismatch)')])
    await run(['connections', 'remove', 'broken'])
  })
})

describe('where no server runs', () => {
  test('commands open the store themselves, and leave it for the next', async () => {
    const { app } = await serveOrg(place)
    const store = await prepareStore()
    onTestFinished(store.remove)
    const { dataDir } = store.place
    const env = { POSTERN_DATA: dataDir }
    const made = await place.run(['connect', 'acme', ...app], { env })
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('A master key was made')])

    // Of a server that nobody reaches any more.
    const left = { url: 'http://127.0.0.1:9', accessKey: new Secret('x'), version }
    await writeServerFile(dataDir, { ...left, process: await identifyProcess() })
    const examined = await place.run(['doctor', 'acme', '--output', 'json'], { env })
    expect([examined.code, examined.stderr]).toEqual([0, 'No problem was found.\n'])
    // How Postern keeps scopes is nothing to remark on to whoever never typed them so.
    expect(examined.stdout).not.toContain('scope_separator')
    expect(existsSync(`${dataDir}/server.json`)).toBe(false)
  })

  test.runIf(existsSync('/proc/self/stat'))(
    'a program that took the number and the port of a killed server is asked nothing',
    async () => {
      const other = await startScriptedServer(() => ({ status: 200, body: '{"connections":[]}' }))
      const store = await prepareStore()
      onTestFinished(async () => {
        await other.close()
        await store.remove()
      })
      const { dataDir } = store.place
      await writeServerFile(dataDir, {
        url: other.orgUrl,
        accessKey: new Secret('postern_local_TESTSECRET'),
        process: { ...(await identifyProcess()), start: '1' },
        version,
      })
      const { code } = await place.run(['connections', 'list'], { env: { POSTERN_DATA: dataDir } })
      expect([code, other.requests]).toEqual([0, []])
    },
  )

  test('a server of another version is refused with what to do', async () => {
    const postern = await servePostern()
    try {
      const path = `${postern.env['POSTERN_DATA']}/server.json`
      const file = JSON.parse(readFileSync(path, 'utf8'))
      writeFileSync(path, JSON.stringify({ ...file, version: '0.0.1' }))
      const { code, stderr } = await place.run(['connections', 'list'], { env: postern.env })
      expect([code, stderr]).toEqual([1, expect.stringContaining('(server_version_differs)')])
    } finally {
      await postern.close()
    }
  })
})

describe('a name with a part of a connection', () => {
  test.each([
    ['token', ['--client-id', '0oaTEST0000000000Tst'], '--client-id is given'],
    ['doctor', ['--key', 'app.jwk', '--dpop', 'never'], '--key, --dpop is given'],
    ['emulator compare', [], 'This needs a credential'],
  ])('%s %j is refused', async (command, flags, expected) => {
    const { code, stderr } = await place.run([...command.split(' '), 'acme', ...flags])
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)])
  })
})
