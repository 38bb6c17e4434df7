import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import {
  type ImportKeyOptions,
  importKey,
  type KeyWarningCode,
  keyWarningCodes,
  Secret,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import {
  base64urlOf,
  der,
  derInteger,
  ecKey,
  inverse,
  jwk,
  nodePrimeTest,
  numberOf,
  pem,
  publicJwk,
  publicPem,
  rsaKey,
  tlv,
  wrapPem,
} from './pool.ts'

const rsa = rsaKey()
const ec = ecKey()
const small = ecKey('P-521')
const rsaPem = pem(rsa)
const pkcs1 = pem(rsa, 'pkcs1')
const sec1 = pem(ec, 'sec1')
const json = (value: unknown) => JSON.stringify(value)
const pretty = JSON.stringify(jwk(rsa), null, 2)
const body = (text: string) => text.split('\n').slice(1, -2).join('\n')
const toBase64 = (text: string) => Buffer.from(text).toString('base64')
const lines = (text: string, size: number) =>
  (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join('\n')
const inLinesOf = (size: number) =>
  `-----BEGIN PRIVATE KEY-----\n${lines(body(rsaPem).replaceAll('\n', ''), size)}\n-----END PRIVATE KEY-----`
const ecPoint = Buffer.concat([
  Buffer.from([4]),
  Buffer.from(jwk(ec).x ?? '', 'base64url'),
  Buffer.from(jwk(ec).y ?? '', 'base64url'),
])
const ecSecret = Buffer.from(jwk(ec).d ?? '', 'base64url')
const p256 = Buffer.from('06082a8648ce3d030107', 'hex')
const secp256k1 = Buffer.from('06052b8104000a', 'hex')
const ecType = tlv(0x30, Buffer.from('06072a8648ce3d0201', 'hex'), p256)
const compressedPoint = Buffer.from([2 + ((ecPoint.at(-1) ?? 0) % 2), ...ecPoint.subarray(1, 33)])

/** A way to paste a key that is understood. */
interface Accepted {
  readonly title: string
  readonly input: string | Uint8Array
  readonly key?: KeyObject
  /** Beside `kid_derived`, which every key without a kid has. */
  readonly warnings?: readonly KeyWarningCode[]
  readonly kid?: string
  readonly options?: ImportKeyOptions
}

const cases: readonly Accepted[] = [
  { title: 'PKCS#8 PEM', input: rsaPem },
  { title: 'PKCS#1 PEM', input: pkcs1 },
  { title: 'SEC1 PEM', input: sec1, key: ec },
  { title: 'PEM without its last line break', input: rsaPem.trimEnd() },
  { title: 'CRLF', input: rsaPem.replaceAll('\n', '\r\n') },
  { title: 'CR alone', input: rsaPem.replaceAll('\n', '\r') },
  { title: 'a byte order mark', input: Buffer.from(`\ufeff${rsaPem}`) },
  {
    title: 'one long line of base64',
    input: `-----BEGIN PRIVATE KEY-----\n${body(rsaPem).replaceAll('\n', '')}\n-----END PRIVATE KEY-----`,
    warnings: ['key_newlines_lost'],
  },
  { title: 'lines of 76 characters', input: inLinesOf(76) },
  {
    title: 'indented markers around one long line of base64',
    input: `  -----BEGIN PRIVATE KEY-----\r\n  ${body(rsaPem).replaceAll('\n', '')}  \r\n  -----END PRIVATE KEY-----`,
    warnings: ['key_newlines_lost'],
  },
  { title: 'base64 without padding', input: pem(small).replaceAll('=', ''), key: small },
  { title: 'tabs before each line', input: rsaPem.replaceAll(/^/gm, '\t') },
  {
    title: 'no-break spaces in the markers and at the ends',
    input: rsaPem.replaceAll(' ', '\u00a0').replaceAll('\n', '\u00a0\n'),
  },
  {
    title: 'zero-width characters and soft hyphens',
    input: rsaPem.replaceAll('\n', '\u200b\n\u00ad'),
  },
  { title: 'a Markdown fence', input: `\`\`\`pem\n${rsaPem}\`\`\`` },
  { title: 'typographic quotes around a PEM', input: `“${rsaPem}”` },
  { title: 'a variable of a .env file', input: `OKTA_CLIENT_PRIVATEKEY="${rsaPem}"` },
  {
    title: 'a block of YAML',
    input: `okta:\n  client:\n    privateKey: |\n${rsaPem.replaceAll(/^/gm, '      ')}`,
  },
  { title: 'a quoted e-mail', input: rsaPem.replaceAll(/^/gm, '> ') },
  {
    title: 'string literals joined by +',
    input: rsaPem
      .trimEnd()
      .split('\n')
      .map((line) => `"${line}\\n"`)
      .join(' +\n  '),
    warnings: ['key_escaped_newlines'],
  },
  { title: 'lines ended by a backslash', input: rsaPem.replaceAll('\n', '\\\n') },
  { title: 'text around it', input: `Here is the key:\n\n${rsaPem}\nRegards, Anna` },
  {
    title: 'escaped line breaks',
    input: rsaPem.replaceAll('\n', '\\n'),
    warnings: ['key_escaped_newlines'],
  },
  {
    title: 'line breaks escaped twice',
    input: rsaPem.replaceAll('\n', '\\\\n'),
    warnings: ['key_escaped_newlines'],
  },
  {
    title: 'escaped CRLF',
    input: rsaPem.replaceAll('\n', '\\r\\n'),
    warnings: ['key_escaped_newlines'],
  },
  {
    title: 'escaped and real line breaks',
    input: rsaPem.replaceAll('\n', '\\n\n'),
    warnings: ['key_escaped_newlines'],
  },
  {
    title: 'line breaks whose backslashes a shell ate',
    input: rsaPem.trimEnd().replaceAll('\n', 'n'),
    warnings: ['key_escaped_newlines'],
  },
  {
    title: 'a member of JSON',
    input: json({ type: 'service', privateKey: rsaPem }),
    warnings: ['key_escaped_newlines'],
  },
  {
    title: 'a member of JSON with escaped slashes and plus signs',
    input: json({ key: rsaPem })
      .replaceAll('/', '\\/')
      .replaceAll('+', '\\u002B')
      .replaceAll('=', '\\u003d'),
    warnings: ['key_escaped_newlines'],
  },
  {
    title: 'a member of JSON in a JSON string',
    input: json(json({ key: rsaPem })),
    warnings: ['key_escaped_newlines'],
  },
  {
    title: 'line breaks that became spaces',
    input: rsaPem.replaceAll('\n', ' '),
    warnings: ['key_newlines_lost'],
  },
  {
    title: 'line breaks that were removed',
    input: pkcs1.replaceAll('\n', ''),
    warnings: ['key_newlines_lost'],
  },
  {
    title: 'line breaks that became tabs',
    input: sec1.replaceAll('\n', '\t'),
    key: ec,
    warnings: ['key_newlines_lost'],
  },
  { title: 'base64 of a PEM', input: toBase64(rsaPem) },
  { title: 'base64 of a PEM in lines', input: lines(toBase64(pkcs1), 76) },
  { title: 'base64url of a PEM', input: Buffer.from(rsaPem).toString('base64url') },
  { title: 'base64 of base64 of a PEM', input: toBase64(toBase64(rsaPem)) },
  { title: 'base64 of a PEM as a variable', input: `export OKTA_KEY=${toBase64(rsaPem)}` },
  { title: 'base64 of a PEM in JSON', input: json({ private_key: toBase64(rsaPem) }) },
  {
    title: 'bare base64 of PKCS#8 in lines',
    input: body(rsaPem),
    warnings: ['key_markers_missing'],
  },
  {
    title: 'bare base64 of PKCS#1 on one line',
    input: body(pkcs1).replaceAll('\n', ''),
    warnings: ['key_markers_missing'],
  },
  {
    title: 'bare base64 of SEC1 in quotes',
    input: `"${body(sec1)}"`,
    key: ec,
    warnings: ['key_markers_missing'],
  },
  {
    title: 'bare base64 with escaped line breaks',
    input: body(rsaPem).replaceAll('\n', '\\n'),
    warnings: ['key_markers_missing', 'key_escaped_newlines'],
  },
  {
    title: 'bare base64url',
    input: der(rsa).toString('base64url'),
    warnings: ['key_markers_missing', 'key_base64_normalised'],
  },
  { title: 'DER of PKCS#8', input: der(rsa), warnings: ['key_markers_missing'] },
  { title: 'DER of PKCS#1', input: der(rsa, 'pkcs1'), warnings: ['key_markers_missing'] },
  { title: 'DER of SEC1', input: der(ec, 'sec1'), key: ec, warnings: ['key_markers_missing'] },
  {
    title: 'PKCS#1 labelled PRIVATE KEY',
    input: pkcs1.replaceAll('RSA ', ''),
    warnings: ['key_label_wrong'],
  },
  {
    title: 'PKCS#8 labelled RSA PRIVATE KEY',
    input: rsaPem.replaceAll('PRIVATE', 'RSA PRIVATE'),
    warnings: ['key_label_wrong'],
  },
  {
    title: 'PKCS#8 labelled EC PRIVATE KEY',
    input: pem(ec).replaceAll('PRIVATE', 'EC PRIVATE'),
    key: ec,
    warnings: ['key_label_wrong'],
  },
  {
    title: 'a private key labelled PUBLIC KEY',
    input: rsaPem.replaceAll('PRIVATE', 'PUBLIC'),
    warnings: ['key_label_wrong'],
  },
  {
    title: 'its public half after it',
    input: rsaPem + publicPem(rsa),
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'a public half before it whose END was cut',
    input: publicPem(rsa).replace(/-----END.*\n/, '') + rsaPem,
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'a certificate after it whose BEGIN was cut',
    input: `${rsaPem}AAAA\n-----END CERTIFICATE-----\n`,
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'a private JWK after it',
    input: `${rsaPem}\n${json(jwk(ec))}`,
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'a private JWK in JSON before it',
    input: json({ jwk: json(jwk(ec)), pem: rsaPem }),
    warnings: ['key_extra_blocks_ignored', 'key_escaped_newlines'],
  },
  { title: 'its public JWK after it', input: `${rsaPem}\n${json(publicJwk(rsa))}` },
  {
    title: 'both halves in JSON',
    input: json({ publicKey: publicPem(rsa), privateKey: rsaPem }),
    warnings: ['key_extra_blocks_ignored', 'key_escaped_newlines'],
  },
  {
    title: 'EC PARAMETERS before a key that names its curve',
    input: wrapPem('EC PARAMETERS', p256) + sec1,
    key: ec,
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'EC PARAMETERS of another curve before PKCS#8',
    input: wrapPem('EC PARAMETERS', secp256k1) + pem(ec),
    key: ec,
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'EC PARAMETERS beside an RSA key',
    input: rsaPem + wrapPem('EC PARAMETERS', p256),
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'EC PARAMETERS that alone name the curve',
    input:
      wrapPem('EC PARAMETERS', p256) +
      wrapPem('EC PRIVATE KEY', tlv(0x30, derInteger(1n), tlv(0x04, ecSecret))),
    key: ec,
  },
  {
    title: 'SEC1 without its point',
    input: wrapPem(
      'EC PRIVATE KEY',
      tlv(0x30, derInteger(1n), tlv(0x04, ecSecret), tlv(0xa0, p256)),
    ),
    key: ec,
  },
  {
    title: 'SEC1 whose point alone tells the curve',
    input: wrapPem(
      'EC PRIVATE KEY',
      tlv(0x30, derInteger(1n), tlv(0x04, ecSecret), tlv(0xa1, tlv(0x03, [0], ecPoint))),
    ),
    key: ec,
  },
  {
    title: 'PKCS#8 of EC without its point',
    input: wrapPem(
      'PRIVATE KEY',
      tlv(0x30, derInteger(0n), ecType, tlv(0x04, tlv(0x30, derInteger(1n), tlv(0x04, ecSecret)))),
    ),
    key: ec,
  },
  {
    title: 'PKCS#8 of EC with a compressed point',
    input: wrapPem(
      'PRIVATE KEY',
      tlv(
        0x30,
        derInteger(0n),
        ecType,
        tlv(
          0x04,
          tlv(
            0x30,
            derInteger(1n),
            tlv(0x04, ecSecret),
            tlv(0xa1, tlv(0x03, [0], compressedPoint)),
          ),
        ),
      ),
    ),
    key: ec,
  },
  {
    title: 'PKCS#8 of version 1 with attributes and a public key',
    input: wrapPem(
      'PRIVATE KEY',
      tlv(
        0x30,
        derInteger(1n),
        ecType,
        tlv(0x04, der(ec, 'sec1')),
        tlv(0xa0),
        tlv(0x81, [0], ecPoint),
      ),
    ),
    key: ec,
  },
  {
    title: 'PKCS#1 with zeros for p, q, dp, dq, qi',
    input: wrapPem(
      'RSA PRIVATE KEY',
      tlv(
        0x30,
        ...[
          0n,
          numberOf(jwk(rsa).n),
          numberOf(jwk(rsa).e),
          numberOf(jwk(rsa).d),
          0n,
          0n,
          0n,
          0n,
          0n,
        ].map(derInteger),
      ),
    ),
    warnings: ['key_crt_recomputed'],
  },
  { title: 'a JWK on one line', input: json(jwk(rsa)) },
  { title: 'a formatted JWK', input: pretty },
  {
    title: 'a formatted JWK with CRLF and a byte order mark',
    input: Buffer.from(`\ufeff${pretty.replaceAll('\n', '\r\n')}`),
  },
  { title: 'a JWK in a fence', input: `\`\`\`json\n${pretty}\n\`\`\`` },
  { title: 'a JWK in backticks', input: `\`${json(jwk(ec))}\``, key: ec },
  { title: 'a JWK in the quotes of a shell', input: `OKTA_CLIENT_PRIVATEKEY='${json(jwk(rsa))}'` },
  { title: 'a JWK as a variable without quotes', input: `OKTA_API_PRIVATE_KEY=${json(jwk(rsa))}` },
  { title: 'a JWK with a comma after it', input: `${json(jwk(rsa))},` },
  { title: 'a JWK with a semicolon and spaces after it', input: `${pretty} ;\n\n  ` },
  { title: 'a JWK as a constant', input: `const key = ${json(jwk(rsa))};\nexport default key` },
  { title: 'a JWK after a comment', input: `// from Okta\n${pretty};\n// end` },
  {
    title: 'a JWK as one variable of several',
    input: `OKTA_KEY=${json(jwk(rsa))}\nOKTA_ORG=acme.okta.com`,
  },
  { title: 'a JWK after a sentence', input: `Private key: ${json(jwk(rsa))}\nCopy it now.` },
  { title: 'a JWK with no-break spaces', input: pretty.replaceAll('  ', '\u00a0\u00a0') },
  {
    title: 'a JWK with zero-width characters between members',
    input: pretty.replaceAll('\n', '\n\u200b'),
  },
  {
    title: 'a JWK whose optional members are null',
    input: json({
      ...jwk(rsa),
      kid: null,
      alg: null,
      use: null,
      key_ops: null,
      oth: null,
      x5c: null,
    }),
  },
  {
    title: 'a JWK with members nobody knows',
    input: json({ ...jwk(rsa), ext: true, iat: 1, x5c: ['-----BEGIN CERTIFICATE-----'] }),
  },
  {
    title: 'a JWK that may sign',
    input: json({ ...jwk(ec), use: 'sig', key_ops: ['sign', 'verify'] }),
    key: ec,
  },
  { title: 'base64 of a JWK', input: toBase64(json(jwk(rsa))) },
  {
    title: 'base64url of a JWK in lines',
    input: lines(Buffer.from(pretty).toString('base64url'), 76),
  },
  { title: 'a JWK in a JSON string', input: json(pretty), warnings: ['key_json_string'] },
  {
    title: 'a JWK in a JSON string in a JSON string',
    input: json(json(json(jwk(rsa)))),
    warnings: ['key_json_string'],
  },
  {
    title: 'a JWK in a JSON string that lost its quotes',
    input: json(json(jwk(rsa))).slice(1, -1),
    warnings: ['key_json_string'],
  },
  {
    title: 'a formatted JWK in a JSON string that lost its quotes',
    input: json(pretty).slice(1, -1),
    warnings: ['key_json_string'],
  },
  { title: 'a JWK as a member', input: json({ clientId: '0oa1', privateKey: jwk(rsa) }) },
  { title: 'a JWK in text as a member', input: json({ private_key: json(jwk(rsa)) }) },
  {
    title: 'both halves as members',
    input: json({ publicKey: publicJwk(rsa), privateKey: jwk(rsa) }),
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'a JWK beside members that no program writes',
    input: json({
      ['__proto__']: jwk(ec),
      constructor: jwk(ec),
      prototype: { keys: [jwk(ec)] },
      privateKey: jwk(rsa),
    }),
  },
  { title: 'a set as a member', input: json({ jwks: { keys: [jwk(rsa)] } }) },
  {
    title: 'a set with its public half of the same kid',
    input: json({
      keys: [
        { ...publicJwk(rsa), kid: 'a' },
        { ...jwk(rsa), kid: 'a' },
      ],
    }),
    warnings: ['key_extra_blocks_ignored'],
    kid: 'a',
  },
  {
    title: 'a set with a symmetric key and one for encryption',
    input: json({ keys: [{ kty: 'oct', k: 'AA' }, { ...jwk(ec), use: 'enc' }, jwk(rsa)] }),
    warnings: ['key_extra_blocks_ignored'],
  },
  {
    title: 'a set of which kid chooses one',
    input: json({
      keys: [
        { ...jwk(rsa), kid: 'a' },
        { ...jwk(ec), kid: 'b' },
      ],
    }),
    options: { kid: 'b' },
    key: ec,
    warnings: ['key_extra_blocks_ignored'],
    kid: 'b',
  },
  {
    title: 'a set whose single key is named by kid',
    input: json({ keys: [jwk(rsa)] }),
    options: { kid: 'mine' },
    kid: 'mine',
  },
  {
    title: 'standard base64 with padding in members',
    input: json({
      ...jwk(rsa),
      d: Buffer.from(jwk(rsa).d ?? '', 'base64url').toString('base64'),
      e: 'AQAB',
    }),
    warnings: ['key_base64_normalised'],
  },
  {
    title: 'leading zeros in members',
    input: json({
      ...jwk(rsa),
      n: Buffer.from([0, ...Buffer.from(jwk(rsa).n ?? '', 'base64url')]).toString('base64url'),
    }),
    warnings: ['key_base64_normalised'],
  },
  {
    title: 'n, e and d alone',
    input: json({ kty: 'RSA', n: jwk(rsa).n, e: jwk(rsa).e, d: jwk(rsa).d }),
    warnings: ['key_crt_recomputed'],
  },
  {
    title: 'p and q exchanged',
    input: json({
      kty: 'RSA',
      n: jwk(rsa).n,
      e: jwk(rsa).e,
      d: jwk(rsa).d,
      ...exchanged(jwk(rsa)),
    }),
  },
  { title: 'a kid in the JWK', input: json({ ...jwk(rsa), kid: 'from-okta' }), kid: 'from-okta' },
  { title: 'an empty kid in the JWK', input: json({ ...jwk(rsa), kid: '' }) },
  {
    title: 'a kid beside a PEM',
    input: rsaPem,
    options: { kid: 'KID of the form' },
    kid: 'KID of the form',
  },
  {
    title: "a kid that overrides the JWK's",
    input: json({ ...jwk(rsa), kid: 'old' }),
    options: { kid: 'new' },
    kid: 'new',
  },
  { title: 'an empty field for the kid', input: rsaPem, options: { kid: '' } },
  {
    title: 'a passphrase that is not needed',
    input: rsaPem,
    options: { passphrase: new Secret('unused') },
  },
]

describe('importKey understands', () => {
  test.each(cases)('$title', async ({ input, key = rsa, warnings = [], kid, options }) => {
    const imported = await importKey(input, { isProbablePrime: nodePrimeTest, ...options })
    const { n, e, x, y, crv } = publicJwk(key)
    expect(imported.publicJwk).toMatchObject(key === rsa ? { n, e } : { x, y, crv })
    const expected = new Set([...warnings, ...(kid === undefined ? ['kid_derived'] : [])])
    expect(new Set(imported.warnings.map(({ code }) => code))).toEqual(expected)
    expect(imported.kid).toBe(kid ?? imported.thumbprint)
    expect(imported.kidGiven).toBe(kid !== undefined)
  })

  test('every warning has a case', () => {
    const covered = new Set<string>([
      'kid_derived',
      ...cases.flatMap(({ warnings }) => warnings ?? []),
    ])
    expect(keyWarningCodes.filter((code) => !covered.has(code))).toEqual([])
  })
})

describe('importKey refuses by a code of its own', () => {
  const integer = tlv(0x02, Buffer.from([0]))
  const empty = tlv(0x30)
  test.each([
    ['an empty sequence', tlv(0x30)],
    ['a version alone', tlv(0x30, integer)],
    ['a version and a sequence', tlv(0x30, integer, empty)],
    ['two sequences', tlv(0x30, empty, empty)],
    ['a sequence alone', tlv(0x30, empty)],
    ['three versions', tlv(0x30, integer, integer, integer)],
    ['a sequence, a version and a bit string', tlv(0x30, empty, integer, tlv(0x03))],
  ])('%s where a key is announced', async (_what, bytes) => {
    for (const label of ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'PUBLIC KEY']) {
      await expect(importKey(wrapPem(label, bytes))).rejects.toMatchObject({ name: 'KeyError' })
    }
  })

  test('the version of SEC1 is 1', async () => {
    const whole = der(ec, 'sec1')
    const changed = Buffer.from(whole)
    changed[changed.indexOf(Buffer.from([0x02, 0x01, 0x01])) + 2] = 0
    await expect(importKey(wrapPem('EC PRIVATE KEY', whole))).resolves.toBeDefined()
    await expect(importKey(wrapPem('EC PRIVATE KEY', changed))).rejects.toMatchObject({
      name: 'KeyError',
    })
  })
})

describe('an imported key signs with the algorithm that is', () => {
  const data = new Uint8Array(Buffer.from('header.claims'))

  test.each([
    ['RS256 for an RSA key that says nothing', json(jwk(rsa)), {}, 'RS256'],
    ["the JWK's own", json({ ...jwk(rsa), alg: 'RS512' }), {}, 'RS512'],
    [
      'asked for, where the JWK names the same',
      json({ ...jwk(rsa), alg: 'RS384' }),
      { alg: 'RS384' },
      'RS384',
    ],
    ['asked for with a JWK that names none', json(jwk(rsa)), { alg: 'RS384' }, 'RS384'],
    ['asked for with a PEM', rsaPem, { alg: 'RS512' }, 'RS512'],
    ['ES256 on P-256', pem(ec), {}, 'ES256'],
    ['ES384 on P-384', pem(ecKey('P-384'), 'sec1'), {}, 'ES384'],
    ['ES512 on P-521', json(jwk(small)), { alg: 'ES512' }, 'ES512'],
  ] as const)('%s', async (_title, input, options, alg) => {
    const key = await importKey(input, { isProbablePrime: nodePrimeTest, ...options })
    expect(key.alg).toBe(alg)
    const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' })
    const signature = await key.sign(data)
    const verifier =
      key.kty === 'EC' ? { key: publicKey, dsaEncoding: 'ieee-p1363' as const } : publicKey
    expect(verify(`sha${alg.slice(2)}`, data, verifier, signature)).toBe(true)
  })
})

function exchanged({ p, q, dp, dq }: { p?: string; q?: string; dp?: string; dq?: string }) {
  const [from, to] = [numberOf(p), numberOf(q)]
  return { p: q, q: p, dp: dq, dq: dp, qi: base64urlOf(inverse(from, to)) }
}
