/** @module The files of `deploy` name what there is: each of their commands is run as it stands. */

import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { codeOf, type DeployPlace, deploy, newDeployPlace } from './deploy/deployed.ts'
import { execForm, parseDockerfile, variablesOf } from './deploy/dockerfile.ts'
import { readUnit, type Unit } from './deploy/unit.ts'
import { sourceFlags } from './source-program.ts'
import { newDatabase } from './stores.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = path.join(root, 'deploy')
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
const manifest = (name: string) =>
  JSON.parse(readFileSync(path.join(root, name, 'package.json'), 'utf8'))

// What the sum of those limits in the program is: requests, feeds, what repeats.
const LONGEST_STOP_SECONDS = 10 + 10 + 5

async function readyAt(url: string): Promise<unknown> {
  return (await fetch(`${url}/readyz`)).json()
}

async function databaseSecret(): Promise<string> {
  const database = await newDatabase('empty')
  onTestFinished(database.drop)
  return database.url
}

describe('the systemd units', () => {
  const units = path.join(folder, 'systemd')

  function open(place: DeployPlace, files: readonly string[]) {
    const named = files.map((file) => path.join(units, file))
    const unit = readUnit(named, { S: place.path('state'), d: place.credentials, i: '1' })
    const state = place.path(`state/${unit.one('StateDirectory')}`)
    mkdirSync(state, { recursive: true, mode: Number.parseInt(unit.one('StateDirectoryMode'), 8) })
    const pairs = unit.all('Environment').flatMap((line) => line.split(' '))
    const env: Record<string, string> = Object.fromEntries(pairs.map((pair) => pair.split('=')))
    return { unit, env: { ...env, CREDENTIALS_DIRECTORY: place.credentials } }
  }

  function start(place: DeployPlace, unit: Unit, env: Readonly<Record<string, string>>) {
    const [program, ...args] = unit.words(unit.one('ExecStart'), env)
    expect(program).toBe('/usr/local/bin/postern')
    return deploy(place, args, env)
  }

  test.each([
    ['postern.service', ['postern.service'], 'pglite', ['master-key']],
    [
      'postern.service on PostgreSQL',
      ['postern.service', 'postern.service.d/database.conf'],
      'postgres',
      ['master-key', 'database'],
    ],
  ] as const)(
    '%s starts a server that is ready, and is told so',
    async (_name, files, store, secrets) => {
      const place = newDeployPlace(store === 'postgres' ? { database: await databaseSecret() } : {})
      const { unit, env } = open(place, files)
      expect(unit.all('LoadCredential').map((line) => line.split(':'))).toEqual(
        secrets.map((secret) => [secret, `/etc/postern/${secret}`]),
      )
      expect(await codeOf(unit.words(unit.one('ExecStartPre'), env))).toBe(0)
      const server = await start(place, unit, { ...env, POSTERN_FLAGS: '--port 0' })
      const waits = unit.words(unit.one('ExecStartPost'), env)
      expect(await codeOf(waits, { MAINPID: String(server.printed.pid) })).toBe(0)
      expect([server.printed.store, await readyAt(server.printed.url)]).toEqual([
        store,
        { status: 'ready' },
      ])
      expect((await server.stop()).code).toBe(0)
      // Nobody waits for one that is gone.
      expect(await codeOf(waits, { MAINPID: String(server.printed.pid) })).toBe(1)
    },
  )

  test('postern-worker@.service runs a worker on the same PostgreSQL', async () => {
    const place = newDeployPlace({ database: await databaseSecret() })
    const { unit, env } = open(place, ['postern-worker@.service'])
    const worker = await start(place, unit, env)
    expect(worker.printed.worker).toBe(true)
    expect((await worker.stop()).code).toBe(0)
  })

  test.each(['postern.service', 'postern-worker@.service'])(
    '%s waits for the end, and gives the process nothing but its folder',
    (name) => {
      const { unit } = open(newDeployPlace(), [name])
      expect(Number(unit.one('TimeoutStopSec'))).toBeGreaterThan(LONGEST_STOP_SECONDS)
      expect([unit.one('User'), unit.one('KillMode'), unit.one('Restart')]).toEqual([
        'postern',
        'mixed',
        'on-failure',
      ])
      const closed = Object.fromEntries(
        [
          'NoNewPrivileges',
          'ProtectHome',
          'PrivateTmp',
          'PrivateDevices',
          'RestrictNamespaces',
        ].map((setting) => [setting, unit.one(setting)]),
      )
      expect(new Set(Object.values(closed))).toEqual(new Set(['yes']))
      expect([unit.one('ProtectSystem'), unit.one('LimitCORE')]).toEqual(['strict', '0'])
      expect(unit.all('SystemCallFilter')).toEqual(['@system-service', '~@privileged @resources'])
      // Node compiles while it runs.
      expect(unit.all('MemoryDenyWriteExecute')).toEqual([])
      const settings = readFileSync(path.join(units, name), 'utf8').match(/^\w+(?==)/gm) ?? []
      const hardening = (text: string) =>
        text.slice(text.indexOf('NoNewPrivileges'), text.indexOf('# Left out'))
      expect(settings.length).toBeGreaterThan(30)
      expect(hardening(readFileSync(path.join(units, name), 'utf8'))).toBe(
        hardening(readFileSync(path.join(units, 'postern.service'), 'utf8')),
      )
    },
  )

  test('run as the user that sysusers makes', () => {
    expect(read('systemd/postern.sysusers.conf')).toMatch(/^u postern - /m)
  })
})

describe('the Dockerfile', () => {
  const instructions = parseDockerfile(read('Dockerfile'))
  const of = (name: string) => instructions.filter((instruction) => instruction.name === name)
  const last = (name: string) => of(name).at(-1) ?? { name, text: '' }

  test('starts a server that its HEALTHCHECK finds, with the secret at its place', async () => {
    const place = newDeployPlace()
    const [node, liftoff, program] = execForm(last('ENTRYPOINT'))
    expect([node, sourceFlags.includes(liftoff ?? '')]).toEqual(['node', true])
    expect(program).toBe('/opt/postern/node_modules/postern/dist/postern.cjs')
    const env = {
      ...variablesOf(instructions),
      HOME: place.path('data'),
      POSTERN_DATA: place.path('data'),
      CREDENTIALS_DIRECTORY: place.credentials,
    }
    // The tests have no port to themselves.
    const args = [...execForm(last('CMD')), '--port', '0', '--output', 'json']
    const server = await deploy(place, args, env)
    const { port } = new URL(server.printed.url)
    expect(await readyAt(`http://127.0.0.1:${port}`)).toEqual({ status: 'ready' })
    const [, ...check] = execForm({
      name: 'CMD',
      text: last('HEALTHCHECK').text.split(' CMD ')[1] ?? '',
    })
    const asked = (at: string) =>
      codeOf([process.execPath, ...check.map((word) => word.replace(':7478/', `:${at}/`))])
    expect(await asked(port)).toBe(0)
    expect((await server.stop()).code).toBe(0)
    expect(await asked(port)).toBe(1)
  })

  test('asks the port that is the default', async () => {
    const { stdout } = await createPlace().run(['start', '--help'])
    expect(stdout).toContain('default 7478')
    expect(last('EXPOSE').text).toBe('7478')
  })

  test('is built on the pinned Node, from what this repository packs', () => {
    const { node } = manifest('.').devDependencies
    const images = of('FROM').map(({ text }) => text.split(' ')[0])
    expect(new Set(images)).toEqual(new Set([`node:${node}-bookworm-slim`]))
    const postern = manifest('packages/postern')
    const [build] = of('RUN')
    expect(of('RUN')).toHaveLength(1)
    expect(build?.text).toContain(`./dist/postern-${postern.version}.tgz`)
    const outside = Object.entries(postern.dependencies)
    expect(outside).toEqual([['@electric-sql/pglite', expect.any(String)]])
    expect(build?.text).toContain(`./dist/electric-sql-pglite-${outside[0]?.[1]}.tgz`)
    for (const [script] of build?.text.matchAll(/scripts\/[\w-]+\.ts/g) ?? []) {
      expect(existsSync(path.join(root, script)), script).toBe(true)
    }
    const installs = build?.text.match(/npm (?:ci|install|pack) [^&]*/g) ?? []
    expect(installs).toHaveLength(3)
    for (const install of installs) expect(install).toContain('--ignore-scripts')
  })

  test('runs as nobody special, without a shell, and has no secret in it', () => {
    expect(last('USER').text).toMatch(/^[1-9]\d+:[1-9]\d+$/)
    expect(of('ADD').concat(of('ARG'))).toEqual([])
    expect(Object.keys(variablesOf(instructions)).toSorted()).toEqual([
      ...['CREDENTIALS_DIRECTORY', 'HOME', 'NODE_ENV', 'POSTERN_DATA'],
    ])
    const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', 'deploy/secrets']))
    expect(last('VOLUME').text).toBe(variablesOf(instructions)['POSTERN_DATA'])
  })
})

interface Service {
  readonly image: string
  readonly profiles: readonly string[]
  readonly command?: readonly string[]
  readonly secrets: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
}

describe('compose.yaml', () => {
  const compose: {
    readonly services: Readonly<Record<string, Service & Readonly<Record<string, unknown>>>>
    readonly secrets: Readonly<Record<string, { readonly file: string }>>
    readonly volumes: Readonly<Record<string, unknown>>
  } = parse(read('compose.yaml'), { merge: true })
  const ours = Object.entries(compose.services).filter(([name]) => name !== 'database')

  test('has one node on the embedded store, and a server with workers on PostgreSQL', () => {
    const profiles = Object.entries(compose.services).map(([name, { profiles: of }]) => [
      name,
      ...of,
    ])
    expect(profiles).toEqual([
      ['postern', 'embedded'],
      ['server', 'postgres'],
      ['worker', 'postgres'],
      ['database', 'postgres'],
    ])
  })

  test.each(ours)(
    '%s may write its data and nothing else, and is reached from this machine alone',
    (_name, service) => {
      expect(service['read_only']).toBe(true)
      // No memory of it is ever written to a disk.
      expect(service['ulimits']).toEqual({ core: 0 })
      expect(service['cap_drop']).toEqual(['ALL'])
      expect(service['security_opt']).toEqual(['no-new-privileges:true'])
      expect(Number.parseInt(String(service['stop_grace_period']), 10)).toBeGreaterThan(
        LONGEST_STOP_SECONDS,
      )
      for (const port of (service['ports'] as readonly string[] | undefined) ?? []) {
        expect(port).toBe('127.0.0.1:7478:7478')
      }
      expect(service.image).toBe(`postern:${manifest('packages/postern').version}`)
      expect(service['environment']).toBe(undefined)
    },
  )

  test('names secrets, volumes, services and files that there are', () => {
    for (const [, service] of Object.entries(compose.services)) {
      for (const secret of service.secrets) expect(compose.secrets).toHaveProperty(secret)
      for (const other of Object.keys(service.depends_on ?? {})) {
        expect(compose.services).toHaveProperty(other)
      }
      for (const volume of service.volumes ?? []) {
        const [from = ''] = volume.split(':')
        if (from.startsWith('.')) expect(existsSync(path.join(folder, from)), from).toBe(true)
        else expect(compose.volumes).toHaveProperty(from)
      }
    }
  })

  test('starts its server and its worker with what the scripts beside it make', async () => {
    const made = createPlace()
    onTestFinished(made.remove)
    cpSync(path.join(folder, 'make-secrets.sh'), made.path('make-secrets.sh'))
    // Nobody but root may give files away.
    const isRoot = process.geteuid?.() === 0
    const bin = made.path('bin')
    mkdirSync(bin)
    const idOf = (uid: number) =>
      writeFileSync(path.join(bin, 'id'), `#!/bin/sh\necho ${uid}\n`, { mode: 0o755 })
    if (!isRoot) cpSync('/bin/true', path.join(bin, 'chown'))
    const env = { PATH: `${bin}:${process.env['PATH']}` }
    idOf(1000)
    const refused = spawnSync('/bin/sh', [made.path('make-secrets.sh')], { env, encoding: 'utf8' })
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('as root')])
    expect(existsSync(made.path('secrets'))).toBe(false)
    idOf(0)
    execFileSync('/bin/sh', [made.path('make-secrets.sh')], { env })
    const secretOf = (name: string) => readFileSync(made.path(`secrets/${name}`), 'utf8').trim()
    const names = Object.entries(compose.secrets).map(([name, { file }]) => [
      name,
      path.basename(file),
    ])
    expect(readdirSync(made.path('secrets')).toSorted()).toEqual(
      names.map(([, file]) => file).toSorted(),
    )
    for (const [, file = ''] of names) {
      expect(statSync(made.path(`secrets/${file}`)).mode & 0o777).toBe(0o600)
    }
    const before = secretOf('master-key')
    execFileSync('/bin/sh', [made.path('make-secrets.sh')], { env })
    expect(secretOf('master-key')).toBe(before)

    const database = await newDatabase('empty')
    onTestFinished(database.drop)
    const client = new pg.Client(database.superuserUrl)
    await client.connect()
    onTestFinished(() => client.end())
    // The server of the tests has a user of that name.
    const own = 'postern_deployed'
    // psql reads the password by itself, and has it in no argument.
    const [, statements = ''] =
      /psql --set=ON_ERROR_STOP=1 --username=postgres <<'SQL'\n\\set password `cat [\w/-]+`\n([\s\S]*?)\nSQL\n/.exec(
        read('database/create.sh'),
      ) ?? []
    onTestFinished(async () => {
      await client.query('drop database if exists postern_deployed with (force)')
      await client.query('drop role if exists postern_deployed')
    })
    const password = client.escapeLiteral(secretOf('database-password'))
    for (const statement of statements.split('\n')) {
      const text = statement.replaceAll(/\bpostern\b/g, own).replaceAll(":'password'", password)
      await client.query(text)
    }
    const { port } = new URL(database.url)
    const url = secretOf('database')
      .replaceAll(/\bpostern\b(?!ql)/g, own)
      .replace('@database:5432/', `@127.0.0.1:${port}/`)
    const place = newDeployPlace({ database: url, 'master-key': secretOf('master-key') })
    const run = (name: string, more: readonly string[]) => {
      const command = compose.services[name]?.command ?? []
      const args = command.map((word) => word.replace('/run/secrets', place.credentials))
      return deploy(place, [...args, ...more, '--output', 'json'], {
        POSTERN_DATA: place.path(name),
        CREDENTIALS_DIRECTORY: place.credentials,
      })
    }
    const server = await run('server', ['--port', '0'])
    const worker = await run('worker', [])
    expect([server.printed.store, worker.printed.worker]).toEqual(['postgres', true])
    expect(await readyAt(`http://127.0.0.1:${new URL(server.printed.url).port}`)).toEqual({
      status: 'ready',
    })
    // No superuser, so that the audit log is safe from Postern itself; but it may make the role that reads records alone.
    const { rows } = await client.query(
      "select rolsuper, rolcreaterole from pg_roles where rolname = 'postern_deployed'",
    )
    expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true }])
    const ends = await Promise.all([server.stop(), worker.stop()])
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
  })
})
