import { showHostile } from '@postern/core'
import { describe, expect, test } from 'vitest'

const apiToken = `00${'aB3_'.repeat(10)}`
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'

describe('showHostile', () => {
  test.each([
    ['a JWT', `got ${jwt} here`, 'got [removed] here'],
    [
      'a JWT with invisible characters in it',
      `got ${jwt.slice(0, 5)}\u200b${jwt.slice(5)}`,
      'got [removed]',
    ],
    [
      'a JWT without its signature',
      `got ${jwt.split('.').slice(0, 2).join('.')}.`,
      'got [removed]',
    ],
    ['an API token', `token ${apiToken}!`, 'token [removed]!'],
    [
      'an API token that ends with a dash',
      `token ${apiToken.slice(0, -1)}- ends`,
      'token [removed] ends',
    ],
    [
      'an Authorization header',
      `SSWS ${'x'.repeat(20)} and Bearer ${'y'.repeat(20)}`,
      '[removed] and [removed]',
    ],
    ['a private member of a JWK', '{"kty":"EC","d":"c2VjcmV0"}', '{"kty":"EC",[removed]}'],
    ['a PEM', 'x -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- y', 'x [removed] y'],
    ['a cut PEM', 'x -----BEGIN EC PRIVATE KEY-----\nMHcC', 'x [removed]'],
    [
      'who signs in within a URL',
      'to postgres://acme:hunter2@localhost:5432/x and https://a%40b:p@ss:w@10.0.0.1/y@z failed',
      'to postgres://[removed]@localhost:5432/x and https://[removed]@10.0.0.1/y@z failed',
    ],
    ['a long random run', `id ${'aB3'.repeat(30)}`, 'id [removed]'],
    ['control and bidirectional characters', 'a\u001b[31mb\u202ec\r\nd\u0000[e', 'a bc d [e'],
    ['a token behind a terminal sequence', `\u001b[2J${'eyJ'}${'a'.repeat(40)}.b`, '[removed]'],
    ['an ordinary sentence', "The 'aud' claim is not valid.", "The 'aud' claim is not valid."],
  ])('%s', (_what, text, shown) => {
    expect(showHostile(text)).toBe(shown)
  })

  test('a cut leaves no half of a character', () => {
    expect(showHostile('😀'.repeat(20), { maxCharacters: 5 })).toBe('😀😀…')
  })

  test('a long text is cut, and a huge one costs nothing', () => {
    expect(showHostile('a b '.repeat(1_000), { maxCharacters: 10 })).toBe('a b a b a …')
    const before = process.cpuUsage()
    showHostile('\u200b"d":"'.repeat(2_000_000))
    expect(process.cpuUsage(before).user).toBeLessThan(250_000)
  })
})
