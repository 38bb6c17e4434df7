/** @module `npm start`: the whole of what exists, run for real against a real authorization server, step by step. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { startAuthorizationServer } from './authorization-server.ts'

const main = fileURLToPath(new URL('../packages/postern/src/cli/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'postern-tour-'))
const clientId = '0oaTEST0000000000Tst'
const dpopClientId = '0oaTESTdpop000000Tst'

/** Runs one command and shows it with the first lines of what it printed; long lines are cut for the screen. */
async function show(title: string, args: readonly string[], maxLines = 6): Promise<string> {
  print(`\n${styleText('bold', title, { stream: process.stdout })}`)
  print(styleText('cyan', `$ postern ${args.join(' ')}`, { stream: process.stdout }))
  const child = spawn(process.execPath, ['--conditions=source', main, ...args], {
    cwd: folder,
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  const lines = `${stdout}${stderr}`.trimEnd().split('\n')
  for (const line of lines.slice(0, maxLines)) print(`  ${cut(line)}`.trimEnd())
  if (lines.length > maxLines) print(`  (${lines.length - maxLines} more lines)`)
  if (code !== 0) throw new Error(`postern ${args[0]} ended with ${code}.`)
  return stdout
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

/** A key, an app that knows it, and tokens of both kinds. */
async function tour(): Promise<void> {
  print('Postern, from nothing to an access token. A real authorization server')
  print('(oidc-provider, on this machine) stands where your Okta org will.')
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

try {
  await tour()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
