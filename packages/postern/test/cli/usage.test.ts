import { writeFileSync } from 'node:fs'
import { exportJwk, generateKey } from '@postern/core'
import { afterAll, describe, expect, test } from 'vitest'
import { formatOverview } from '../../src/cli/overview.ts'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(place.remove)
writeFileSync(place.path('app.jwk'), exportJwk(await generateKey({ alg: 'ES256' })).reveal())

const app = [
  ...['token', '--org', 'https://acme.okta.com', '--client-id', '0oaTEST0000000000Tst'],
  ...['--key', 'app.jwk'],
]

describe('help', () => {
  test.each([
    [['help'], 'Usage: postern [options] [command]'],
    [[], 'Usage: postern [options] [command]'],
    [['help', 'token'], 'Usage: postern token [options] [name]'],
    [['help', 'keys'], 'Usage: postern keys [options] [command]'],
  ])('%j is answered', async (args, line) => {
    const { code, stdout, stderr } = await place.run(args)
    expect([code, stdout.split('\n')[0], stderr]).toEqual([0, line, ''])
  })

  test('of the program is the same text where the parser is not loaded for it', async () => {
    const [quick, parsed] = await Promise.all([place.run(['--help']), place.run(['--debug', '-h'])])
    expect(quick).toEqual(parsed)
    expect(quick.code).toBe(0)
  })

  test.each([60, 80, 200])('of the program fits %i columns', (width) => {
    const lines = formatOverview(width).split('\n')
    expect(lines.filter((line) => line.length > width)).toEqual([])
  })

  test('is on stderr where a command is missing, and JSON for a program', async () => {
    const text = await place.run(['keys'])
    expect([text.code, text.stdout]).toEqual([2, ''])
    expect(text.stderr).toContain('Usage: postern keys')
    const json = await place.run(['keys', '--output', 'json'])
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'usage_invalid' } })
  })
})

describe('a slip names what was meant', () => {
  test.each([
    [['tokn'], 'Did you mean token?'],
    [['keys', 'inspct'], 'Did you mean inspect?'],
    [['token', '--scops', 'x'], 'The option --scops is not known.'],
    [['token', '--scops', 'x'], 'Did you mean one of --scope, --scopes?'],
    [['token', 'x', 'y'], 'There are more arguments than postern token takes.'],
    [['start', '--worker-only'], 'An embedded store belongs to one process alone.'],
    [['start', '--worker-only', '--port', '1'], '--worker-only serves nothing, so --port has no'],
    [['start', '--concurrency', '0'], '--concurrency is no number from 1 to 1000.'],
    [['token', 'acme', '--key', 'x'], 'A connection is named, and --key is given.'],
    [['keys', 'inspect'], "Missing required argument 'key'."],
    [['keys', 'generate'], "Required option '--out <file>' not specified."],
    [['token', '--org'], "Option '--org <url>' argument missing."],
    [['--output', 'xml', 'token'], 'Choose --output table, json, jsonl, yaml, csv.'],
  ])('%j', async (args, expected) => {
    const { code, stderr } = await place.run(args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)])
  })
})

describe('secrets that cannot all be read are refused before any is', () => {
  test.each([
    ['two from standard input', ['--key', '-', '--passphrase', '-'], '--key and --passphrase'],
    ['key and API token', ['--key', 'a', '--api-token', 'b'], 'Both --key and --api-token'],
  ])('%s', async (_what, flags, expected) => {
    const { code, stderr } = await place.run(['token', ...flags])
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)])
  })

  test('key and passphrase of keys inspect from standard input', async () => {
    const { code, stderr } = await place.run(['keys', 'inspect', '-', '--passphrase', '-'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('KEY and --passphrase')])
  })
})

describe('an error names the flag it is about', () => {
  test.each([
    [['keys', 'inspect', 'nofile'], 'KEY: '],
    [['keys', 'inspect', 'app.jwk', '--passphrase', 'nofile'], '--passphrase: '],
    [['token', '--key', 'nofile'], '--key: '],
    [['token', '--api-token', 'nofile'], '--api-token: '],
  ])('%j, for a file that is not there', async (args, expected) => {
    const { code, stderr } = await place.run(args)
    expect([code, stderr]).toEqual([6, expect.stringContaining(`${expected}There is no file`)])
  })

  test.each([
    [['--jwt-audience', 'https://evil.example/'], 'Jwt Auth Claims Audience', '--jwt-audience'],
    [['--jwt-expiry-seconds', '9999'], 'Advanced JWT', '--jwt-expiry-seconds'],
    [['--jwt-issuer', 'ü'], 'Advanced JWT', '--jwt-issuer'],
    [['--jwt-claim', 'iss=x'], 'Advanced JWT', '--jwt-claim'],
    [['--kid', '\u0007'], 'Private Key', '--kid'],
  ])('%j', async (flags, field, flag) => {
    const args = [...app, '--scopes', 'okta.users.read', ...flags]
    const text = await place.run(args)
    expect([text.code, text.stderr]).toEqual([2, expect.stringContaining(`${field} (${flag}): `)])
    const json = await place.run([...args, '--output', 'json'])
    const { error } = JSON.parse(json.stderr.slice(json.stderr.indexOf('{')))
    expect(error.details.problems).toMatchObject([{ field, flag }])
  })

  test.each(['0x10', '1e2', 'abc', '', '-5', '2.5'])('a life of %j seconds', async (seconds) => {
    const { code, stderr } = await place.run([
      ...[...app, '--scopes', 'okta.users.read', '--explain'],
      `--jwt-expiry-seconds=${seconds}`,
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('(--jwt-expiry-seconds): ')
    expect(stderr).toContain('assertion_lifetime')
    expect(stderr).not.toContain('NaN')
  })

  test.each([
    [['keys', 'generate', '--out', 'x', '--alg', 'HS256'], '--alg: '],
    [['keys', 'generate', '--out', 'x', '--kid', ''], '--kid: '],
    [['keys', 'inspect', 'app.jwk', '--alg', 'none'], '--alg: '],
  ])('%j', async (args, expected) => {
    const { code, stderr } = await place.run(args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(`error ${expected}`)])
  })
})

describe('--scope', () => {
  const explain = async (...flags: string[]) => {
    const { stdout } = await place.run([...app, '--explain', '--output', 'json', ...flags])
    return JSON.parse(stdout).form.scope
  }

  test('narrows what is explained', async () => {
    const scopes = 'okta.users.read okta.groups.read'
    expect(await explain('--scopes', scopes)).toBe('okta.groups.read okta.users.read')
    expect(await explain('--scopes', scopes, '--scope', 'okta.users.read')).toBe('okta.users.read')
  })

  test('takes the names of a custom authorization server', async () => {
    const server = ['--token-url', 'https://acme.okta.com/oauth2/aus1/v1/token']
    expect(await explain(...server, '--scopes', 'a;b okta.user.read', '--scope', 'a;b')).toBe('a;b')
  })
})
