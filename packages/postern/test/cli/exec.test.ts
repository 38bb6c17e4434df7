import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { listAudit } from '../../src/store/list-audit.ts'
import { createPlace, type RunOptions } from './run.ts'
import { prepareStore, type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
let postern: ServedPostern
beforeAll(async () => {
  postern = await servePostern()
})
afterAll(async () => {
  await postern.close()
  place.remove()
})

const node = process.execPath

/** A program of the tools' own kind, which says what came of it as JSON. */
const program = (source: string) => [node, '--input-type=module', '--eval', source]

const requestTo = (path: string, scheme: string) => `
  import { get } from 'node:http'
  const { OKTA_CLIENT_ORGURL: org, OKTA_CLIENT_TOKEN: token } = process.env
  const headers = { authorization: '${scheme} ' + token }
  get(org + '${path}', { headers }, (answer) => answer.pipe(process.stdout))`

function exec(command: readonly string[], flags: readonly string[] = [], options: RunOptions = {}) {
  const env = { ...postern.env, ...options.env }
  return place.run(['exec', 'acme', ...flags, '--', ...command], { ...options, env })
}

/** An org that requires DPoP, connected as `acme`. */
async function connectOrg(env: Readonly<Record<string, string>>): Promise<RunningOrg> {
  const org = await startOrg({
    ...{ edition: 'unlimited', keyType: 'EC', users: 230, dpopRequired: true },
  })
  writeFileSync(place.path('app.jwk'), JSON.stringify(org.app.key), { mode: 0o600 })
  const app = ['--client-id', org.app.clientId, '--key', place.path('app.jwk')]
  const args = ['connect', 'acme', '--org', org.url, ...app, '--scopes', org.app.scopes.join(' ')]
  const { code, stderr } = await place.run(args, { env })
  if (code !== 0) throw new Error(stderr)
  return org
}

/** What an org answers its administrator, as it came. */
async function get({ url, adminToken }: RunningOrg, path: string): Promise<string> {
  const answer = await fetch(url + path, { headers: { authorization: `SSWS ${adminToken}` } })
  return answer.text()
}

describe('exec, with an org that requires DPoP', () => {
  let org: RunningOrg
  beforeAll(async () => {
    org = await connectOrg(postern.env)
  })
  afterAll(() => org.close())
  const users = async () => JSON.parse(await get(org, '/api/v1/users?limit=200'))

  test('lets the official client work unchanged, from page to page', async () => {
    const client = import.meta.resolve('@okta/okta-sdk-nodejs')
    const { code, stdout, stderr } = await exec(
      program(`
        import okta from ${JSON.stringify(client)}
        const users = await new okta.Client().userApi.listUsers({ limit: 100 })
        const logins = []
        await users.each((user) => void logins.push(user.profile.login))
        console.log(JSON.stringify([logins.length, logins.slice(0, 200)]))`),
    )
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^acme is at http:\/\/127\.0\.0\.1:/)])
    const first = await users()
    const logins = first.map(({ profile }: { profile: { login: string } }) => profile.login)
    expect(JSON.parse(stdout)).toEqual([expect.any(Number), logins])
    expect(JSON.parse(stdout)[0]).toBeGreaterThan(200)
  })

  test('lets a client of HTTP work that sends an API token', async () => {
    const hasCurl = spawnSync('curl', ['--version']).status === 0
    const curl =
      'exec curl -sS -H "Authorization: SSWS $OKTA_CLIENT_TOKEN" "$OKTA_CLIENT_ORGURL/api/v1/users?limit=200"'
    const { code, stdout } = await exec(
      hasCurl ? ['sh', '-c', curl] : program(requestTo('/api/v1/users?limit=200', 'SSWS')),
    )
    expect([code, JSON.parse(stdout)]).toEqual([0, await users()])
  })

  test('gives what the Terraform provider reads: the URL in the place of a proxy, and a bearer token', async () => {
    const { code, stdout } = await exec(
      program(`
        import { request } from 'node:http'
        const { OKTA_HTTP_PROXY, OKTA_ACCESS_TOKEN, OKTA_API_TOKEN, OKTA_ORG_NAME, OKTA_BASE_URL } = process.env
        const headers = { authorization: 'Bearer ' + OKTA_ACCESS_TOKEN }
        const { hostname, port } = new URL(OKTA_HTTP_PROXY)
        // The client of the provider may take it for a proxy too, and write the whole URL.
        for (const path of ['/api/v1/groups', OKTA_HTTP_PROXY + '/api/v1/groups'])
          await new Promise((resolve) => request({ hostname, port, path, headers }, async (answer) => {
            const text = (await answer.toArray()).join('')
            console.log(JSON.stringify([answer.statusCode, text, OKTA_API_TOKEN ?? null, OKTA_ORG_NAME + '.' + OKTA_BASE_URL]))
            resolve()
          }).end())`),
    )
    const [first = '', second] = stdout.trimEnd().split('\n')
    expect([code, second]).toEqual([0, first])
    const { host } = new URL(org.url)
    expect(JSON.parse(first)).toEqual([200, await get(org, '/api/v1/groups'), null, host])
  })

  test('gives reading alone, unless --allow gives more, and says so to the tool', async () => {
    const post = program(`
      import { request } from 'node:http'
      const { OKTA_CLIENT_ORGURL: org, OKTA_CLIENT_TOKEN: token } = process.env
      const headers = { authorization: 'SSWS ' + token, 'content-type': 'application/json' }
      const call = request(org + '/api/v1/groups', { method: 'POST', headers }, async (answer) =>
        console.log(answer.statusCode, (await answer.toArray()).join('')))
      call.end(JSON.stringify({ profile: { name: 'made' + process.pid } }))`)
    const refused = await exec(post)
    expect(refused.stdout).toMatch(/^403 .*"errorCode":"proxy_method_not_allowed"/)
    const elsewhere = await exec(post, ['--allow', 'POST:/api/v1/users'])
    expect(elsewhere.stdout).toMatch(/^403 .*"errorCode":"proxy_path_not_allowed"/)
    // The org refuses what its own scopes do not give: it was asked.
    const given = await exec(post, ['--allow', 'POST:/api/v1/groups'])
    expect(given.stdout).toMatch(/^403 /)
    expect(given.stdout).not.toContain('proxy_')
  })

  test('takes every other credential out of the environment, and leaves the rest in', async () => {
    const { stdout } = await exec(program('console.log(JSON.stringify(process.env))'), [], {
      env: {
        OKTA_API_PRIVATE_KEY: 'TEST-1',
        OKTA_CLIENT_CLIENTID: 'TEST-2',
        OKTA_API_TOKEN: 'TEST-3',
        POSTERN_MASTER_KEY: `file:${place.path('none')}`,
        HTTPS_PROXY: '',
        OTHER: 'kept',
      },
    })
    const env = JSON.parse(stdout)
    expect(stdout).not.toContain('TEST-')
    expect(env).not.toHaveProperty('POSTERN_MASTER_KEY')
    expect(env).toMatchObject({ OTHER: 'kept', OKTA_CLIENT_AUTHORIZATIONMODE: 'SSWS' })
  })

  test.each([
    ['its exit code', 'process.exit(7)', 7],
    ['the signal that ended it', "process.kill(process.pid, 'SIGTERM')", 143],
    ['that it was killed', "process.kill(process.pid, 'SIGKILL')", 137],
  ])('passes on %s, and leaves neither access key nor listener', async (_, source, ending) => {
    const { code, stdout } = await exec(
      program(`console.log(process.env.OKTA_CLIENT_ORGURL + ' ' + process.env.OKTA_CLIENT_TOKEN)
        setImmediate(() => { ${source} })`),
    )
    const [url = '', accessKey = ''] = stdout.trim().split(' ')
    expect(code).toBe(ending)
    await expect(fetch(url)).rejects.toThrow()
    const straight = await fetch(`${postern.url}/v1/connections/acme/proxy/api/v1/users`, {
      headers: { authorization: `Bearer ${accessKey}` },
    })
    expect(straight.status).toBe(401)
    const { accessKeys, store } = postern.service
    expect(await accessKeys.list()).toEqual([])
    const [, keyId = ''] = accessKey.split('_')
    const rows = await listAudit(store, { limit: 100, target: keyId })
    expect(rows.map(({ action }) => action)).toEqual(['access-key.revoke', 'access-key.add'])
    expect(JSON.parse(rows[1]?.details ?? '')).toMatchObject({ name: 'postern exec acme' })
  })

  test('passes a signal on to the command, whose answer counts', async () => {
    let started: { kill(signal: NodeJS.Signals): void } | undefined
    const { code, stdout } = await exec(
      program(`
        process.on('SIGINT', () => { console.log('asked to end'); process.exit(5) })
        setInterval(() => undefined, 1000)
        console.log('running')`),
      [],
      {
        onStart: (child) => {
          started = child
        },
        onOutput: (text) => {
          if (text.includes('running')) started?.kill('SIGINT')
        },
      },
    )
    expect([code, stdout]).toEqual([5, 'running\nasked to end\n'])
  })

  test('gives standard input to the command', async () => {
    const { stdout } = await exec(program('process.stdin.pipe(process.stdout)'), [], {
      input: 'what was piped\n',
    })
    expect(stdout).toBe('what was piped\n')
  })

  test('does not take the options of the command for its own', async () => {
    const { code, stdout } = await exec([
      ...[node, '--print', 'process.argv.slice(1).join()'],
      ...['--', '--output', 'json', '--debug'],
    ])
    expect([code, stdout]).toEqual([0, '--output,json,--debug\n'])
  })

  test.each([
    ['a program that is not there', ['no-such-program'], 127, '(command_not_found)'],
    ['an empty word', [''], 127, '(command_not_found)'],
    ['a folder', ['/'], 126, '(command_not_executable)'],
  ])('ends with the code of shells for %s', async (_, command, ending, text) => {
    const { code, stderr } = await exec(command)
    expect([code, stderr]).toEqual([ending, expect.stringContaining(text)])
  })
})

// Elsewhere there is no limit to one variable alone.
test.runIf(process.platform === 'linux')(
  'exec says so where the environment is too large for the command',
  async () => {
    const { code, stderr } = await exec(['true'], [], { env: { NO_PROXY: 'x'.repeat(131_060) } })
    expect([code, stderr]).toEqual([126, expect.stringContaining('cannot be run (E2BIG)')])
  },
)

test('exec opens the store itself where no server runs, and says which connection is missing', async () => {
  const { place: store, remove } = await prepareStore()
  const env = { POSTERN_DATA: store.dataDir }
  try {
    const missing = await place.run(['exec', 'acme', '--', node, '--version'], { env })
    expect([missing.code, missing.stderr]).toEqual([
      6,
      expect.stringContaining('No connection acme is kept.'),
    ])
    const org = await connectOrg(env)
    onTestFinished(org.close)
    const { code, stdout, stderr } = await place.run(
      [...['exec', 'acme', '--'], ...program(requestTo('/api/v1/groups', 'Bearer'))],
      { env },
    )
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^acme is at [^\n]+\n$/)])
    expect(stdout).toBe(await get(org, '/api/v1/groups'))
    const listed = await place.run(['access', 'list', '--output', 'json'], { env })
    expect(JSON.parse(listed.stdout)).toEqual([])
  } finally {
    await remove()
  }
})
