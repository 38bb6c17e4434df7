import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { preparedProgram, sourceFlags } from '../../../../test/source-program.ts'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(place.remove)

interface StartedOrg {
  readonly url: string
  readonly control: string
  readonly adminToken: string
  readonly app: {
    readonly clientId: string
    readonly key: Record<string, string>
    readonly scopes: string[]
  }
  readonly faults: readonly string[]
}

/** Starts the command, waits for its line, and gives what ends it. */
async function start(...args: readonly string[]) {
  const child = spawn(
    process.execPath,
    [...sourceFlags, preparedProgram, 'emulator', '--output', 'json', ...args],
    { cwd: place.path(''), env: { HOME: place.path(''), PATH: process.env['PATH'] ?? '' } },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      if (stdout.includes('\n')) resolve()
    })
    child.on('close', () => reject(new Error(stderr)))
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return { code: await ended, stdout, stderr }
  }
  return { org: JSON.parse(stdout) as StartedOrg, end }
}

async function refusal(...args: readonly string[]) {
  const { code, stdout, stderr } = await place.run(['emulator', ...args, '--output', 'json'])
  return { code, stdout, error: JSON.parse(stderr).error }
}

describe('postern emulator', () => {
  test('prints one line of JSON, answers until SIGINT, and ends with 130', async () => {
    const { org, end } = await start('--users', '7', '--fault', 'rate-headers-missing')
    expect(org).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      control: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/orgs\/acme$/),
      app: { key: { kty: 'RSA', kid: expect.any(String) } },
      faults: ['rate-headers-missing'],
    })
    const headers = { authorization: `SSWS ${org.adminToken}` }
    const answer = await fetch(`${org.url}/api/v1/users`, { headers })
    expect([answer.status, answer.headers.get('x-rate-limit-limit')]).toEqual([200, null])
    await fetch(`${org.control}/faults/rate-headers-missing`, { method: 'DELETE' })
    expect(
      (await fetch(`${org.url}/api/v1/users`, { headers })).headers.has('x-rate-limit-limit'),
    ).toBe(true)
    const { code, stdout, stderr } = await end('SIGINT')
    expect(code).toBe(130)
    expect(stdout.trimEnd().split('\n').length).toBe(1)
    expect(JSON.parse(stderr).error.code).toBe('interrupted')
    await expect(fetch(org.url)).rejects.toThrow()
  })

  test('is an org that postern token gets a token from, DPoP and all', async () => {
    const keyFile = place.path('app.jwk')
    const { org, end } = await start(
      '--dpop',
      '--scopes',
      'okta.groups.read',
      '--role',
      'none',
      '--key-out',
      keyFile,
    )
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(keyFile, 'utf8'))).toEqual(org.app.key)
    const { code, stdout } = await place.run([
      ...['token', '--org', org.url, '--client-id', org.app.clientId, '--key', keyFile],
      ...['--scopes', 'okta.groups.read', '--output', 'json'],
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ tokenType: 'DPoP', scopes: ['okta.groups.read'] })
    expect((await end('SIGTERM')).code).toBe(130)
  })

  test('takes a seed, an edition, an assumption and traffic', async () => {
    const { org } = await start(
      ...[
        '--seed',
        '7',
        '--edition',
        'integrator',
        '--assume',
        'grantStatus=201',
        '--traffic',
        '2.5',
      ],
    )
    const assumptions = await (await fetch(`${org.control}/assumptions`)).json()
    expect(assumptions).toMatchObject({ grantStatus: '201' })
    const headers = { authorization: `SSWS ${org.adminToken}` }
    const answer = await fetch(`${org.url}/api/v1/users`, { headers })
    expect(answer.headers.get('x-rate-limit-limit')).toBe('50')
  })

  test('shows people where everything is, and the key as the test key it is', async () => {
    const { code, stdout, stderr } = await place.run(['emulator', '--fault', 'clock-skew=300'], {
      interruptAfter: 'until Ctrl-C',
    })
    expect(code).toBe(130)
    for (const label of [
      'Org URL',
      'Control',
      'Admin API token',
      'Client ID',
      'Private key',
      'Scopes',
      'Role',
      'Fault',
    ])
      expect(stdout).toMatch(new RegExp(`^${label} {2,}\\S`, 'm'))
    expect(stdout).toContain('a test key, of use here only')
    expect(stdout).toContain(
      'clock-skew (401 invalid_client: The client_assertion token is expired.',
    )
    expect(stdout.match(/^curl /gm)?.length).toBe(3)
    expect(stderr).toMatch(/^The org runs until Ctrl-C/)
  })

  test('shows how to call it with a token of the app, where the key is in a file', async () => {
    const { stdout } = await place.run(['emulator', '--key-out', "it's mine.jwk"], {
      interruptAfter: 'until Ctrl-C',
    })
    const field = (name: string) => new RegExp(`^${name} +(\\S+)`, 'm').exec(stdout)?.[1]
    const users = `'${field('Org URL')}/api/v1/users?limit=2'`
    const service = `--org ${field('Org URL')} --client-id ${field('Client ID')}`
    expect(stdout.split('\n')).toContain(
      `postern token --headers-for ${users} ${service} --key 'it'\\''s mine.jwk' --scopes okta.users.read | curl -H @- ${users}`,
    )
    const without = [[], ['--key-out', 'other.jwk', '--scopes', 'okta.groups.read']]
    for (const args of without) {
      const shown = await place.run(['emulator', ...args], { interruptAfter: 'until Ctrl-C' })
      expect(shown.stdout).toContain('\nTry it\ncurl ')
      expect(shown.stdout).not.toContain('postern token')
    }
  })

  test('prints the members that programs rely on', async () => {
    const { org } = await start()
    expect(Object.keys(org)).toEqual(
      expect.arrayContaining(['url', 'control', 'adminToken', 'app']),
    )
    expect(Object.keys(org.app)).toEqual(expect.arrayContaining(['clientId', 'key', 'scopes']))
    expect(org.app.scopes.every((scope) => scope.startsWith('okta.'))).toBe(true)
  })

  test.each([['json'], ['table']])(
    'ends where nobody reads where the org is, as %s',
    async (format) => {
      const { code } = await place.run(['emulator', '--output', format], { stdout: 'closed' })
      expect(code).toBe(0)
    },
  )

  test('says nothing of its environment', async () => {
    const env = {
      OKTA_CLIENT_TOKEN: '00-environment-token',
      OKTA_API_PRIVATE_KEY: 'environment-private-key',
      POSTERN_DATA: '/environment-folder',
    }
    const shown = await place.run(['emulator'], { env, interruptAfter: 'until Ctrl-C' })
    const refused = await place.run(['emulator', '--debug', '--port', '1e3'], { env })
    for (const { stdout, stderr } of [shown, refused])
      expect(stdout + stderr).not.toMatch(/environment/)
  })

  test('lists every fault, for people and for programs, and starts nothing', async () => {
    const people = await place.run(['emulator', '--list-faults'])
    expect([people.code, people.stderr]).toEqual([0, ''])
    expect(people.stdout).toMatch(/^admin-role-missing\n {2}The app has no admin role\.\n/m)
    const programs = await place.run(['emulator', '--list-faults', '--output', 'json'])
    const names = JSON.parse(programs.stdout).map(({ name }: { name: string }) => name)
    expect(names).toContain('rate-limited')
    expect(names.every((name: string) => people.stdout.includes(`${name}\n`))).toBe(true)
  })
})

describe('a refusal of postern emulator', () => {
  test.each([
    [
      ['--fault', 'admin-role-mising'],
      'There is no fault "admin-role-mising".',
      'Did you mean admin-role-missing',
    ],
    [
      ['--port', '70000'],
      '--port is no whole number from 0 to 65535.',
      'Give --port such a number',
    ],
    [['--traffic', '-1'], '--traffic is no number from 0 to 10000.', 'Give --traffic'],
    [['--edition', 'free'], 'That edition is not known.', 'integrator'],
    [['--assume', 'grantStatus'], 'A value of --assume has no =.', '--assume name=value'],
    [
      ['--assume', 'grantStatu=201'],
      'There is no assumption "grantStatu".',
      'Did you mean grantStatus',
    ],
    [['--tls-cert', 'none.pem'], '--tls-key is missing.', 'together'],
    [['--users', '-1'], '--users is no whole number from 0 to 1000000.', 'Give --users'],
    [['--users', '1e9'], '--users is no whole number from 0 to 1000000.', 'Give --users'],
    [['--fault', 'slow-body=pieces:0'], 'cannot be "0".', 'Give a number from 1 to 1000'],
  ])('of %j says what was found and what to do', async (args, message, remedy) => {
    const { code, stdout, error } = await refusal(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(error).toMatchObject({
      code: 'usage_invalid',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
    })
  })

  test('names a port that is taken', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as { port: number }
    const { code, error } = await refusal('--port', String(port))
    expect([code, error.message]).toEqual([2, 'The port cannot be opened (EADDRINUSE).'])
  })

  test('of a certificate and key that are empty files', async () => {
    writeFileSync(place.path('empty.pem'), '\n')
    const path = place.path('empty.pem')
    const { code, error } = await refusal('--tls-cert', path, '--tls-key', path)
    expect(code).toBe(2)
    expect(error.message).toMatch(/^The file of --tls-(?:cert|key) is empty\.$/)
  })

  test('leaves an existing key file as it is', async () => {
    writeFileSync(place.path('mine.jwk'), 'mine')
    const { code } = await refusal('--key-out', place.path('mine.jwk'))
    expect(code).not.toBe(0)
    expect(readFileSync(place.path('mine.jwk'), 'utf8')).toBe('mine')
  })

  test('of a certificate that is none', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(place.path('tls.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(place.path('tls.crt'), 'no certificate')
    const { code, error } = await refusal(
      '--tls-cert',
      place.path('tls.crt'),
      '--tls-key',
      place.path('tls.key'),
    )
    expect([code, error.message]).toEqual([
      2,
      expect.stringContaining('certificate and key cannot be used'),
    ])
    expect(existsSync(place.path('tls.key'))).toBe(true)
  })
})
