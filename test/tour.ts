/** @module `npm run tour`: the whole of what exists, run for real against a real authorization server, step by step. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseEnv, styleText } from 'node:util'
import { prepareWeb } from '../scripts/build-web.ts'
import { startAuthorizationServer } from './authorization-server.ts'

const main = fileURLToPath(new URL('../packages/postern/src/cli/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'postern-tour-'))
let environment: Readonly<Record<string, string | undefined>> = {}
const clientId = '0oaTEST0000000000Tst'
const dpopClientId = '0oaTESTdpop000000Tst'

/** How a command is shown. */
interface Showing {
  readonly maxLines?: number
  /** Shows only the lines that match. */
  readonly only?: RegExp
  /** Default 0. */
  readonly exitCode?: number
}

/** Runs one command and shows it with the first lines of what it printed; long lines are cut for the screen. */
async function show(title: string, args: readonly string[], how: Showing = {}): Promise<string> {
  const { maxLines = 6, only, exitCode = 0 } = how
  announce(title, `postern ${args.join(' ').replaceAll(`${folder}/`, '')}`)
  const child = spawnPostern(args)
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  const lines = `${stdout}${stderr}`.split('\n')
  printLines(lines.filter((line) => only?.test(line) ?? true).join('\n'), maxLines)
  if (code === exitCode) return stdout
  throw new Error(`postern ${args[0]} ended with ${code}: ${stderr.slice(0, 2_000)}`)
}

function announce(title: string, command: string): void {
  print(`\n${styleText('bold', title, { stream: process.stdout })}`)
  print(styleText('cyan', `$ ${command}`, { stream: process.stdout }))
}

function spawnPostern(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['--conditions=source', main, ...args], {
    cwd: folder,
    env: { ...process.env, HOME: folder, ...environment },
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

/** A line as it fits the screen; files are named from the folder of the tour. */
function cut(line: string): string {
  const shown = line.replaceAll(`${folder}/`, '')
  return shown.length > 90 ? `${shown.slice(0, 87)}...` : shown
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A key, an app that knows it, and tokens of both kinds; then the whole life of a connection to an emulated org. */
async function tour(): Promise<void> {
  print(
    'Postern, from a key to a connection that is proven, read through, repaired, given a new key,',
  )
  print(
    'kept, served to programs, read from and written to, and taken away again; and the page on which somebody else makes',
  )
  print(
    'one. Where your Okta org will stand, there is first a real authorization server (oidc-provider),',
  )
  print('then the emulator of this repository.')
  await prepareWeb()
  await showTokens()
  await showJourney()
}

async function showTokens(): Promise<void> {
  const publicJwk: unknown = JSON.parse(
    await show(
      '1. A key pair: the private half in a file, the public half for Okta',
      ['keys', 'generate', '--out', 'app.jwk', '--kid', 'tour-key'],
      { maxLines: 4 },
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
      { maxLines: 15 },
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

/** From nothing to a proven connection to an emulated org, a first read, a mistake found and repaired, a new key. */
async function showJourney(): Promise<void> {
  const args = ['emulator', '--users', '1000', '--key-out', 'org.jwk']
  announce('6. An Okta org on this machine', `postern ${args.join(' ')} &`)
  const child = spawnPostern(args)
  const ended = once(child, 'close')
  try {
    const started = await textUntil(child.stdout, '\nTry it')
    printLines(started, 3)
    const field = (name: string) => new RegExp(`^${name} +(\\S+)`, 'm').exec(started)?.[1] ?? ''
    environment = { OKTA_ADMIN_TOKEN: field('Admin API token') }
    await showServiceApp(field('Org URL'))
    await showMistake(field('Control'))
    await showNewKey()
    await showServer({ org: field('Org URL'), readyClientId: field('Client ID') })
  } finally {
    child.kill('SIGINT')
    await ended
  }
}

const admin = ['--admin-token', 'env:OKTA_ADMIN_TOKEN']

// Where each value came from is said by every command that takes it from the environment.
const news = /^(?!\w+ +from OKTA_|note )/

async function showServiceApp(org: string): Promise<void> {
  await show(
    '7. From nothing to a proven connection: key, app, scopes, role, one read with DPoP',
    ['setup', 'acme', '--org', org, ...admin, '--bundle', 'read-only', '--out', 'acme'],
    { maxLines: 20 },
  )
  announce('8. What other Okta tools read', '. acme/okta.env')
  readSettings()
  printLines(`OKTA_CLIENT_CLIENTID=${environment['OKTA_CLIENT_CLIENTID']}`, 1)
  await show('9. Is all well?', ['doctor', '--from-env'], { maxLines: 30, only: news })
  await show('10. A first read', ['read', 'users', '--limit', '2', '--from-env'], { only: news })
  await show(
    '11. Any call of the management API',
    ['request', 'GET', '/api/v1/groups?limit=1', '--from-env'],
    { only: news },
  )
}

async function showMistake(control: string): Promise<void> {
  const role = `${control}/faults/admin-role-missing`
  const body = JSON.stringify({ client: environment['OKTA_CLIENT_CLIENTID'] })
  announce('12. Somebody takes the admin role away', `curl -X PUT --json '${body}' ${role}`)
  await fetch(role, { method: 'PUT', headers: { 'content-type': 'application/json' }, body })
  await show(
    '13. Lists are empty now, and nothing says so but the doctor',
    ['doctor', '--from-env'],
    {
      exitCode: 3,
      only: /^[✗!]|^ +fix/,
    },
  )
  await show(
    '14. It can repair that, given the credential of an admin',
    ['doctor', '--from-env', ...admin, '--fix', '--yes'],
    { only: /^[✗!]|^ +fix|repair|^No problem/ },
  )
}

async function showNewKey(): Promise<void> {
  await show('15. A new key, proven before the old one goes', [
    ...['rotate', 'acme', '--from', 'acme', ...admin, '--grace-seconds', '0'],
  ])
  readSettings()
}

/** The emulated org, and the app that it has from the start. */
interface ReadyOrg {
  readonly org: string
  readonly readyClientId: string
}

/** One place that holds the credential, so that nobody else has to. */
async function showServer(ready: ReadyOrg): Promise<void> {
  const { org } = ready
  environment = { ...environment, POSTERN_DATA: join(folder, 'data') }
  const args = ['start', '--dev', '--port', '0']
  announce(
    '16. A place that keeps it: from here on, programs need no key',
    `postern ${args.join(' ')} &`,
  )
  const child = spawnPostern(args)
  const ended = once(child, 'close')
  try {
    const started = await textUntil(child.stdout, '\nProcess')
    printLines(started, 3)
    await showKept(org)
    await showFeeds()
    await showAccess(/^URL +(\S+)/m.exec(started)?.[1] ?? '')
    await showAction(org)
    await showUpkeep(org)
    await showEnd(org)
    await showConnectPage(ready)
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

async function showKept(org: string): Promise<void> {
  await show(
    '17. The same setup without a folder: the key is sealed, and nobody sees it',
    ['setup', 'hr', '--org', org, ...admin, '--description', 'HR sync'],
    { maxLines: 10 },
  )
  await show('18. What may be known of it', ['connections', 'show', 'hr'], { maxLines: 7 })
  await show('19. A name is enough now: is all well?', ['doctor', 'hr'], { only: /^No problem/ })
  await show('20. A call, signed where the key is, DPoP included', [
    ...['request', 'hr', 'GET', '/api/v1/groups?limit=1'],
  ])
  await show('21. Or the token itself', ['token', 'hr'])
}

/** What happened and who is there, to where they are needed. */
async function showFeeds(): Promise<void> {
  await show('22. A place that records go to: files of JSON lines', [
    ...['sink', 'add', 'files', '--kind', 'jsonl', '--set', `path=${join(folder, 'out')}`],
  ])
  await show(
    '23. The System Log into it and into the store, every quarter of an hour',
    [
      ...['feed', 'add', 'hr-log', '--connection', 'hr', '--input', 'system-log'],
      ...['--sink', 'files', '--sink', 'store', '--cron', '*/15 * * * *'],
    ],
    { only: /^(?:Feed|Reads|Cron|Next|Sink)/ },
  )
  await show('24. The first time now', ['feed', 'run', 'hr-log'])
  await show(
    '25. The users too: a copy that follows the org, deletions included',
    [
      ...['feed', 'add', 'hr-users', '--connection', 'hr', '--input', 'users'],
      ...['--sink', 'files', '--sink', 'store', '--cron', '@hourly'],
    ],
    { only: /^(?:Feed|Next)/ },
  )
  await show('26. The first time now', ['feed', 'run', 'hr-users'])
  const events = readFileSync(join(folder, 'out/hr-log/system-log-000000000001.jsonl'), 'utf8')
  announce(
    "27. What is in the files: Okta's own bytes, each once",
    'wc -l < out/hr-log/*.jsonl; cat out/hr-log/*.jsonl',
  )
  printLines(`${events.trimEnd().split('\n').length}\n${events}`, 2)
  await show('28. Was anything lost? What was read is compared with the org', [
    ...['feed', 'verify', 'hr-log'],
  ])
}

/** A program with an access key for one thing, and what it gets for that and for another. */
async function showAccess(url: string): Promise<void> {
  const key = await show(
    '29. An access key for one program: tokens of this connection, and nothing else',
    [...['access', 'add', 'payroll', '--allow', 'hr:token']],
  )
  const headers = { authorization: `Bearer ${key.trim()}`, 'content-type': 'application/json' }
  for (const [title, method, path] of [
    ['30. What it is for', 'POST', '/v1/connections/hr/token'],
    ['31. What it is not for', 'DELETE', '/v1/connections/hr'],
  ] as const) {
    announce(title, `curl -X ${method} -H "Authorization: Bearer $ACCESS_KEY" ${url}${path}`)
    const answer = await fetch(url + path, { method, headers })
    print(`  ${answer.status}`)
    const { tokenType, scopes, detail, remedy } = JSON.parse(await answer.text())
    printLines(
      detail === undefined ? `${tokenType}: ${scopes.join(' ')}` : `${detail}\n${remedy}`,
      2,
    )
  }
}

/** A change of the org: what it would be, made, and not made twice. */
async function showAction(org: string): Promise<void> {
  await show(
    '32. A connection that may change the org, with an API token this time',
    ['connect', 'desk', '--org', org, '--api-token', 'env:OKTA_ADMIN_TOKEN'],
    { only: /^(?:Connection|Org|Credential|Live read)/ },
  )
  const words = ['group.add_member', 'group=Engineering', 'user=jose.inonu@example.com']
  const run = ['action', 'run', 'desk', ...words]
  await show('33. What would change', [...run, '--dry-run'])
  await show('34. Changed', run)
  await show('35. And again: what is so already is success', run)
  print(
    '\nAn agent gets it as a tool by `postern mcp desk --allow group.add_member`; somebody else approves each change.',
  )
}

/** What an operator does with what is kept. */
async function showUpkeep(org: string): Promise<void> {
  await show('36. A new key for it', ['rotate', 'hr', ...admin, '--grace-seconds', '0'], {
    maxLines: 4,
  })
  await show('37. Who did what', ['audit', 'list', '--limit', '6'], { maxLines: 7 })
  await show('38. And nobody changed a line of it', ['audit', 'verify'])
  await show('39. A copy of everything, sealed as it is kept', ['backup', 'kept.backup'])
  await show('40. No more feeds: the files stay', ['feed', 'remove', 'hr-log'])
  await show('41. None of the users either', ['feed', 'remove', 'hr-users'])
  await show('42. Away with it', ['setup', 'hr', '--org', org, ...admin, '--undo'])
}

async function showEnd(org: string): Promise<void> {
  await show('43. And with the first app: nothing signs in to the org any more but its admin', [
    ...['setup', 'acme', '--org', org, ...admin, '--out', 'acme', '--undo'],
  ])
}

/** A link for somebody else. On a terminal it can be opened until it is used, or Ctrl-C. */
async function showConnectPage({ org, readyClientId }: ReadyOrg): Promise<void> {
  const args = ['connect', 'customer', '--browser', '--org', org]
  announce(
    '44. Somebody else has the values: a link to a page that takes them, tries them, keeps what works',
    `postern ${args.join(' ')} &`,
  )
  const child = spawnPostern(args)
  const ended = once(child, 'close')
  try {
    print(`  ${(await textUntil(child.stdout, '\n')).trim()}`)
    if (process.stdout.isTTY) await waitOnPage(child, readyClientId)
    else
      print(
        '  It opens once. On a terminal, npm run tour waits here until it is used; now it is revoked.',
      )
  } finally {
    child.kill('SIGINT')
    await ended
  }
}

async function waitOnPage(
  child: ChildProcessByStdio<null, Readable, Readable>,
  readyClientId: string,
): Promise<void> {
  const interrupted = new Promise<''>((resolve) => process.once('SIGINT', () => resolve('')))
  print('\nOpen it now; Ctrl-C ends. On the page, the org has an app that works:')
  print(`  Client ID    ${readyClientId}`)
  print(`  Private Key  the file ${join(folder, 'org.jwk')}`)
  const connected = await Promise.race([textOf(child.stdout), interrupted])
  if (connected !== '') printLines(`\n${connected}`, 12)
}

/** Takes the settings of the setup's folder for the commands to come. */
function readSettings(): void {
  const settings = parseEnv(readFileSync(join(folder, 'acme/okta.env'), 'utf8'))
  environment = { ...environment, ...settings }
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
