import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(place.remove)

// TEST SECRETS, used nowhere else.
const typed = 'hunter2-Correct-Horse'
const apiToken = `00${'TEST'.repeat(10)}`
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const sec1 = privateKey.export({ type: 'sec1', format: 'pem' }) as string
const jwk = privateKey.export({ format: 'jwk' })
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a secret on the command line is not said back', () => {
  test.each([
    ['after env:', ['keys', 'inspect', `env:${typed}`], 'env_not_set'],
    ['after env:, of letters alone', ['token', '--key', 'env:hunter2'], 'env_not_set'],
    ['after env: in a flag', ['token', '--key', `env:${sec1.slice(40, 80)}`], 'env_not_set'],
    ['as an unknown option’s value', ['token', `--pass=${typed}`], 'usage_invalid'],
    ['as an unknown option', [`--${typed}`], 'usage_invalid'],
    ['run together with a letter', ['token', `-p${typed}`], 'usage_invalid'],
    ['as the name of a connection', ['token', typed], 'connection_not_found'],
    ['as one argument too many', ['token', 'acme', typed], 'usage_invalid'],
    ['as another argument too many', ['keys', 'inspect', 'x', typed], 'usage_invalid'],
    ['as a command', [typed], 'usage_invalid'],
    ['as a command of keys', ['keys', typed], 'usage_invalid'],
    ['as a choice', ['--output', typed, 'token'], 'usage_invalid'],
    ['as a choice of --dpop', ['token', '--dpop', typed], 'usage_invalid'],
    ['with what looks like a suggestion', [`x\n(Did you mean ${typed}?)`], 'usage_invalid'],
  ])('%s', async (_where, args, code) => {
    const text = await place.run([...args, '--debug'])
    expect(text.stderr).toContain(`(${code})\n  fix `)
    const json = await place.run([...args, '--output', 'json'])
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code, remedy: expect.any(String) } })
    const shown = text.stdout + text.stderr + json.stdout + json.stderr
    expect(shown).not.toMatch(/hunter2|Correct-Horse/)
    expect(shown).not.toContain(sec1.slice(40, 80))
    expect(json.code).toBe({ env_not_set: 1, connection_not_found: 6 }[code] ?? 2)
    expect(text.code).toBe(json.code)
  })

  test.each([
    ['SEC1 in base64', sec1.replaceAll(/-----.*-----|\n/g, '')],
    ['a PEM in base64', base64(sec1)],
    ['a JWK in base64', base64(JSON.stringify(jwk))],
    ['a JWK on many lines in base64', base64(JSON.stringify(jwk, null, 2))],
    ['a JWK in single quotes', `{'kty':'EC','d':'${jwk.d}'}`],
    ['a JWK without quotes', `{kty: "EC", d: "${jwk.d}"}`],
    ['a JWK that is escaped', JSON.stringify(JSON.stringify(jwk))],
    ['an API token in quotes', `"${apiToken}"`],
    ['an API token before a space', `SSWS ${apiToken} `],
  ])('%s is refused as such, wherever it stands', async (_what, secret) => {
    const { code, stderr } = await place.run(['keys', 'generate', '--out', secret])
    expect(code).toBe(2)
    expect(stderr).toContain('secret_in_argument')
    expect(stderr).not.toContain(secret.slice(4, 30))
  })

  test('nor is what only resembles one refused', async () => {
    const { stderr } = await place.run([
      ...['token', '--jwt-claim', '{"id":"x"}=1', '--jwt-claim', 'meta={"tenantId": "x"}'],
    ])
    expect(stderr).toContain('org_url')
    expect(stderr).not.toContain('secret_in_argument')
  })
})

describe('what is said back cannot command a terminal', () => {
  test('a path loses its control characters', async () => {
    const { code, stderr } = await place.run([
      'keys',
      'generate',
      '--out',
      'no/\u001b[2Jdir\u202e/x',
    ])
    expect(code).toBe(1)
    expect(stderr).toContain('file_not_writable')
    for (const hidden of ['\u001b', '\u202e']) expect(stderr).not.toContain(hidden)
  })

  test('a path that is too long for one is not said back', async () => {
    const out = `${'ab.'.repeat(100)}jwk`
    const { code, stderr } = await place.run(['keys', 'generate', '--out', out])
    expect([code, stderr.includes('ab.ab.')]).toEqual([1, false])
  })

  test('the name of a file that a variable names loses them too', async () => {
    const name = '\u001b]0;x\u0007.pem'
    writeFileSync(place.path(name), sec1)
    const { stderr } = await place.run(['token', '--from-env'], {
      env: { OKTA_CLIENT_PRIVATEKEY: name },
    })
    expect(stderr).toContain('(file  ]0;x .pem)')
    for (const hidden of ['\u001b', '\u0007']) expect(stderr).not.toContain(hidden)
  })
})

test.each(['toString', '__proto__', 'constructor'])(
  'a variable called %s is not set, like any other',
  async (name) => {
    const { code, stderr } = await place.run(['keys', 'inspect', `env:${name}`])
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('variable named after env: is not set'),
    ])
  },
)

test('a variable that is not set is named, where its name cannot be a secret', async () => {
  const { stderr } = await place.run(['keys', 'inspect', 'env:OKTA_KEY'])
  expect(stderr).toContain('KEY: The environment variable OKTA_KEY is not set or empty.')
})
