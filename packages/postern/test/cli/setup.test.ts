import { createPrivateKey } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { apiTokenWithRole } from '../../../../test/admin-with-role.ts'
import { appChanges, appState } from '../../../../test/app-changes.ts'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { type KeySetServer, startKeySetServer } from '../../../../test/key-set-server.ts'
import { formsOf } from '../../../../test/leak-search.ts'
import { killAtChange } from './kill-at-change.ts'
import { createPlace, type Place, type RunOptions, type RunResult } from './run.ts'

interface Desk {
  readonly place: Place
  readonly running: RunningOrg
  readonly keySet: KeySetServer
  readonly out: string
  setup(flags?: readonly string[], options?: RunOptions): Promise<RunResult>
}

async function openDesk(options: StartOptions = {}): Promise<Desk> {
  const running = await startOrg({ edition: 'unlimited', keyType: 'EC', ...options })
  onTestFinished(running.close)
  const place = createPlace()
  onTestFinished(place.remove)
  const keySet = await startKeySetServer()
  const out = place.path('acme')
  return {
    place,
    running,
    keySet,
    out,
    setup: (flags = [], { env, ...more } = {}) =>
      place.run(
        [
          ...['setup', 'acme', '--org', running.url, '--out', out],
          ...['--admin-token', 'env:ADMIN', ...flags],
        ],
        { env: { ADMIN: running.adminToken, ...env }, ...more },
      ),
  }
}

const ways = [
  { way: 'the Apps API, the key in Okta', flags: [], url: false },
  { way: 'the Apps API, the key behind a URL', flags: [], url: true },
  { way: 'dynamic registration, the key in Okta', flags: ['--via', 'clients'], url: false },
  { way: 'dynamic registration, the key behind a URL', flags: ['--via', 'clients'], url: true },
] as const

const quick = ['--bundle', 'system-log', '--role', 'READ_ONLY_ADMIN']

/** What any way makes, once. */
const once = ['app created', 'grant created', 'role created']

function made({ running }: Desk, fromSeq = 0): readonly string[] {
  return appChanges(running, fromSeq)
    .filter((change) => change.endsWith('created'))
    .toSorted()
}

function flagsOf({ keySet }: Desk, { flags, url }: (typeof ways)[number]): readonly string[] {
  return [...quick, ...flags, ...(url ? ['--keys', 'url', '--jwks-url', keySet.url] : [])]
}

/** The person publishes the key set as soon as it is there. */
function publish({ out, keySet }: Desk): void {
  keySet.publish(JSON.parse(readFileSync(`${out}/jwks.json`, 'utf8')).keys)
}

describe.each(ways)('postern setup by $way', (way) => {
  test('ends with a live read and a folder that no other user reads', async () => {
    const desk = await openDesk()
    const flags = [...flagsOf(desk, way), '--output', 'json']
    if (way.url) {
      const early = await desk.setup(flags)
      expect(early.code).toBe(8)
      expect(made(desk)).toEqual([])
      publish(desk)
    }
    const { code, stdout, stderr } = await desk.setup(flags)
    expect([code, stderr]).toEqual([0, stderr])
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'acme',
      org: desk.running.url,
      tokenType: 'DPoP',
      dpopRequired: true,
      scopes: ['okta.logs.read'],
      missingScopes: [],
      roles: ['Read-only Administrator'],
      read: { path: '/api/v1/logs', records: 1 },
      skipped: {},
    })
    expect(made(desk)).toEqual(once)
    expect(statSync(desk.out).mode & 0o777).toBe(0o700)
    const names = readdirSync(desk.out).sort()
    expect(names.map((name) => name.replace(/^key-[\w-]{16}/, 'key'))).toEqual(
      [...(way.url ? ['jwks.json'] : []), 'key.pem', 'okta.env', 'setup.json'].sort(),
    )
    for (const name of names) {
      expect([name, statSync(`${desk.out}/${name}`).mode & 0o777]).toEqual([name, 0o600])
    }
    expect(desk.running.unexpected).toEqual([])
  })

  test('killed with SIGKILL after each change in the org and run again, it completes without a duplicate', async () => {
    const changes = way.flags.length > 0 ? (way.url ? 5 : 4) : 3
    for (let count = 1; count <= changes; count++) {
      const desk = await openDesk()
      const flags = flagsOf(desk, way)
      if (way.url) {
        await desk.setup(flags)
        publish(desk)
      }
      const onStart = killAtChange(desk.running, count)
      const killed = await desk.setup(flags, { onStart })
      expect([count, killed.code]).toEqual([count, 137])
      const { code, stderr } = await desk.setup(flags)
      expect([count, code, stderr]).toEqual([count, 0, stderr])
      expect([count, made(desk)]).toEqual([count, once])
    }
  }, 60_000)

  test('killed with SIGKILL and undone, it leaves the org as it was and no file', async () => {
    const desk = await openDesk()
    const before = appState(desk.running)
    const flags = flagsOf(desk, way)
    if (way.url) {
      await desk.setup(flags)
      publish(desk)
    }
    await desk.setup(flags, { onStart: killAtChange(desk.running, 1) })
    const { code, stderr } = await desk.setup(['--undo'])
    expect([code, stderr]).toEqual([0, stderr])
    expect(appState(desk.running)).toEqual(before)
    expect(existsSync(desk.out)).toBe(false)
  })
})

describe('postern setup', () => {
  test('shows a person what was proven', async () => {
    const desk = await openDesk()
    const { stdout, stderr } = await desk.setup(['--bundle', 'read-only'])
    for (const words of [
      'Token           DPoP: bound to a key of its own',
      'Scopes granted  okta.apps.read okta.groups.read okta.logs.read okta.users.read',
      'Admin roles     Read-only Administrator',
      'Live read       GET /api/v1/users gave 1 of its records',
      'DPoP            required, and used',
    ]) {
      expect(stdout).toContain(words)
    }
    expect(stderr).toContain('[8/8] Prove it: get a token and read with it')
  })

  test('undone after its end, it leaves the org as it was and no file', async () => {
    const desk = await openDesk()
    const before = appState(desk.running)
    await desk.setup()
    const { code, stderr } = await desk.setup(['--undo'])
    expect(code).toBe(0)
    expect(stderr).toContain('Deleted the app')
    expect(appState(desk.running)).toEqual(before)
    expect(existsSync(desk.out)).toBe(false)
    expect((await desk.setup(['--undo'])).code).not.toBe(0)
  })

  test('undone for a program, it gives what was taken back', async () => {
    const desk = await openDesk()
    await desk.setup()
    const { stdout } = await desk.setup(['--undo', '--output', 'json'])
    expect(JSON.parse(stdout).map(({ deed }: { deed: string }) => deed)).toEqual([
      'role-withdrawn',
      'app-deactivated',
      'app-deleted',
    ])
  })

  test('writes settings with which postern, and what reads such variables, gets a token', async () => {
    const desk = await openDesk()
    await desk.setup()
    const text = readFileSync(`${desk.out}/okta.env`, 'utf8')
    const env = Object.fromEntries(
      [...text.matchAll(/^([A-Z_]+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    )
    const { code, stdout } = await desk.place.run(['token', '--from-env', '--output', 'json'], {
      env,
    })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ tokenType: 'DPoP', missingScopes: [] })
    // A shell reads it too.
    expect(text).not.toMatch(/^(?!#)[A-Z_]+=[^']/m)
  })

  test('prints a plan and calls nobody, and later carries out the same plan', async () => {
    const desk = await openDesk()
    const at = ['setup', 'acme', '--org', desk.running.url, '--out', desk.out]
    const planned = await desk.place.run([...at, '--plan', '--output', 'json'])
    const plan = JSON.parse(planned.stdout)
    expect(plan.steps.at(-1)).toMatchObject({ id: 'prove' })
    const text = await desk.place.run([...at, '--plan'])
    expect(text.stdout).toContain(`Client ID    ${plan.clientId}`)
    const hcl = await desk.place.run([...at, '--plan', '--output', 'terraform'])
    expect(hcl.stdout).toContain(`client_id                  = "${plan.clientId}"`)
    expect(hcl.stdout).toContain('resource "okta_app_oauth_role_assignment" "postern_1" {')
    expect(appChanges(desk.running)).toEqual([])
    const { stdout } = await desk.setup(['--output', 'json'])
    expect(JSON.parse(stdout).clientId).toBe(plan.clientId)
  })

  test('plans for an org that cannot be reached', async () => {
    const desk = await openDesk()
    const { code, stdout } = await desk.place.run([
      ...['setup', 'acme', '--org', 'acme-admin.okta.com', '--out', desk.out, '--plan'],
    ])
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'Org          https://acme.okta.com'])
  })

  test('shows no secret in any output or file but that of the key', async () => {
    const desk = await openDesk()
    const outputs: RunResult[] = []
    const run = async (flags: readonly string[]) => outputs.push(await desk.setup(flags))
    await run(['--plan'])
    await run(['--plan', '--output', 'terraform'])
    await run(['--debug'])
    await run(['--output', 'json'])
    await run(['--scopes', 'okta.users.manage', '--debug'])
    const files = readdirSync(desk.out)
    const keyFile = files.find((name) => name.endsWith('.pem')) ?? ''
    const pem = readFileSync(`${desk.out}/${keyFile}`, 'utf8')
    const { d, p, q, dp, dq, qi } = createPrivateKey(pem).export({ format: 'jwk' })
    const others = files.filter((name) => name !== keyFile)
    await run(['--undo'])
    const shown = [
      ...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]),
      ...others.flatMap((name) =>
        existsSync(`${desk.out}/${name}`) ? [readFileSync(`${desk.out}/${name}`, 'utf8')] : [],
      ),
    ].join('\n')
    const secrets = [desk.running.adminToken, d, p, q, dp, dq, qi].map((text) => text ?? '')
    expect(secrets.every((secret) => secret.length > 40)).toBe(true)
    for (const secret of secrets.flatMap(formsOf)) expect(shown).not.toContain(secret)
    for (const line of pem.split('\n').slice(1, -2)) expect(shown).not.toContain(line)
  })

  test('does not keep the admin token', async () => {
    const desk = await openDesk()
    await desk.setup()
    for (const name of readdirSync(desk.out)) {
      expect(readFileSync(`${desk.out}/${name}`, 'utf8')).not.toContain(desk.running.adminToken)
    }
  })

  test.each([
    ['APP_ADMIN', 'grant scopes, assign admin roles'],
    ['READ_ONLY_ADMIN', 'create app integrations, grant scopes, assign admin roles'],
  ])('with the token of a %s names what it may not do, and makes nothing', async (role, lacks) => {
    const org = await emulatedOrg({ edition: 'unlimited', keyType: 'EC' })
    const token = await apiTokenWithRole(org, role)
    const place = createPlace()
    onTestFinished(place.remove)
    const seq = org.running.org.ledger.size
    const at = ['setup', 'acme', '--org', org.running.url, '--out', place.path('acme')]
    const { code, stderr } = await place.run([...at, '--admin-token', 'env:ADMIN'], {
      env: { ADMIN: token },
    })
    expect(code).toBe(5)
    expect(stderr).toContain(`may not: ${lacks}.`)
    expect(stderr).toContain('(setup_prerequisite_missing)')
    expect(appChanges(org.running, seq)).toEqual([])
  })

  test('goes on where the machine stopped before the key or the settings were written', async () => {
    const desk = await openDesk()
    await desk.setup([...quick, '--plan'])
    const key = readdirSync(desk.out).find((name) => name.endsWith('.pem')) ?? ''
    rmSync(`${desk.out}/${key}`)
    rmSync(`${desk.out}/okta.env`)
    writeFileSync(`${desk.out}/.setup.json.0123abcd`, 'half a fi')
    const { code } = await desk.setup(quick)
    expect(code).toBe(0)
    expect(made(desk)).toEqual(once)
  })

  test('does not begin anew where the key of an app that it made is gone', async () => {
    const desk = await openDesk()
    await desk.setup()
    const key = readdirSync(desk.out).find((name) => name.endsWith('.pem')) ?? ''
    rmSync(`${desk.out}/${key}`)
    const seq = desk.running.org.ledger.size
    const { code, stderr } = await desk.setup()
    expect([code, stderr.includes('folder_incomplete')]).toEqual([1, true])
    expect(appChanges(desk.running, seq)).toEqual([])
  })

  test('lets one process at a time work in a folder, and makes one app', async () => {
    const desk = await openDesk()
    const both = await Promise.all([desk.setup(quick), desk.setup(quick)])
    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expect(both.find(({ code }) => code === 1)?.stderr).toContain('folder_busy')
    expect(made(desk)).toEqual(once)
  })

  test('takes roles by type, by name and as custom ones, and scopes for all of which a reader is enough', async () => {
    const desk = await openDesk()
    const plan = async (flags: readonly string[]) => {
      const out = desk.place.path(`plan-${flags.join('').replace(/\W/g, '')}`)
      const at = ['setup', 'acme', '--org', 'acme.okta.com', '--out', out, '--plan']
      const { stdout, stderr } = await desk.place.run([...at, '--output', 'json', ...flags])
      return stdout === '' ? stderr : JSON.parse(stdout).roles
    }
    expect(await plan(['--role', 'user_admin', '--role', 'Application Administrator'])).toEqual([
      { type: 'USER_ADMIN' },
      { type: 'APP_ADMIN' },
    ])
    const custom = { type: 'CUSTOM', roleId: 'cr0abc', resourceSetId: 'iamdef' }
    expect(await plan(['--role', 'CUSTOM:cr0abc:iamdef'])).toEqual([custom])
    expect(await plan(['--scopes', 'okta.groups.read'])).toEqual([{ type: 'READ_ONLY_ADMIN' }])
    expect(await plan(['--scopes', 'okta.groups.manage'])).toContain('no admin role')
    expect(await plan(['--scopes', 'okta.groups.manage', '--role', 'none'])).toEqual([])
    expect(await plan(['--bundle', 'access-management'])).toEqual([
      { type: 'APP_ADMIN' },
      { type: 'USER_ADMIN' },
    ])
  })

  test.each([
    ['no administrator', ['setup', 'acme', '--org', 'acme.okta.com', '--out', 'x']],
    ['two ways at once', ['setup', 'acme', '--plan', '--undo', '--out', 'x']],
    ['no org', ['setup', 'acme', '--plan', '--out', 'x']],
    ['an unknown bundle', ['--bundle', 'everything']],
    ['an unknown role', ['--role', 'EMPEROR']],
    ['an unknown way', ['--via', 'magic']],
    ['a key set over http', ['--keys', 'url', '--jwks-url', 'http://keys.example/jwks.json']],
    ['a URL for a key that Okta keeps', ['--keys', 'okta', '--jwks-url', 'https://k.example/']],
    ['a URL that is not given', ['--keys', 'url']],
    ['an unknown guide', ['--guide', 'magic']],
    ['a folder of other files', ['--out', '.']],
  ])('refuses %s before anything is done', async (_what, args) => {
    const place = createPlace()
    onTestFinished(place.remove)
    writeFileSync(place.path('other.txt'), 'mine')
    const whole =
      args[0] === 'setup'
        ? args
        : ['setup', 'acme', '--org', 'acme.okta.com', '--out', 'x', '--plan', ...args]
    const { code, stdout, stderr } = await place.run(
      args[0] === '--guide' ? whole.filter((arg) => arg !== '--plan') : whole,
    )
    expect([[1, 2].includes(code ?? 0), stdout, stderr]).toEqual([true, '', stderr])
    expect(stderr).toContain('fix ')
  })

  test('refuses to go on with another plan than the one in the folder', async () => {
    const desk = await openDesk()
    await desk.setup(['--plan'])
    for (const [flags, named] of [
      [['--label', 'Another'], '--label'],
      [['--no-dpop'], '--no-dpop'],
      [['--bundle', 'access-management'], '--scopes, --role'],
      [['--via', 'clients'], '--via'],
    ] as const) {
      const { code, stderr } = await desk.setup(flags)
      expect([code, stderr]).toEqual([2, expect.stringContaining(`another plan: ${named}`)])
    }
    expect(appChanges(desk.running)).toEqual([])
  })
})
