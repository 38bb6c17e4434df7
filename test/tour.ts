/** @module `npm start`: the whole of what exists, run for real against a real authorization server, step by step. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { startAuthorizationServer } from './authorization-server.ts'

const main = fileURLToPath(new URL('../packages/postern/src/cli/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'postern-tour-'))
const clientId = '0oaTEST0000000000Tst'
const dpopClientId = '0oaTESTdpop000000Tst'

/** Runs one command and shows it with the first lines of what it printed; long lines are cut for the screen. */
async function show(title: string, args: readonly string[], maxLines = 6): Promise<string> {
  announce(title, `postern ${args.join(' ')}`)
  const child = spawnPostern(args)
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  printLines(`${stdout}${stderr}`, maxLines)
  if (code !== 0) throw new Error(`postern ${args[0]} ended with ${code}.`)
  return stdout
}

function announce(title: string, command: string): void {
  print(`\n${styleText('bold', title, { stream: process.stdout })}`)
  print(styleText('cyan', `$ ${command}`, { stream: process.stdout }))
}

function spawnPostern(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['--conditions=source', main, ...args], {
    cwd: folder,
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function printLines(text: string, maxLines: number): void {
  const lines = text.trimEnd().split('\n')
  for (const line of lines.slice(0, maxLines)) print(`  ${cut(line)}`.trimEnd())
  if (lines.length > maxLines) print(`  (${lines.length - maxLines} more lines)`)
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function cut(line: string): string {
  return line.length > 90 ? `${line.slice(0, 87)}...` : line
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A key, an app that knows it, and tokens of both kinds; then an emulated org, and users read from it. */
async function tour(): Promise<void> {
  print('Postern, from nothing to a page of users. Where your Okta org will stand, there is')
  print('first a real authorization server (oidc-provider), then the emulator of this repository.')
  await showTokens()
  await showEmulator()
}

async function showTokens(): Promise<void> {
  const publicJwk: unknown = JSON.parse(
    await show(
      '1. A key pair: the private half in a file, the public half for Okta',
      ['keys', 'generate', '--out', 'app.jwk', '--kid', 'tour-key'],
      4,
    ),
  )
  await show('2. What the key is', ['keys', 'inspect', 'app.jwk'])
  const jwks = { keys: [publicJwk] }
  const server = await startAuthorizationServer([
    { clientId, jwks },
    { clientId: dpopClientId, jwks, dpopRequired: true },
  ])
  try {
    const { orgUrl } = server
    const connection = ['--org', orgUrl, '--key', 'app.jwk', '--scopes', 'okta.users.read']
    await show(
      '3. The request explained: signature cut, nothing sent',
      ['token', '--client-id', clientId, ...connection, '--explain'],
      15,
    )
    await show('4. A Bearer token', ['token', '--client-id', clientId, ...connection])
    await show('5. A token bound with DPoP; the nonce the server asks for is answered by itself', [
      ...['token', '--client-id', dpopClientId, ...connection, '--dpop', 'always'],
    ])
    const proofs = server.seen.filter(({ dpop }) => dpop !== undefined).length
    print(
      `\nThe server saw ${server.seen.length} requests, ${proofs} of them with a DPoP proof: the first was answered`,
    )
    print('with a nonce, the second carried it. Every request had an assertion of its own.')
  } finally {
    await server.close()
  }
}

async function showEmulator(): Promise<void> {
  const args = ['emulator', '--users', '1000', '--dpop', '--key-out', 'org.jwk']
  announce('6. An Okta org on this machine', `postern ${args.join(' ')} &`)
  const child = spawnPostern(args)
  const ended = once(child, 'close')
  try {
    const started = await textUntil(child.stdout, '\nTry it')
    printLines(started, 7)
    const field = (name: string) => new RegExp(`^${name} +(\\S+)`, 'm').exec(started)?.[1] ?? ''
    const url = `${field('Org URL')}/api/v1/users?limit=2`
    const connection = [
      ...['--org', field('Org URL'), '--client-id', field('Client ID')],
      ...['--key', 'org.jwk', '--scopes', 'okta.users.read'],
    ]
    await showUsers('7. A page of its users, with a token and a proof', url, connection)
    const role = `${field('Control')}/faults/admin-role-missing`
    announce('8. Somebody takes the admin role away', `curl -X PUT ${role}`)
    await fetch(role, { method: 'PUT' })
    await showUsers('9. The same page now: no error, and nobody on it', url, connection)
  } finally {
    child.kill('SIGINT')
    await ended
  }
}

/** Reads a page with the headers that `token` prints, as the shown line does it with curl. */
async function showUsers(title: string, url: string, connection: readonly string[]): Promise<void> {
  const args = ['token', '--headers-for', url, ...connection]
  announce(title, `postern ${args.join(' ').replace(url, `'${url}'`)} | curl -H @- '${url}'`)
  const child = spawnPostern(args)
  const ended = once(child, 'close')
  const lines = (await textOf(child.stdout)).trimEnd().split('\n')
  await ended
  const headers = lines.map((line) => line.split(': ', 2) as [string, string])
  const answer = await fetch(url, { headers })
  printLines(`${answer.status} ${await answer.text()}`, 1)
}

/** The text of a stream as soon as it has what is waited for. */
async function textUntil(stream: Readable, end: string): Promise<string> {
  let text = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (text.includes(end)) break
  }
  return text
}

try {
  await tour()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
