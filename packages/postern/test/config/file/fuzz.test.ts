/** @module Configuration files of any kind: never a crash, never a secret in what is said. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseConfigFile } from '../../../src/config/file/parse.ts'
import { ConfigFileError } from '../../../src/config/file/problem.ts'
import { configFile } from '../../../src/config/file/schema.ts'
import { declarationJudges } from '../../../src/service/judge-declared.ts'

const SECRET = 'CaNaRy7f3a9b1c5d2e8f4a6b0c7d9e1f'
const place = { file: 'postern.yaml', folder: '/etc/postern' }

/** Whatever comes of a text. Anything thrown but the one error, or thrown with the secret in it, fails. */
async function judge(text: string): Promise<void> {
  try {
    const { connections } = await parseConfigFile(text, place, declarationJudges)
    for (const { secrets } of connections) expect(JSON.stringify(secrets)).toMatch(/kind/)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigFileError)
    const { problems } = error as ConfigFileError
    expect(problems.length).toBeGreaterThan(0)
    for (const { code, message, remedy } of problems) {
      expect(code).toMatch(/^[a-z]+(?:_[a-z]+)+$/)
      expect([message, remedy]).not.toContain('')
    }
    const said = `${JSON.stringify(error)}${String(error)}`
    expect(said.toLowerCase()).not.toContain(SECRET.toLowerCase())
  }
}

const pieces = fc.constantFrom(
  ...['connections', 'accessKeys', 'domains', 'secrets', 'settings', 'key', 'orgUrl', 'acme'],
  ...['Client ID', 'rules', 'env:', 'file:', SECRET, `env:${SECRET}`, '&a', '*a', '<<', '!!str'],
  ...[':', ': ', '- ', '\n', '\n  ', '\n    ', '{', '}', '[', ']', ', ', '"', "'", '#', '|', '>'],
  ...['---', '...', '%YAML 1.1', '\t', '\u0000', '\ufeff', '__proto__', '?', '~', '1e999', '.inf'],
)

test('any text of pieces of YAML is taken or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 40 }), (parts) => judge(parts.join(''))),
    { numRuns: 1_500 },
  )
})

test('any text is taken or refused', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), judge), {
    numRuns: 500,
  })
})

const names = fc.constantFrom(
  ...['orgUrl', 'Org URL', 'clientId', 'keyId', 'scopes', 'secrets', 'settings', 'headers'],
  ...['jwtAlg', 'jwtClaims', 'jwtExpirySeconds', 'dpop', 'wants', 'key', 'apiToken', 'API Key'],
  ...['rules', 'expiresAt', 'verbs', 'connections', SECRET, 'Cron', 'grant_type', 'tokenUrl'],
)
const values = fc.oneof(
  fc.constantFrom<unknown>(SECRET, `env:${SECRET.toUpperCase()}`, 'env:K', 'file:x', 'exec:x y'),
  fc.constantFrom<unknown>('https://acme.okta.com', '0oa1b2c3d4e5f6g7h8i9', 'okta.users.read'),
  fc.constantFrom<unknown>(null, true, 0, -1, 1e21, '', [], {}, ['*'], 'RS256', 'always', 'read'),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    values,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(names, tie('tree'), { maxKeys: 6 }),
  ),
}))

test('any values where others belong are taken or refused', async () => {
  const files = fc.record({
    domains: fc.oneof(tree, fc.array(fc.constantFrom('login.acme.com', SECRET))),
    connections: fc.dictionary(fc.constantFrom('acme', 'b', SECRET), tree),
    accessKeys: fc.dictionary(fc.constantFrom('ci', SECRET), tree),
  })
  await fc.assert(
    fc.asyncProperty(files, (file) => judge(stringify(file))),
    { numRuns: 1_000 },
  )
})

test('the schema takes or refuses any value', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, maxDepth: 5 }), (value) => {
      configFile.safeParse(value)
    }),
  )
})
