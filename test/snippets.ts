/** @module The fenced blocks of a document, run as a reader types them: one shell, in their order, in an empty folder. */

import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { exportPem, importKey } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { compileCache, preparedProgram, sourceFlags } from './source-program.ts'

const run = promisify(execFile)
const core = fileURLToPath(new URL('../packages/core', import.meta.url))

/** A fenced block, with what its info string says behind the language: console exit=3, or ts org.mts. */
export interface Fence {
  readonly language: string
  readonly exitCode: number
  readonly file: string | undefined
  readonly body: string
}

/** One command of a console block, with what is shown below it, and what it printed when it was run. */
export interface ShownCommand {
  readonly command: string
  readonly exitCode: number
  readonly shown: readonly string[]
  readonly printed: readonly string[]
}

/** The fenced blocks of a document. */
export function fencesOf(text: string): readonly Fence[] {
  const fences = text.matchAll(/^```(\w*)(?: exit=(\d+))?(?: ([\w.]+))?\n([\s\S]*?)^```$/gm)
  return [...fences].map(([, language = '', exitCode = '0', file, body = '']) => ({
    ...{ language, file, body },
    exitCode: Number(exitCode),
  }))
}

/** What differs from run to run, replaced by its name. */
export function normalise(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/"(iat|exp)": \d+/g, '"$1": SECONDS')
    .replace(/"jti": "[\w-]{36}"/g, '"jti": "UUID"')
    .replace(/"n": "[\w-]+\.\.\./g, '"n": "MODULUS...')
    .replace(/"(ath|nonce|x|y)": "[\w-]+"/g, '"$1": "RANDOM"')
    .replace(/eyJ[\w-]+\.eyJ[\w-]+\.(?=<signature)/g, 'HEADER.CLAIMS.')
    .replace(/kid "[\w-]{36}"/g, 'kid "UUID"')
    .replace(/"kid": "[\w-]+"/g, '"kid": "KID"')
    .replace(/took \d+ ms/g, 'took some ms')
    .replace(/in \d+\.\d s,/g, 'in some s,')
    .replace(/postern-acme-[\da-f]{16}/g, 'CLIENT ID')
    .replace(/postern_[\da-f]{16}_[\w-]{43}/g, 'ACCESS KEY')
    .replace(/\(id [\da-f]{16}\)/g, '(id ID)')
    .replace(/#[\da-f]{16}\.[\w-]{43}/g, '#LINK')
    .replace(/key-[\w-]{16}\.pem/g, 'KEY FILE')
    .replace(/\b00[a-z][\w-]{17}\b/g, 'OKTA ID')
    .replace(/\b0oae[\w-]{16}\b/g, 'APP ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'INSTANT')
    .replace(/SSWS 00[\w-]{40}|(?<=Admin API token {2})00[\w-]{40}/g, 'API TOKEN')
    .replace(/^( {2}(?:Thumbprint {2})?)[\w-]{43}$/gm, '$1RANDOM')
    .trim()
}

/** Whether lines are those that are shown; `…` alone stands for any, at the end of one for the rest of it. */
export function matches(shown: readonly string[], printed: readonly string[]): boolean {
  const [first, ...rest] = shown
  if (first === undefined) return printed.length === 0
  if (first.trim() === '…') {
    return printed.some((_, at) => matches(rest, printed.slice(at))) || matches(rest, [])
  }
  const [line = ''] = printed
  const same = first.endsWith('…') ? line.startsWith(first.slice(0, -1)) : line === first
  return same && printed.length > 0 && matches(rest, printed.slice(1))
}

/**
 * Runs the blocks of a document, which stop at the first that ends otherwise than it says.
 *
 * What stands there for the reader's own is replaced: acme.okta.com is an emulated org, 0oaTEST0000000000Tst its service app,
 * whose private key is in app.jwk and app.pem, and kid-in-okta the KID of that; `$OKTA_ADMIN_TOKEN` is set. `postern start`
 * runs beside what follows it.
 */
export async function runDocument(text: string): Promise<readonly ShownCommand[]> {
  const place = createPlace()
  onTestFinished(place.remove)
  const org = await startOrg({ users: 25, edition: 'unlimited' })
  onTestFinished(org.close)
  const port = await freePort()
  await furnish(place.path(''), org)
  const local = (words: string) =>
    words
      .replace(/(?:https:\/\/)?acme(?:-admin)?\.okta\.com(?:\/admin\/dashboard)?/g, org.url)
      // An org on this machine has to be asked for.
      .replaceAll(`url: '${org.url}'`, `url: '${org.url}', dev: true`)
      .replaceAll('0oaTEST0000000000Tst', org.app.clientId)
      .replaceAll('kid-in-okta', org.app.key.kid)
      .replaceAll(':7478', `:${port}`)
  const shown = commandsOf(fencesOf(text))
  const { stdout } = await run('bash', ['-c', scriptOf(shown, local, port)], {
    cwd: place.path(''),
    maxBuffer: 64 * 1_024 * 1_024,
    env: {
      HOME: place.path(''),
      PATH: `${place.path('bin')}:${process.env['PATH']}`,
      NO_COLOR: '1',
      NODE_COMPILE_CACHE: compileCache,
      OKTA_ADMIN_TOKEN: org.adminToken,
    },
  })
  const printed = stdout
    // Said of no org but one on this machine.
    .replace(/^.*\(org_url_dev_mode\)\n/gm, '')
    .replaceAll(org.url, 'https://acme.okta.com')
    .replaceAll(org.url.replace('http://', ''), 'acme.okta.com')
    .replaceAll(org.app.clientId, '0oaTEST0000000000Tst')
    .replaceAll(`:${port}`, ':7478')
  return shown.map((one, at) => {
    const [, text = '', code] =
      new RegExp(`^%%begin ${at}\\n([\\s\\S]*?)\\n?%%end ${at} (\\d+)$`, 'm').exec(printed) ?? []
    return { ...one, exitCode: Number(code) - one.exitCode, printed: text.split('\n') }
  })
}

/** What blocks do: commands behind a `$`, a whole script, a program whose output is the next block, a file by its name. */
function commandsOf(fences: readonly Fence[]): readonly ShownCommand[] {
  return fences.flatMap(({ language, exitCode, file, body }, at) => {
    const common = { exitCode, shown: [], printed: [] }
    if (language === 'sh') return [{ ...common, command: body.trimEnd() }]
    if (language === 'ts') {
      const name = file ?? `snippet-${at}.mts`
      const next = fences[at + 1]
      const shown = next?.language === 'text' ? next.body.trimEnd().split('\n') : []
      return [{ ...common, shown, command: `cat > ${name} <<'END'\n${body}END\nnode ${name}` }]
    }
    if (language === 'yaml' && file !== undefined) {
      return [{ ...common, command: `cat > ${file} <<'END'\n${body}END` }]
    }
    if (language !== 'console') return []
    return body.split(/^\$ /m).flatMap((entry) => {
      if (entry === '') return []
      const [, command = '', output = ''] = /^((?:.*\\\n)*.*)\n?([\s\S]*)$/.exec(entry) ?? []
      return [{ ...common, command, shown: output.trimEnd().split('\n') }]
    })
  })
}

function scriptOf(
  commands: readonly ShownCommand[],
  local: (text: string) => string,
  port: number,
): string {
  const steps = commands.map(({ command, exitCode }, at) => {
    const isServer = /^postern start\b/.test(command)
    const typed = local(command)
    const server = `${typed} --port ${port} --dev > server.log 2> server.err &
until curl -sf http://127.0.0.1:${port}/readyz > ready; do kill -0 $! || exit 1; sleep 0.1; done`
    return `echo '%%begin ${at}'
${isServer ? server : typed}
code=$?
echo; echo '%%end ${at}' $code
[ $code = ${exitCode} ] || exit 0`
  })
  return `set -m; exec 2>&1; trap 'kill $(jobs -p); wait' EXIT\n${steps.join('\n')}\n`
}

/** A folder with what a reader has: the command, the library, the key of the app. */
async function furnish(folder: string, { app }: RunningOrg): Promise<void> {
  const jwk = JSON.stringify(app.key)
  const key = await importKey(jwk)
  writeFileSync(`${folder}/app.jwk`, jwk, { mode: 0o600 })
  writeFileSync(`${folder}/app.pem`, (await exportPem(key)).reveal(), { mode: 0o600 })
  mkdirSync(`${folder}/bin`)
  const program = (args: string) => `#!/bin/sh\nexec '${process.execPath}' ${args} "$@"\n`
  const flags = sourceFlags.join(' ')
  writeFileSync(`${folder}/bin/postern`, program(`${flags} '${preparedProgram}'`), { mode: 0o755 })
  writeFileSync(`${folder}/bin/node`, program('--conditions=source'), { mode: 0o755 })
  mkdirSync(`${folder}/node_modules/@postern`, { recursive: true })
  symlinkSync(core, `${folder}/node_modules/@postern/core`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
