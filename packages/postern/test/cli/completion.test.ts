/** @module `postern completion`, with a real bash at the other end; zsh and fish read their scripts where they are installed. */

import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileCache } from '../../../../test/source-program.ts'
import { connectionRequestOf } from '../../src/config/named-connection.ts'
import { createPlace, program } from './run.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const run = promisify(execFile)
const place = createPlace()
let served: ServedPostern

beforeAll(async () => {
  served = await servePostern()
  mkdirSync(place.path('bin'))
  const quoted = [process.execPath, ...program].map((word) => `'${word}'`).join(' ')
  writeFileSync(place.path('bin/postern'), `#!/bin/sh\nexec ${quoted} "$@"\n`)
  chmodSync(place.path('bin/postern'), 0o755)
})
afterAll(async () => {
  await served.close()
  place.remove()
})

/** What bash offers where the last word is being typed. */
async function offered(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [values] = await allOffered([words], env)
  return values ?? []
}

/** The same for several lines, in one bash. */
async function allOffered(
  lines: readonly (readonly string[])[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly (readonly string[])[]> {
  const script = [
    'source <(postern completion bash)',
    'offer() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _postern; printf "%s\\n" "$' +
      '{COMPREPLY[@]}" --; }',
    ...lines.map((words) => `offer ${['postern', ...words].map((word) => `'${word}'`).join(' ')}`),
  ]
  const { stdout, stderr } = await run('bash', ['--norc', '-c', script.join('\n')], {
    cwd: place.path(''),
    env: {
      HOME: place.path(''),
      PATH: `${place.path('bin')}:${process.env['PATH']}`,
      NODE_COMPILE_CACHE: compileCache,
      ...env,
    },
    timeout: 30_000,
  })
  expect(stderr).toBe('')
  return stdout
    .split('--\n')
    .slice(0, -1)
    .map((text) => text.split('\n').filter(Boolean))
}

describe('bash completes', { timeout: 60_000 }, () => {
  test('commands, subcommands, flags and the values of flags', async () => {
    const [commands, below, flags, values, glued] = await allOffered([
      ['conn'],
      ['feed', 're'],
      ['keys', 'generate', '--f'],
      ['keys', 'generate', '--format', ''],
      ['connections', 'list', '--output', '=', 'js'],
    ])
    expect(commands).toEqual(['connect', 'connections'])
    expect(below).toEqual(['resume', 'resync', 'remove'])
    expect(flags).toEqual(['--format'])
    expect(values).toEqual(['jwk', 'pem'])
    expect(glued).toEqual(['json', 'jsonl'])
  })

  test('inputs, actions and what an action takes, without asking anybody', async () => {
    const [inputs, actions, parameters, past] = await allOffered([
      ['read', 'acme', 'app'],
      ['action', 'run', 'group.add'],
      ['action', 'run', 'acme', 'group.add_member', ''],
      ['token', '--', '--'],
    ])
    expect(inputs).toEqual(['apps', 'app-assignments'])
    expect(actions).toEqual(['group.add_member', 'group.add_members'])
    expect(parameters).toEqual(['group=', 'user='])
    expect(past).toEqual([])
  })

  test('the variables that a secret may stand in, by name', async () => {
    const words = ['connect', 'acme', '--key', 'env', ':', 'ACME_K']
    expect(await offered(words, { ACME_KEY: 'TESTSECRET' })).toEqual(['ACME_KEY'])
  })

  test('names that are kept, from the server that runs; nothing where none does', async () => {
    const org = await startOrg({ users: 1 })
    try {
      const { service, env } = served
      const { app } = org
      await service.connections.connect(
        connectionRequestOf({
          ...{ name: 'acme-log', orgUrl: org.url, clientId: app.clientId },
          ...{ key: JSON.stringify(app.key), scopes: app.scopes.join(' ') },
        }),
        { actor: 'test' },
        {},
      )
      await service.sinks.add(
        { name: 'archive', kind: 'jsonl', settings: { path: place.path('out') } },
        { actor: 'test' },
        {},
      )
      const feed = { name: 'nightly', connection: 'acme-log', input: 'users', sinks: ['archive'] }
      await service.feeds.add(feed, { actor: 'test' })
      const lines = [
        ['token', 'ac'],
        ['feed', 'show', ''],
        ['feed', 'add', 'x', '--sink', 'a'],
        ['feed', 'add', 'x', '--connection', ''],
        ['feed', 'add', ''],
      ]
      const kept = [['acme-log'], ['nightly'], ['archive'], ['acme-log'], []]
      expect(await allOffered(lines, env)).toEqual(kept)
      await served.stopListening()
      expect(await allOffered(lines, env)).toEqual(lines.map(() => []))
    } finally {
      await org.close()
    }
  })
})

test.each([
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
])('%s reads its script, where it is installed', (shell, flags) => {
  const { stdout } = spawnSync(place.path('bin/postern'), ['completion', shell], {
    encoding: 'utf8',
  })
  expect(stdout).toContain(`completion words ${shell} --`)
  writeFileSync(place.path(`script.${shell}`), stdout)
  const { status, error, stderr } = spawnSync(shell, [...flags, place.path(`script.${shell}`)])
  if (error !== undefined) return
  expect([status, String(stderr)]).toEqual([0, ''])
})

test('another shell is refused with those that there are', async () => {
  const { code, stderr } = await place.run(['completion', 'tcsh'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('Name one of bash, zsh, fish.')])
})
