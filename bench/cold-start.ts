/**
 * @module How long a person waits for the program and a library user for the import (figure P12), beside an empty Node
 * process and Okta's own SDK; and for the first finding of a doctor and for all of them. Build first: `npm run build`. Then: `npm run cold-start -w bench [-- --write]`.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exportJwk, generateKey } from '@postern/core'
import { startOrg } from '@postern/emulator'
import { startScriptedServer, tokenAnswer } from '../test/scripted-server.ts'
import { type Case, measure } from './measure.ts'
import { report } from './report.ts'

const rounds = 21
const program = fileURLToPath(new URL('../packages/postern/dist/postern.cjs', import.meta.url))
const core = new URL('../packages/core/dist/index.js', import.meta.url).href
const sdk = fileURLToPath(import.meta.resolve('@okta/okta-sdk-nodejs'))

const importCase = (specifier: string, within: string) => [
  '--input-type=module',
  '-e',
  `const start = performance.now(); await import(${JSON.stringify(specifier)}); ${within}`,
]

/** The time a whole process takes, in milliseconds. */
function wholeProcess(name: string, args: readonly string[]): Case {
  return {
    name,
    run: async () => {
      const start = performance.now()
      await run(name, args)
      return performance.now() - start
    },
  }
}

/** The time an import takes inside a fresh process, in milliseconds. */
function coldImport(name: string, specifier: string): Case {
  return {
    name,
    run: async () =>
      Number(await run(name, importCase(specifier, 'console.log(performance.now() - start)'))),
  }
}

/** The time from the start of a process to the first line of its data, in milliseconds; then it is ended. */
function firstLine(name: string, args: readonly string[]): Case {
  return {
    name,
    run: () =>
      new Promise((resolve, reject) => {
        const start = performance.now()
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
        child.on('error', reject)
        child.stdout.once('data', () => {
          const waitedMs = performance.now() - start
          child.once('close', () => resolve(waitedMs))
          child.kill()
        })
      }),
  }
}

function run(name: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(stdout)
      else reject(new Error(`${name} ended with ${code}`))
    })
  })
}

/** A server of the program's own on a new data directory; ends with what it resolves to. */
async function startServer(dataDir: string): Promise<() => Promise<void>> {
  const args = [program, 'start', '--dev', '--port', '0', '--data', dataDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  return async () => {
    const ended = once(child, 'close')
    child.kill('SIGTERM')
    await ended
  }
}

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const server = await startScriptedServer(() => tokenAnswer())
const org = await startOrg({ users: 20, edition: 'unlimited' })
const dataDir = join(folder, 'data')
const stopServer = await startServer(dataDir)
try {
  const key = join(folder, 'app.jwk')
  // TEST KEY, made for this run.
  writeFileSync(key, exportJwk(await generateKey()).reveal(), { mode: 0o600 })
  const token = [
    ...[program, 'token', '--org', server.orgUrl, '--client-id', '0oaTEST0000000000Tst'],
    ...['--key', key, '--scopes', 'okta.users.read'],
  ]
  const { app, url } = org
  writeFileSync(join(folder, 'org.jwk'), JSON.stringify(app.key), { mode: 0o600 })
  const connection = [
    ...['--org', url, '--client-id', app.clientId, '--key', join(folder, 'org.jwk')],
    ...['--scopes', app.scopes.join(' ')],
  ]
  await run('connect', [program, 'connect', 'kept', '--data', dataDir, ...connection])
  const keptToken = [program, 'token', 'kept', '--data', dataDir]
  const commands = await measure(
    [
      wholeProcess('`node -e 0`', ['-e', '0']),
      wholeProcess('`postern --version`', [program, '--version']),
      wholeProcess('`postern --help`', [program, '--help']),
      wholeProcess('`postern token NAME`, kept by a running server', keptToken),
      wholeProcess('`postern token`, RSA 2048, loopback server', token),
    ],
    rounds,
  )
  const doctor = [program, 'doctor', ...connection]
  const findings = await measure(
    [
      wholeProcess('`node -e 0`', ['-e', '0']),
      firstLine('`postern doctor`, its first finding', doctor),
      wholeProcess('`postern doctor`, all findings of a healthy app', doctor),
    ],
    rounds,
  )
  const imports = await measure(
    [
      coldImport("`import('@okta/okta-sdk-nodejs')`", sdk),
      coldImport("`import('@postern/core')`", core),
    ],
    rounds,
  )
  report('cold-start', 'npm run cold-start -w bench', [
    { title: 'whole process', unit: 'ms', digits: 1, figures: commands },
    { title: 'whole process, beside an emulated org', unit: 'ms', digits: 1, figures: findings },
    { title: 'import in a fresh process', unit: 'ms', digits: 1, figures: imports },
  ])
} finally {
  await Promise.all([server.close(), org.close(), stopServer()])
  rmSync(folder, { recursive: true, force: true })
}
