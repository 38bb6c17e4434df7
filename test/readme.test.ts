import { execFile } from 'node:child_process'
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { exportJwk, generateKey } from '@postern/core'
import { startOrg } from '@postern/emulator'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { startPostern } from '../packages/postern/test/cli/started-postern.ts'
import { startScriptedServer, tokenAnswer } from './scripted-server.ts'
import { fencesOf, normalise } from './snippets.ts'
import { preparedProgram } from './source-program.ts'

// An org, two service apps, and six feeds that read all of it.
const DEMO_TIMEOUT_MS = 240_000

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')
const place = createPlace()
afterAll(place.remove)

/** The fenced blocks of one language. */
function blocks(language: string): string[] {
  const found = fencesOf(readme).filter((fence) => fence.language === language)
  return found.map(({ body }) => body)
}

/** The words of a command line, without the quotes around them. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare)
}

/** What differs from demo to demo beside that: how much there is, who it is, times, folders, and the blanks that align them. */
function normaliseDemo(text: string): string {
  return normalise(text)
    .replace(/\d[\d,]* (?=users|groups|apps|events|members|assignments)/g, 'N ')
    .replace(/in [\d.]+ (?:s|min);/g, 'in some s;')
    .replace(/^( {2}Folder +).*$/gm, '$1FOLDER')
    .replace(/(\S) {2,}/g, '$1  ')
    .replace(/[\w.]+@example\.com/g, 'SOMEBODY')
    .replace(/(?<=group=|the group )\w+/g, 'GROUP')
    .replace(/every \d+ s$/gm, 'every few s')
}

/** What the doctor says where the machine of the test did not have the time: on a busy one it remarks on slow answers. */
function withoutDelay(printed: string): string {
  const slow = /^! answers .*\(upstream_slow\)\n.*\n/m
  if (!slow.test(printed)) return printed
  const quick = '✓ answers        2 requests; the slowest took 104 ms.\n'
  return printed.replace(slow, quick).replace(/^2 problems\.$/m, '1 problem.')
}

/** The block that begins with this command, without it. */
function outputOf(command: string): string {
  const shown = blocks('console').find((block) => block.startsWith(`${command}\n`)) ?? ''
  return shown.slice(command.length + 1)
}

describe('README', () => {
  test('shows first what postern doctor says to a broken credential', async () => {
    const [first = ''] = blocks('console')
    expect(first).toMatch(/^\$ postern doctor --from-env\n/)
    const org = await startOrg({ keyType: 'EC', faults: ['key-replaced'] })
    onTestFinished(org.close)
    const env = {
      OKTA_CLIENT_ORGURL: org.url,
      OKTA_CLIENT_CLIENTID: org.app.clientId,
      OKTA_CLIENT_PRIVATEKEY: JSON.stringify(org.app.key),
      OKTA_CLIENT_SCOPES: 'okta.users.read okta.groups.read',
    }
    // Both into one file, as on a terminal.
    const screen = openSync(place.path('screen'), 'w')
    const { code } = await place.run(['doctor', '--from-env'], {
      env,
      stdout: screen,
      stderr: screen,
    })
    expect(code).toBe(3)
    const printed = readFileSync(place.path('screen'), 'utf8')
    const shown = normalise(outputOf('$ postern doctor --from-env'))
    expect(shown).toBe(normalise(withoutDelay(printed)))
  })

  test(
    'shows parts of what postern demo prints',
    async () => {
      const scripts = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).scripts
      expect(scripts.start).toBe('node bootstrap.mjs start')
      const { code, stdout } = await place.run(
        ['demo', '--exit', '--users', '200', '--data', place.path('demo')],
        {
          timeoutMs: DEMO_TIMEOUT_MS,
        },
      )
      const parts = normaliseDemo(stdout).split('\n\n')
      const shown = normaliseDemo(outputOf('$ npm start')).split('\n\n')
      expect([code, shown.length > 3]).toEqual([0, true])
      for (const part of shown) expect(parts).toContain(part)
    },
    DEMO_TIMEOUT_MS,
  )

  test('has a command of the clone that names files from where it is typed', async () => {
    const args = ['--prefix', root, 'run', '-s', 'postern', '--', 'keys', 'generate', '--out']
    // npm test has told the tests where it was typed itself.
    const env = { ...process.env, INIT_CWD: undefined }
    await run('npm', [...args, 'typed.jwk'], { cwd: place.path(''), env })
    expect(existsSync(place.path('typed.jwk'))).toBe(true)
  })

  test('has commands that work as written', async () => {
    const commands = blocks('console')
      .filter((block) => !/^\$ (?:npm start|postern doctor|postern sink)/.test(block))
      .flatMap((block) => block.split('\n').filter((line) => line.startsWith('$ ')))
    expect(commands.length).toBe(3)
    for (const command of commands) {
      const [, program, ...args] = command.split(' ')
      expect(program).toBe('postern')
      expect(await place.run(args)).toMatchObject({ code: 0 })
    }
  })

  test('gets a curl user from nothing to a page of users, with and without DPoP', async () => {
    const script = blocks('sh').find((block) => block.startsWith('postern emulator')) ?? ''
    const program = `#!/bin/sh\nexec '${process.execPath}' '${preparedProgram}' "$@"\n`
    writeFileSync(place.path('postern'), program, { mode: 0o755 })
    const seen = script.replaceAll('curl ', 'curl -s -w "\\n%{http_code}\\n" ')
    const { stdout, stderr } = await run('bash', ['-m', '-c', seen], {
      cwd: place.path(''),
      env: {
        ...process.env,
        HOME: place.path(''),
        PATH: `${place.path('')}:${process.env['PATH']}`,
      },
    })
    const answers = stdout.trim().split('\n')
    const pages = answers.flatMap((line) =>
      line.startsWith('[{"id":"00u') ? [JSON.parse(line)] : [],
    )
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2])
    expect(pages[1]).toEqual(pages[0])
    expect(stderr.match(/The proof is for one request/g)?.length).toBe(1)
    expect(answers.filter((line) => /^\d{3}$/.test(line))).toEqual(['200', '200', '200', '200'])
  })

  test(
    'takes a program from a key to a token, with an access key of its own',
    async () => {
      const script = blocks('sh').find((block) => block.startsWith('postern start')) ?? ''
      const [start, connect, add, curl, ...rest] = script.trim().split('\n').map(words)
      expect([start, rest]).toEqual([['postern', 'start'], []])
      const org = await startOrg({ keyType: 'EC' })
      onTestFinished(org.close)
      writeFileSync(place.path('app.jwk'), JSON.stringify(org.app.key), { mode: 0o600 })
      const env = { POSTERN_DATA: place.path('kept') }
      const { printed } = await startPostern(place, ['--dev'], env)
      const local = { 'acme.okta.com': org.url, '0oaTEST0000000000Tst': org.app.clientId }
      const args = connect?.slice(1).map((word) => local[word as keyof typeof local] ?? word) ?? []
      expect(await place.run(args, { env })).toMatchObject({ code: 0 })
      const added = await place.run(add?.slice(1) ?? [], { env })
      expect(curl?.slice(0, 5)).toEqual([
        ...['curl', '-X', 'POST', '-H', 'Authorization: Bearer $ACCESS_KEY'],
      ])
      const answer = await fetch(curl?.at(5)?.replace('http://127.0.0.1:7478', printed.url) ?? '', {
        method: 'POST',
        headers: { authorization: `Bearer ${added.stdout.trim()}` },
      })
      expect(await answer.json()).toMatchObject({ accessToken: expect.any(String) })
    },
    DEMO_TIMEOUT_MS,
  )

  test.each([false, true])(
    'has library lines that work as written, DPoP required: %s',
    async (dpop) => {
      const server = await startScriptedServer(({ path, proof, headers }) => {
        if (path.startsWith('/api/v1/'))
          return { body: [{ scheme: headers.authorization?.split(' ')[0] }] }
        if (!dpop) return tokenAnswer()
        if (proof) return tokenAnswer({ token_type: 'DPoP' })
        const error_description = 'The DPoP proof JWT header is missing.'
        return { status: 400, body: { error: 'invalid_dpop_proof', error_description } }
      })
      onTestFinished(server.close)
      const [snippet = ''] = blocks('ts')
      const local = snippet
        .replace(
          "'@postern/core'",
          JSON.stringify(new URL('../packages/core/src/index.ts', import.meta.url).href),
        )
        .replace(
          "'https://acme-admin.okta.com/admin/dashboard'",
          `'${server.orgUrl}/admin/dashboard', dev: true`,
        )
      expect(local).not.toContain('okta.com')
      writeFileSync(place.path('app.jwk'), exportJwk(await generateKey()).reveal())
      writeFileSync(place.path('snippet.mts'), local)
      const { stdout } = await run(process.execPath, ['snippet.mts'], { cwd: place.path('') })
      expect(stdout).toContain(dpop ? 'DPoP' : 'Bearer')
    },
  )

  test('names files and folders that exist', () => {
    const [map = ''] = blocks('')
    const folders = map
      .split('\n')
      .flatMap((line) => /^( *)([\w./-]+)/.exec(line)?.slice(1, 3) ?? [])
    expect(folders.length).toBeGreaterThan(20)
    let parent = ''
    for (let index = 0; index < folders.length; index += 2) {
      const [indent = '', name = ''] = folders.slice(index, index + 2)
      if (indent === '') parent = name
      expect(existsSync(`${root}${indent === '' ? name : `${parent}/${name}`}`), name).toBe(true)
    }
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
    for (const target of links) expect(existsSync(`${root}${target}`), target).toBe(true)
  })
})
