import { importKey, KeyError, PrivateKey, type SigningAlg, signingAlgs } from '@postern/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { der, ecKey, jwk, pem, publicPem, rsaKey, trustPrimes } from './pool.ts'

// More of them: POSTERN_FUZZ_RUNS=1000000 npm test -- keys/fuzz
const RUNS = Number(process.env['POSTERN_FUZZ_RUNS'] ?? 30_000)
const MAX_MS = 60_000

const ec = ecKey()
const texts = [
  pem(ec),
  pem(ec, 'sec1'),
  JSON.stringify(jwk(ec)),
  JSON.stringify({ keys: [jwk(ec), jwk(rsaKey())] }),
  publicPem(ec),
  der(ec).toString('base64'),
  Buffer.from(pem(ec)).toString('base64'),
  pem(rsaKey(), 'pkcs1'),
  JSON.stringify(jwk(rsaKey())),
]
const fragment = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...['-----BEGIN ', '-----END ', '-----', 'PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'],
      ...[
        'ENCRYPTED PRIVATE KEY',
        'OPENSSH PRIVATE KEY',
        'CERTIFICATE',
        'PUBLIC KEY',
        'EC PARAMETERS',
      ],
      ...[
        '-----BEGIN PRIVATE KEY-----',
        '-----END PRIVATE KEY-----',
        '–––––BEGIN',
        'begin private key',
      ],
      ...[
        'Proc-Type: 4,ENCRYPTED',
        'PuTTY-User-Key-File-2',
        'ssh-rsa AAAA',
        'SSWS 00',
        '.pem',
        'C:\\',
      ],
      ...[
        '\n',
        '\r\n',
        '\\n',
        '\\\\n',
        '\\u000a',
        ' ',
        '\t',
        '\u00a0',
        '\u200b',
        '\ufeff',
        '\0',
        '\ufffd',
      ],
      ...[
        '{',
        '}',
        '[',
        ']',
        '"',
        '\\"',
        ':',
        ',',
        'null',
        '1e999',
        '-0',
        '“',
        '”',
        "'",
        '`',
        '```',
      ],
      ...[
        '"kty":"RSA"',
        '"kty":"EC"',
        '"kty":"oct"',
        '"crv":"P-256"',
        '"keys":[',
        '"d":',
        '"n":"AQAB"',
      ],
      ...[
        '"kid":"a"',
        '"__proto__":{}',
        '"constructor":1',
        '"use":"enc"',
        '"alg":"none"',
        '"oth":[]',
      ],
      ...[
        'MII',
        'MIIEvAIBADANBgkqhkiG9w0BAQEFAASC',
        'LS0tLS1CRUdJTiA',
        'MHcCAQEE',
        'AAAA',
        '=',
        '==',
        'nMII',
      ],
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: fc.base64String({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)
const joined = fc.array(fragment, { maxLength: 10 }).map((parts) => parts.join(''))
const mutated = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 40 }), fragment), { minLength: 1, maxLength: 3 }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [position, length, inserted]) => {
      const at = position % (changed.length + 1)
      return changed.slice(0, at) + inserted + changed.slice(at + length)
    }, text),
  )
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ maxLength: 40 }).map((tail) => Uint8Array.of(0x30, tail.length, ...tail)),
  fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 3 })).map(([position, change]) => {
    const changed = Uint8Array.from(der(ec))
    changed.set(change, position % (changed.length - 3))
    return changed
  }),
)
const input: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: joined },
  { weight: 2, arbitrary: mutated },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: bytes },
)
const asked = fc.record(
  {
    kid: fc.oneof(fc.constantFrom('a', '', 'k\n'), fc.string({ unit: 'binary', maxLength: 3 })),
    alg: fc.constantFrom<SigningAlg>(...signingAlgs),
  },
  { requiredKeys: [] },
)

test(`importKey ends in a PrivateKey or a KeyError, whatever it is given: ${RUNS} inputs`, {
  timeout: 2 * MAX_MS,
}, async () => {
  const startMs = performance.now()
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(input, asked, async (text, options) => {
      try {
        const key = await importKey(text, { ...options, isProbablePrime: trustPrimes })
        expect(key).toBeInstanceOf(PrivateKey)
        accepted += 1
      } catch (error) {
        if (!(error instanceof KeyError)) throw error
      }
    }),
    { numRuns: RUNS },
  )
  // Some inputs must be keys, or the fuzzing would test the first refusal only.
  expect(accepted).toBeGreaterThan(RUNS / 1_000)
  expect(performance.now() - startMs).toBeLessThan(MAX_MS)
})

test.each([
  ['spaces', ' '.repeat(65_000)],
  ['quotes', '"'.repeat(65_000)],
  ['fences', '```'.repeat(21_000)],
  ['backslashes', '\\'.repeat(65_000)],
  ['an assignment and spaces', `a=${' '.repeat(60_000)}!`],
  ['spaces between quotes', `"${' '.repeat(60_000)}+`],
  ['BEGIN lines', '-----BEGIN A-----'.repeat(3_800)],
  ['BEGIN words', 'BEGIN '.repeat(10_000)],
  ['BEGIN and spaces', `BEGIN${' '.repeat(60_000)}PRIVAT`],
  ['blocks', '-----BEGIN A-----\nAAAA\n-----END A-----\n'.repeat(1_500)],
  ['dashes', '-'.repeat(65_000)],
  ['braces', '{'.repeat(65_000)],
  [
    'an object of many members',
    `{${Array.from({ length: 6_000 }, (_, at) => `"m${at}":1`).join()}}`,
  ],
  [
    'a set of many keys',
    `{"keys":[${Array.from({ length: 3_000 }, () => '{"kty":"EC"}').join()}]}`,
  ],
  ['base64', 'A'.repeat(65_000)],
  [
    'base64 of base64 of base64',
    [0, 1, 2, 3, 4].reduce((text) => Buffer.from(text).toString('base64'), 'MII'.repeat(4_000)),
  ],
  ['zeros in DER', Uint8Array.of(0x30, 0x82, 0xfd, 0xe4, ...new Uint8Array(64_996))],
  ['a header without end', `-----BEGIN A-----\n${'A'.repeat(60_000)}: `],
  [
    'n lines',
    `-----BEGIN PRIVATE KEY-----${`n${'MI'.repeat(32)}`.repeat(900)}-----END PRIVATE KEY-----`,
  ],
])('64 KiB of %s take no longer than a shape refusal may', async (_title, text) => {
  const before = process.cpuUsage()
  await expect(importKey(text)).rejects.toBeInstanceOf(KeyError)
  const { user, system } = process.cpuUsage(before)
  // 50 ms, five times for a busy machine.
  expect((user + system) / 1_000).toBeLessThan(250)
})
