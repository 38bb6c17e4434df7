import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  type ImportKeyOptions,
  type KeyErrorCode,
  keyErrorCodes,
  Secret,
  type SigningAlg,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import {
  base64urlOf,
  der,
  derInteger,
  ecKey,
  highPrime,
  jwk,
  leakOf,
  nodePrimeTest,
  numberOf,
  pem,
  publicJwk,
  publicPem,
  randomPrime,
  refusal,
  rsaJwkOf,
  rsaJwkOfOrder,
  rsaKey,
  rsaPool,
  tlv,
  trustPrimes,
  wrapPem,
} from './pool.ts'

/** What a person may paste, and the code it must end in. */
interface Refused {
  readonly code: KeyErrorCode
  readonly title: string
  readonly input: () => string | Uint8Array
  readonly detail?: string
  /** Words of its sentence, where the code alone does not say what was found. */
  readonly says?: RegExp
  readonly options?: ImportKeyOptions
}

const rsa = rsaKey()
const rsaPem = pem(rsa)
const rsaJwk = jwk(rsa)
const ec = ecKey()
const ecJwk = jwk(ec)
const json = (value: unknown) => JSON.stringify(value)
const body = rsaPem.split('\n').slice(1, -2).join('\n')
const other = jwk(rsaPool()[1] ?? rsa)
const okp = generateKeyPairSync('ed25519').privateKey
const encrypted = rsa.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'open sesame',
})
const oidRsa = tlv(0x06, Buffer.from('2a864886f70d010101', 'hex'))
const algorithm = tlv(0x30, oidRsa, tlv(0x05))
const notAlg = (text: string) => text as SigningAlg

// What certificates and requests look like from outside; nothing in them is read.
const name = tlv(0x30)
const spki = tlv(0x30, algorithm, tlv(0x03, [0]))
const csr = tlv(0x30, tlv(0x30, derInteger(0n), name, spki, tlv(0xa0)), algorithm, tlv(0x03, [0]))
const tbs = tlv(
  0x30,
  tlv(0xa0, derInteger(2n)),
  derInteger(5n),
  ...[algorithm, name, name, name, spki],
)
const certificate = tlv(0x30, tbs, algorithm, tlv(0x03, [0]))
const pkcs12 = tlv(0x30, derInteger(3n), tlv(0x30), tlv(0x30))

function withMembers(members: Readonly<Record<string, unknown>>): string {
  return json({ ...rsaJwk, ...members })
}

function ecDer(
  curveOid: string,
  d: Uint8Array,
  point?: Uint8Array,
  ...fields: readonly Uint8Array[]
): Buffer {
  const secret = tlv(
    0x30,
    derInteger(1n),
    tlv(0x04, d),
    ...fields,
    ...(point === undefined ? [] : [tlv(0xa1, tlv(0x03, [0], point))]),
  )
  const type = tlv(
    0x30,
    tlv(0x06, Buffer.from('2a8648ce3d0201', 'hex')),
    Buffer.from(curveOid, 'hex'),
  )
  return tlv(0x30, derInteger(0n), type, tlv(0x04, secret))
}

const phi = (numberOf(rsaJwk.p) - 1n) * (numberOf(rsaJwk.q) - 1n)
const p256Oid = '06082a8648ce3d030107'
const p384 = Buffer.from('06052b81040022', 'hex')
const negative = tlv(0x02, [0x80, 1])
const ecPoint = Buffer.concat([
  Buffer.from([4]),
  Buffer.from(ecJwk.x ?? '', 'base64url'),
  Buffer.from(ecJwk.y ?? '', 'base64url'),
])
const block = (label: string, content: string) =>
  `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----\n`
const inBase64 = (text: string) => Buffer.from(text).toString('base64')
const nearPrimes = () => {
  const p = highPrime(1024)
  const start = p + (1n << 90n)
  for (let q = start - (start % 2n) + 1n; ; q += 2n) {
    if ([3n, 5n, 7n, 11n, 13n, 17n, 19n].every((small) => q % small !== 0n)) return [p, q] as const
  }
}

const cases: readonly Refused[] = [
  {
    code: 'input_too_large',
    title: 'text of 64 KiB and one character',
    input: () => 'A'.repeat(65_537),
    detail: '65536 bytes',
  },
  { code: 'input_too_large', title: 'bytes', input: () => Buffer.alloc(65_537, 'A') },
  { code: 'key_unrecognised', title: 'text of 64 KiB', input: () => 'A'.repeat(65_536) },
  {
    code: 'input_too_large',
    title: 'characters that take 64 KiB in UTF-8 only',
    input: () => 'é'.repeat(40_000),
  },
  {
    code: 'input_too_deep',
    title: 'JSON 17 deep',
    input: () => `${'['.repeat(17)}${']'.repeat(17)}`,
    detail: '16',
  },
  {
    code: 'input_too_deep',
    title: 'a JWK with a deep member',
    input: () => `{"kty":"RSA","x":${'[{"a":'.repeat(9)}1${'}]'.repeat(9)}}`,
  },
  { code: 'key_empty', title: 'a byte order mark alone', input: () => '\ufeff' },
  { code: 'key_empty', title: 'a fence with nothing in it', input: () => '~~~~~~' },
  { code: 'key_unrecognised', title: 'a part of a fence', input: () => '~~~~~' },
  { code: 'key_unrecognised', title: 'one quote', input: () => '"' },
  { code: 'key_empty', title: 'two quotes', input: () => '""' },
  { code: 'key_empty', title: 'an empty fence', input: () => '```pem\n```' },
  { code: 'key_empty', title: 'zero-width characters', input: () => '\u200b\u200b \u00a0' },
  { code: 'key_empty', title: 'no bytes', input: () => new Uint8Array() },
  {
    code: 'key_unrecognised',
    title: 'an encrypted structure with a third field',
    input: () => wrapPem('PRIVATE KEY', tlv(0x30, algorithm, tlv(0x04), tlv(0x04))),
  },
  {
    code: 'key_unrecognised',
    title: 'two octet strings',
    input: () => wrapPem('PRIVATE KEY', tlv(0x30, tlv(0x04), tlv(0x04))),
  },
  {
    code: 'key_unrecognised',
    title: 'a sequence and a number',
    input: () => wrapPem('PRIVATE KEY', tlv(0x30, algorithm, derInteger(1n))),
  },
  {
    code: 'key_unrecognised',
    title: 'a sequence, a number and a bit string',
    input: () => wrapPem('PRIVATE KEY', tlv(0x30, algorithm, derInteger(1n), tlv(0x03, [0]))),
  },
  {
    code: 'key_unrecognised',
    title: 'two sequences and a number',
    input: () => wrapPem('PRIVATE KEY', tlv(0x30, algorithm, algorithm, derInteger(1n))),
  },
  {
    code: 'key_unrecognised',
    title: 'a name of signed data that has another',
    input: () => wrapPem('PKCS7', tlv(0x30, tlv(0x06, [0x2a, 0x03]), tlv(0xa0))),
  },
  {
    code: 'key_unrecognised',
    title: 'numbers, and then something else',
    input: () => wrapPem('RSA PRIVATE KEY', tlv(0x30, derInteger(0n), derInteger(3n), tlv(0x05))),
  },
  {
    code: 'key_unrecognised',
    title: 'base64 that begins with a letter n',
    input: () => block('PRIVATE KEY', 'nAAA'),
  },
  {
    code: 'key_unrecognised',
    title: 'a word before a key that is no base64',
    input: () => `My key! ${body}`,
  },
  { code: 'key_unrecognised', title: 'a short word like base64', input: () => 'MIIEvQIBADAN*' },
  {
    code: 'key_unrecognised',
    title: 'base64 of bytes with a brace within',
    input: () => Buffer.from([1, 0x7b, 0xff, ...Buffer.alloc(97)]).toString('base64'),
  },
  {
    code: 'key_unrecognised',
    title: 'base64 of bytes with a mark of UTF-16 within',
    input: () => Buffer.from([1, 0xff, 0xfe, 0xfe, 0xff, ...Buffer.alloc(95)]).toString('base64'),
  },
  ...['Weekend certificate', 'the end of a certificate', 'lend private keys'].map(
    (text): Refused => ({ code: 'key_unrecognised', title: text, input: () => text }),
  ),
  {
    code: 'key_unrecognised',
    title: 'a member of 100 characters that are no key',
    input: () => json({ key: 'A'.repeat(100) }),
  },
  {
    code: 'key_jwk_missing_member',
    title: 'a member of 99 characters',
    input: () => json({ key: 'A'.repeat(99) }),
  },
  {
    code: 'key_jwk_missing_member',
    title: 'a key in a member that is not called so',
    input: () => json({ note: inBase64(rsaPem) }),
  },
  {
    code: 'key_jwk_missing_member',
    title: 'two keys as members, in base64',
    input: () => json({ key1: inBase64(rsaPem), key2: inBase64(rsaPem) }),
  },
  {
    code: 'key_jwk_missing_member',
    title: 'two sets as members',
    input: () => json({ one: { keys: [rsaJwk] }, two: { keys: [rsaJwk] } }),
  },
  { code: 'key_unrecognised', title: 'a sentence', input: () => 'please see the attached key' },
  { code: 'key_unrecognised', title: 'a client ID', input: () => '0oa1b2c3d4e5f6g7h8i9' },
  {
    code: 'key_unrecognised',
    title: 'the text of an object that was not serialised',
    input: () => '[object Object]',
  },
  { code: 'key_unrecognised', title: 'a placeholder', input: () => '<OKTA_PRIVATE_KEY>' },
  { code: 'key_unrecognised', title: 'a number', input: () => '12345' },
  { code: 'key_unrecognised', title: 'a URL', input: () => 'https://acme.okta.com/oauth2/v1/keys' },
  {
    code: 'key_unrecognised',
    title: 'EC parameters alone',
    input: () => wrapPem('EC PARAMETERS', Buffer.from(p256Oid, 'hex')),
  },
  {
    code: 'key_unrecognised',
    title: 'a PEM block of words',
    input: () =>
      '-----BEGIN PRIVATE KEY-----\nthis is my private key ok\n-----END PRIVATE KEY-----',
  },
  {
    code: 'key_unrecognised',
    title: 'a JSON string in too many JSON strings',
    input: () => Array.from({ length: 9 }).reduce<string>((text) => json(text), 'x\n'),
  },
  {
    code: 'key_unrecognised',
    title: 'a JWK in seven JSON strings',
    input: () => Array.from({ length: 7 }).reduce<string>((text) => json(text), json(ecJwk)),
  },
  { code: 'key_looks_like_path', title: 'an absolute path', input: () => '/etc/postern/okta-key' },
  {
    code: 'key_looks_like_path',
    title: 'a path of Windows',
    input: () => 'C:\\Users\\anna\\okta key.pem',
  },
  ...[
    ...[
      '@key',
      './key',
      '../okta/key',
      '.\\key',
      '/key',
      '\\\\server\\share\\key',
      '~\\key',
      'c:/key',
    ],
    ...['$KEYS\\key', `$${'{OKTA_HOME}'}/key`, '%USERPROFILE%\\key', '%AppData%\\key'],
    ...['id_ed25519', 'id_ecdsa.pub', 'id_dsa', 'okta.p12', 'okta.YML', 'my key.jwks', 'file:okta'],
    `/${'a'.repeat(299)}`,
  ].map((text): Refused => ({ code: 'key_looks_like_path', title: text, input: () => text })),
  ...[
    ...['id_rsa2', 'my-id_rsa', 'okta.pem2', 'https://acme.okta.com/key.pem', 'key', '%%\\key'],
    ...[`/${'a'.repeat(300)}`, '/the <key>', '/a\n/b', 'acme: ~/key'],
  ].map((text): Refused => ({ code: 'key_unrecognised', title: text, input: () => text })),
  { code: 'key_looks_like_path', title: 'a path with ~', input: () => '~/.ssh/id_rsa' },
  { code: 'key_looks_like_path', title: 'a bare file name', input: () => '"private.jwk"' },
  { code: 'key_looks_like_path', title: 'a file URL', input: () => 'file:///home/anna/okta' },
  { code: 'key_looks_like_path', title: 'a path with a variable', input: () => '$HOME/okta/key' },
  {
    code: 'key_looks_like_api_token',
    title: 'an API token in quotes',
    input: () => `'00${'aB3_-'.repeat(8)}'`,
  },
  {
    code: 'key_looks_like_api_token',
    title: 'an API token as a header',
    input: () => `Authorization: SSWS 00${'aB3_-'.repeat(8)}`,
  },
  {
    code: 'key_looks_like_client_secret',
    title: 'an API token with a letter before it',
    input: () => `x00${'aB3_-'.repeat(8)}`,
    says: /43 characters/,
  },
  {
    code: 'key_looks_like_client_secret',
    title: 'an API token with a letter behind it',
    input: () => `00${'aB3_-'.repeat(8)}x`,
  },
  {
    code: 'key_looks_like_client_secret',
    title: '86 characters without structure',
    input: () => 'x~3v9_-A'.repeat(11).slice(2),
  },
  ...[
    'x~3v9_-A'.repeat(5).slice(1),
    'x~3v9_-A'.repeat(11).slice(1),
    `${'x~3v9_-A'.repeat(5)}!`,
    `!${'x~3v9_-A'.repeat(5)}`,
  ].map((text): Refused => ({ code: 'key_unrecognised', title: text, input: () => text })),
  {
    code: 'key_looks_like_api_token',
    title: 'an API token with SSWS',
    input: () => `SSWS 00${'aB3_-'.repeat(8)}`,
  },
  {
    code: 'key_looks_like_api_token',
    title: 'an API token as a variable',
    input: () => `OKTA_CLIENT_TOKEN=00${'aB3_-'.repeat(8)}`,
  },
  {
    code: 'key_looks_like_client_secret',
    title: '40 characters without structure',
    input: () => 'xQ3v9_-A'.repeat(5),
  },
  {
    code: 'key_looks_like_client_secret',
    title: '64 characters without structure',
    input: () => 'xQ3v9_-A'.repeat(8),
  },
  {
    code: 'key_pem_missing_begin',
    title: 'an END line alone',
    input: () => '-----END PRIVATE KEY-----',
    says: /END line without/,
  },
  {
    code: 'key_pem_missing_begin',
    title: 'a key behind the first whose BEGIN was cut',
    input: () => `${rsaPem}AAAA\n-----END RSA PRIVATE KEY-----`,
  },
  {
    code: 'key_pem_missing_end',
    title: 'a key behind the first whose END was cut',
    input: () => `${rsaPem}-----BEGIN RSA PRIVATE KEY-----\nAAAA`,
    says: /BEGIN line without/,
  },
  {
    code: 'key_pem_label_mismatch',
    title: 'a key behind the first whose END is of something else',
    input: () => `${rsaPem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END CERTIFICATE-----`,
    says: /different labels/,
  },
  {
    code: 'key_pem_missing_begin',
    title: 'base64 of a PEM without its BEGIN line',
    input: () => `${body}\n-----END RSA PRIVATE KEY-----`,
  },
  {
    code: 'key_pem_missing_end',
    title: 'two BEGIN lines',
    input: () => `-----BEGIN PRIVATE KEY-----\n${rsaPem}`,
  },
  {
    code: 'key_pem_missing_end',
    title: 'base64 of a PEM that was cut',
    input: () => Buffer.from(rsaPem.slice(0, 1000)).toString('base64'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'four dashes',
    input: () => rsaPem.replaceAll('-----', '----'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'six dashes',
    input: () => rsaPem.replaceAll('-----', '------'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'a sixth dash before BEGIN',
    input: () => rsaPem.replace('-----BEGIN', '------BEGIN'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'a sixth dash behind BEGIN',
    input: () => rsaPem.replace('KEY-----', 'KEY------'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'a minus before END',
    input: () => rsaPem.replace('-----END', '\u2212-----END'),
  },
  ...[
    ...['BEGINPRIVATEKEY', 'BEGIN_PRIVATE_KEY', 'Begin  Private  Key', 'END++RSA++PRIVATE++KEY'],
    ...['--BEGIN ENCRYPTED PRIVATE KEY--', 'BEGIN_EC_PRIVATE_KEY', 'BEGIN OPENSSH PRIVATE KEY'],
    ...['BEGIN PUBLIC KEY', 'BEGIN RSA_PUBLIC_KEY', 'END CERTIFICATE', 'END__X509__CERTIFICATE'],
  ].map(
    (marker): Refused => ({
      code: 'key_pem_bad_markers',
      title: marker,
      input: () => `${marker}\n${body}\n`,
    }),
  ),
  { code: 'key_pem_bad_markers', title: 'no dashes', input: () => rsaPem.replaceAll('-----', '') },
  {
    code: 'key_pem_bad_markers',
    title: 'an em dash for two hyphens',
    input: () => rsaPem.replaceAll('-----', '——-'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'lower case',
    input: () =>
      rsaPem
        .replace('BEGIN PRIVATE KEY', 'begin private key')
        .replace('END PRIVATE KEY', 'end private key'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'spaces inside the dashes',
    input: () => rsaPem.replaceAll(/-----(.*)-----/g, '----- $1 -----'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'spaces lost inside the label',
    input: () => rsaPem.replaceAll(/\s/g, ''),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'plus signs of a form for spaces',
    input: () => rsaPem.replaceAll(' ', '+'),
  },
  {
    code: 'key_pem_bad_markers',
    title: 'a good BEGIN line and a bent END line',
    input: () => rsaPem.replace('-----END PRIVATE KEY-----', '—END PRIVATE KEY—'),
  },
  {
    code: 'key_pem_label_mismatch',
    title: 'BEGIN of a key and END of a certificate',
    input: () => rsaPem.replace('END PRIVATE KEY', 'END CERTIFICATE'),
  },
  {
    code: 'key_pem_truncated',
    title: 'markers with nothing between them',
    input: () => '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----',
  },
  {
    code: 'key_pem_truncated',
    title: 'base64 of five characters that begins with a letter n',
    input: () => block('PRIVATE KEY', 'nAAAA'),
  },
  {
    code: 'key_pem_truncated',
    title: 'base64 of a PEM that was cut in the middle of a group',
    input: () => inBase64(rsaPem).slice(0, 701),
  },
  {
    code: 'key_pem_truncated',
    title: 'one line missing',
    input: () => rsaPem.split('\n').toSpliced(5, 1).join('\n'),
  },
  {
    code: 'key_pem_truncated',
    title: 'one character missing',
    input: () =>
      rsaPem
        .replaceAll('=', '')
        .replace(/.\n-----END/, '\n-----END')
        .replace(/.\n-----END/, '\n-----END'),
  },
  { code: 'key_pem_truncated', title: 'bare base64 that was cut', input: () => body.slice(0, 700) },
  { code: 'key_pem_truncated', title: 'DER that was cut', input: () => der(rsa).subarray(0, 900) },
  ...[
    ['a star before it', `*${'AAAA'.repeat(8)}`],
    ['a star behind it', `${'AAAA'.repeat(8)}*`],
    ['words behind a line', `${'AAAA'.repeat(8)} Key: mine`],
    ['an angle bracket within', `${'AAAA'.repeat(8)}>${'AAAA'.repeat(8)}`],
  ].map(
    ([title, content = '']): Refused => ({
      code: 'key_pem_bad_base64',
      title: `base64 with ${title}`,
      input: () => block('PRIVATE KEY', content),
    }),
  ),
  {
    code: 'key_pem_bad_base64',
    title: 'base64 of a PEM with an ellipsis',
    input: () => `${inBase64(rsaPem).slice(0, 300)}…${inBase64(rsaPem).slice(-300)}`,
  },
  {
    code: 'key_pem_bad_base64',
    title: 'stars in place of the middle',
    input: () => rsaPem.replace(body.slice(200, 600), '********'),
  },
  {
    code: 'key_pem_bad_base64',
    title: 'a line pasted twice',
    input: () => rsaPem.replace(/(\n.*)(\n-----END)/, '$1$1$2').replaceAll('=', ''),
  },
  {
    code: 'key_pem_bad_base64',
    title: 'HTML line breaks',
    input: () => rsaPem.replaceAll('\n', '<br>'),
  },
  {
    code: 'key_pem_bad_base64',
    title: 'bare base64 with an ellipsis',
    input: () => `${body.slice(0, 300)}…${body.slice(-300)}`,
  },
  { code: 'key_pem_multiple', title: 'keys of two types', input: () => rsaPem + pem(ec, 'sec1') },
  { code: 'key_pem_multiple', title: 'one key twice', input: () => rsaPem + rsaPem },
  {
    code: 'key_not_utf8',
    title: 'UTF-16 with a byte order mark',
    input: () => Buffer.from(`\ufeff${rsaPem}`, 'utf16le'),
  },
  {
    code: 'key_not_utf8',
    title: 'UTF-16 without one',
    input: () => Buffer.from(rsaPem, 'utf16le'),
  },
  {
    code: 'key_not_utf8',
    title: 'base64 of UTF-16',
    input: () => Buffer.from(`\ufeff${rsaPem}`, 'utf16le').toString('base64'),
  },
  {
    code: 'key_not_utf8',
    title: 'base64 of UTF-16 in the other order',
    input: () => Buffer.from(`\ufeff${rsaPem}`, 'utf16le').swap16().toString('base64'),
  },
  {
    code: 'key_not_utf8',
    title: 'text that was decoded wrongly',
    input: () => `\ufffd\ufffd${rsaPem}`,
  },
  {
    code: 'key_not_utf8',
    title: 'bytes of something else',
    input: () => Uint8Array.of(0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2),
  },
  {
    code: 'key_encrypted',
    title: 'an encrypted key and no passphrase',
    input: () => encrypted.toString(),
  },
  {
    code: 'key_encrypted',
    title: 'an encrypted key and a wrong passphrase',
    input: () => encrypted.toString(),
    options: { passphrase: new Secret('close sesame') },
  },
  {
    code: 'key_encrypted',
    title: 'an encrypted key labelled as a plain one',
    input: () => encrypted.toString().replaceAll('ENCRYPTED ', ''),
  },
  {
    code: 'key_encrypted',
    title: 'a DEK-Info header on one line',
    input: () =>
      pem(rsa, 'pkcs1').replace(
        '-----\n',
        '-----\nProc-Type: 4,ENCRYPTED DEK-Info: AES-128-CBC,00 ',
      ),
  },
  ...['Proc-Type:4,ENCRYPTED', 'Proc-Type: \t4,  ENCRYPTED', 'DEK-Info: AES-128-CBC,00'].map(
    (header): Refused => ({
      code: 'key_encrypted',
      title: `${header} alone`,
      input: () => pem(rsa, 'pkcs1').replace('-----\n', `-----\n${header}\n\n`),
    }),
  ),
  ...(
    [
      ['PUBLIC KEY', 'key_is_public'],
      ['RSA PUBLIC KEY', 'key_is_public'],
      ['EC PUBLIC KEY', 'key_is_public'],
      ['CERTIFICATE', 'key_is_certificate'],
      ['X509 CERTIFICATE', 'key_is_certificate'],
      ['TRUSTED CERTIFICATE', 'key_is_certificate'],
      ['PKCS7', 'key_is_certificate'],
      ['CERTIFICATE REQUEST', 'key_is_csr'],
      ['NEW CERTIFICATE REQUEST', 'key_is_csr'],
      ['OPENSSH PRIVATE KEY', 'key_openssh_format'],
      ['PGP PRIVATE KEY BLOCK', 'key_type_unsupported'],
      ['PGP PUBLIC KEY BLOCK', 'key_type_unsupported'],
    ] as const
  ).map(
    ([label, code]): Refused => ({
      code,
      title: `${label} that is damaged`,
      input: () => block(label, '****'),
    }),
  ),
  { code: 'key_is_public', title: 'a public PEM', input: () => publicPem(rsa) },
  {
    code: 'key_is_public',
    title: 'a public PEM labelled as private',
    input: () => publicPem(rsa).replaceAll('PUBLIC', 'PRIVATE'),
  },
  {
    code: 'key_is_public',
    title: 'base64 of a public key',
    input: () => publicPem(ec).split('\n').slice(1, -2).join(''),
  },
  {
    code: 'key_is_public',
    title: 'a PKCS#1 public key',
    input: () => wrapPem('RSA PUBLIC KEY', tlv(0x30, derInteger(15n), derInteger(3n))),
  },
  {
    code: 'key_is_public',
    title: 'a public PEM that is damaged',
    input: () => publicPem(rsa).replace('MI', '**'),
  },
  {
    code: 'key_is_public',
    title: 'a line of authorized_keys',
    input: () => 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 anna@host',
  },
  ...['ssh-ed25519', 'ssh-dss', 'ecdsa-sha2-nistp256', 'sk-ssh-ed25519@openssh.com'].map(
    (type): Refused => ({
      code: 'key_is_public',
      title: `a line of authorized_keys of ${type}`,
      input: () => `${type} \tAAAAB3NzaC1yc2EAAAADAQABAAABgQC7`,
    }),
  ),
  {
    code: 'key_is_public',
    title: 'a public key as SSH exchanges it',
    input: () =>
      'My key:\n---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3Nz\n---- END SSH2 PUBLIC KEY ----',
  },
  {
    code: 'key_unrecognised',
    title: 'a sentence about a key of SSH',
    input: () => 'a key of ssh-rsa AAAA',
  },
  {
    code: 'key_is_public',
    title: 'a public EC JWK that says verify',
    input: () => json({ ...publicJwk(ec), key_ops: ['verify'], ext: true }),
  },
  {
    code: 'key_is_certificate',
    title: 'a certificate labelled as a key',
    input: () => wrapPem('PRIVATE KEY', certificate),
  },
  { code: 'key_is_certificate', title: 'a certificate in DER', input: () => certificate },
  {
    code: 'key_is_certificate',
    title: 'a certificate of version 1',
    input: () =>
      tlv(
        0x30,
        tlv(0x30, derInteger(5n), algorithm, name, name, name, spki),
        algorithm,
        tlv(0x03, [0]),
      ),
  },
  {
    code: 'key_is_certificate',
    title: 'a bundle in PKCS#7',
    input: () =>
      wrapPem('PKCS7', tlv(0x30, tlv(0x06, Buffer.from('2a864886f70d010702', 'hex')), tlv(0xa0))),
  },
  {
    code: 'key_is_certificate',
    title: 'a certificate that was cut',
    input: () => wrapPem('CERTIFICATE', certificate.subarray(0, -4)),
  },
  {
    code: 'key_is_csr',
    title: 'a certificate request',
    input: () => wrapPem('CERTIFICATE REQUEST', csr),
  },
  {
    code: 'key_is_csr',
    title: 'a request with the old label, cut',
    input: () => wrapPem('NEW CERTIFICATE REQUEST', csr.subarray(0, -2)),
  },
  {
    code: 'key_openssh_format',
    title: 'base64 of an OpenSSH key without markers',
    input: () =>
      Buffer.concat([Buffer.from('openssh-key-v1\0'), randomBytes(200)]).toString('base64'),
  },
  {
    code: 'key_openssh_format',
    title: 'an OpenSSH key labelled as another',
    input: () => wrapPem('RSA PRIVATE KEY', Buffer.from('openssh-key-v1\0and more')),
  },
  {
    code: 'key_openssh_format',
    title: 'an OpenSSH key that is damaged',
    input: () => wrapPem('OPENSSH PRIVATE KEY', Buffer.from('nothing')),
  },
  {
    code: 'key_putty_format',
    title: 'a PuTTY key',
    input: () =>
      'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: x\nPublic-Lines: 6\nAAAA',
  },
  {
    code: 'key_putty_format',
    title: 'a PuTTY key after a comment',
    input: () => '# mine\nPuTTY-User-Key-File-2: ssh-rsa\n',
  },
  {
    code: 'key_putty_format',
    title: 'base64 of a PuTTY key',
    input: () => inBase64(`PuTTY-User-Key-File-3: ssh-rsa\n${'Comment: x\n'.repeat(9)}`),
  },
  { code: 'key_pkcs12', title: 'PKCS#12 in DER', input: () => pkcs12 },
  {
    code: 'key_pkcs12',
    title: 'PKCS#12 in BER',
    input: () => Buffer.from('3080020103308006092a864886f70d010701', 'hex'),
  },
  { code: 'key_pkcs12', title: 'base64 of PKCS#12', input: () => pkcs12.toString('base64') },
  {
    code: 'key_symmetric',
    title: 'a set with a public key and a symmetric one',
    input: () => json({ keys: [publicJwk(ec), { kty: 'oct', k: 'c2VjcmV0' }] }),
  },
  {
    code: 'key_use_not_sig',
    title: 'a set with a symmetric key and one for encryption',
    input: () =>
      json({
        keys: [
          { kty: 'oct', k: 'c2VjcmV0' },
          { ...rsaJwk, use: 'enc' },
        ],
      }),
    says: /use=enc/,
  },
  {
    code: 'key_is_public',
    title: 'a set of public keys without the kid that is asked for',
    input: () => json({ keys: [{ ...publicJwk(rsa), kid: 'a' }, publicJwk(ec)] }),
    options: { kid: 'b' },
  },
  {
    code: 'key_is_public',
    title: 'a set whose public key has the kid that is asked for',
    input: () => json({ keys: [{ ...publicJwk(ec), kid: 'b' }, rsaJwk] }),
    options: { kid: 'b' },
  },
  {
    code: 'key_symmetric',
    title: 'a set with a symmetric key',
    input: () => json({ keys: [{ kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }] }),
  },
  { code: 'key_type_unsupported', title: 'an OKP JWK', input: () => json(jwk(okp)) },
  {
    code: 'key_type_unsupported',
    title: 'Ed25519 in PEM',
    input: () => pem(okp),
    detail: 'Ed25519',
  },
  {
    code: 'key_type_unsupported',
    title: 'X25519 in PEM',
    input: () => pem(generateKeyPairSync('x25519').privateKey),
    detail: 'X25519',
  },
  ...(
    [
      ['1.2.840.113549.1.1.7', 'RSAES-OAEP'],
      ['1.2.840.113549.1.1.10', 'RSASSA-PSS'],
      ['1.2.840.10040.4.1', 'DSA'],
      ['1.2.840.113549.1.3.1', 'Diffie-Hellman'],
      ['1.2.840.10046.2.1', 'Diffie-Hellman (X9.42)'],
      ['1.3.132.1.12', 'ECDH'],
      ['1.3.101.111', 'X448'],
      ['1.3.101.113', 'Ed448'],
      ['2.16.840.1.101.3.4.3.17', 'ML-DSA-44'],
      ['2.16.840.1.101.3.4.3.18', 'ML-DSA-65'],
      ['2.16.840.1.101.3.4.3.19', 'ML-DSA-87'],
    ] as const
  ).map(
    ([id, detail]): Refused => ({
      code: 'key_type_unsupported',
      title: `a key of type ${detail}`,
      input: () =>
        wrapPem('PRIVATE KEY', tlv(0x30, derInteger(0n), tlv(0x30, derOid(id)), tlv(0x04))),
      detail,
    }),
  ),
  ...(
    [
      ['1.3.132.0.10', 'secp256k1'],
      ['1.2.840.10045.3.1.1', 'P-192'],
      ['1.3.132.0.33', 'P-224'],
      ['1.3.36.3.3.2.8.1.1.7', 'brainpoolP256r1'],
      ['1.3.36.3.3.2.8.1.1.11', 'brainpoolP384r1'],
      ['1.3.36.3.3.2.8.1.1.13', 'brainpoolP512r1'],
      ['1.2.156.10197.1.301', 'SM2'],
    ] as const
  ).map(
    ([id, detail]): Refused => ({
      code: 'key_curve_unsupported',
      title: `a key on ${detail}`,
      input: () => wrapPem('PRIVATE KEY', ecDer(derOid(id).toString('hex'), Buffer.alloc(32, 1))),
      detail,
    }),
  ),
  {
    code: 'key_type_unsupported',
    title: 'DSA in its own structure',
    input: () => wrapPem('DSA PRIVATE KEY', tlv(0x30, ...[0n, 7n, 3n, 2n, 4n, 1n].map(derInteger))),
    detail: 'DSA',
  },
  {
    code: 'key_type_unsupported',
    title: 'a type nobody knows',
    input: () =>
      wrapPem(
        'PRIVATE KEY',
        tlv(0x30, derInteger(0n), tlv(0x30, tlv(0x06, [0x2a, 0x03])), tlv(0x04, [1])),
      ),
  },
  {
    code: 'key_type_unsupported',
    title: 'a JWK with a kty nobody knows',
    input: () => json({ kty: 'rsa', n: 'AQ', d: 'AQ' }),
  },
  {
    code: 'key_type_unsupported',
    title: 'a PGP key',
    input: () =>
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----',
  },
  {
    code: 'key_curve_unsupported',
    title: 'P-224 in PEM',
    input: () => pem(ecKey('secp224r1')),
    detail: 'P-224',
  },
  {
    code: 'key_curve_unsupported',
    title: 'secp256k1 in SEC1',
    input: () => pem(ecKey('secp256k1'), 'sec1'),
    detail: 'secp256k1',
  },
  {
    code: 'key_curve_unsupported',
    title: 'secp256k1 as a JWK',
    input: () => json(jwk(ecKey('secp256k1'))),
  },
  {
    code: 'key_curve_unsupported',
    title: 'a curve written out as numbers',
    input: () => wrapPem('PRIVATE KEY', ecDer('3000', Buffer.alloc(32, 1))),
    says: /as numbers/,
  },
  {
    code: 'key_curve_unsupported',
    title: 'a curve nobody knows',
    input: () => wrapPem('PRIVATE KEY', ecDer('06022a03', Buffer.alloc(32, 1))),
    says: /not known here/,
  },
  {
    code: 'key_curve_unsupported',
    title: 'SEC1 that names no curve and has no point',
    input: () =>
      wrapPem('EC PRIVATE KEY', tlv(0x30, derInteger(1n), tlv(0x04, Buffer.alloc(32, 1)))),
  },
  {
    code: 'key_alg_mismatch',
    title: 'an RSA key for ES256',
    input: () => rsaPem,
    options: { alg: 'ES256' },
    detail: 'RS256',
  },
  {
    code: 'key_alg_mismatch',
    title: 'a P-256 JWK that says ES384',
    input: () => json({ ...ecJwk, alg: 'ES384' }),
    detail: 'ES256',
  },
  {
    code: 'key_alg_mismatch',
    title: 'a P-384 key for ES512',
    input: () => pem(ecKey('P-384')),
    options: { alg: 'ES512' },
    detail: 'ES384',
  },
  {
    code: 'key_alg_mismatch',
    title: 'an RSA JWK that says ES256 for RS256',
    input: () => withMembers({ alg: 'ES256' }),
    options: { alg: 'RS256' },
    detail: 'RS256',
  },
  {
    code: 'key_alg_mismatch',
    title: 'an RSA JWK that says RS512 for RS256',
    input: () => withMembers({ alg: 'RS512' }),
    options: { alg: 'RS256' },
    detail: 'RS512',
  },
  ...['none', 'HS256', 'PS256', 'RSA1_5', 'EdDSA', 'ES256K', 'rs256', ''].map(
    (alg): Refused => ({
      code: 'key_alg_not_allowed',
      title: `a JWK that says alg ${alg || 'of no characters'}`,
      input: () => withMembers({ alg }),
    }),
  ),
  {
    code: 'key_alg_not_allowed',
    title: 'PS256 asked for',
    input: () => rsaPem,
    options: { alg: notAlg('PS256') },
    detail: 'PS256',
  },
  {
    code: 'key_too_small',
    title: 'RSA of 2047 bits',
    input: () => json(rsaJwkOf(randomPrime(1024), randomPrime(1023))),
  },
  {
    code: 'key_too_large',
    title: 'RSA of 4098 bits',
    input: () => json({ ...rsaJwk, n: Buffer.alloc(513, 3).toString('base64url') }),
  },
  {
    code: 'key_too_large',
    title: 'RSA of 300,000 bits',
    input: () => json({ ...rsaJwk, n: Buffer.alloc(40_000, 3).toString('base64url') }),
  },
  {
    code: 'key_exponent_invalid',
    title: 'e of 3',
    input: () => withMembers({ e: 'Aw' }),
    says: /is 3\.$/,
  },
  {
    code: 'key_exponent_invalid',
    title: 'an even e',
    input: () => withMembers({ e: 'AQAC' }),
    says: /an even number of 17 bits/,
  },
  {
    code: 'key_exponent_invalid',
    title: 'e of 257 bits',
    input: () =>
      withMembers({
        e: Buffer.from([1, ...Buffer.alloc(31), 1]).toString('base64url'),
      }),
    says: /is a number of 257 bits/,
  },
  {
    code: 'key_modulus_invalid',
    title: 'an even modulus',
    input: () => json(rsaJwkOf(1n << 1023n, randomPrime(1025))),
  },
  {
    code: 'key_modulus_invalid',
    title: 'a factor that is composite',
    input: () => json(rsaJwkOf(randomPrime(512) * randomPrime(512), highPrime(1026))),
  },
  {
    code: 'key_modulus_invalid',
    title: 'n, e, d of a modulus that is itself prime',
    input: () => json(primeJwk()),
  },
  {
    code: 'key_modulus_invalid',
    title: 'an n that was changed to an even number',
    input: () => withMembers({ n: base64urlOf(numberOf(rsaJwk.n) + 1n) }),
  },
  {
    code: 'key_parts_inconsistent',
    title: 'the n of another key',
    input: () => withMembers({ n: other.n }),
    detail: 'p, q',
  },
  ...(['p', 'q'] as const).map(
    (member): Refused => ({
      code: 'key_parts_inconsistent',
      title: `${member} of another key`,
      input: () => withMembers({ [member]: other[member] }),
      detail: 'p, q',
    }),
  ),
  ...(['d', 'dp', 'dq', 'qi'] as const).map(
    (member): Refused => ({
      code: 'key_parts_inconsistent',
      title: `${member} of another key`,
      input: () => withMembers({ [member]: other[member] }),
      detail: member,
    }),
  ),
  ...[3, 4, 5, 6, 7, 8].flatMap((position): readonly Refused[] => [
    {
      code: 'key_parts_inconsistent',
      title: `a zero for number ${position} of PKCS#1`,
      input: () => pkcs1With(position, () => 0n),
    },
  ]),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map(
    (position): Refused => ({
      code: 'key_parts_inconsistent',
      title: `a number ${position} of PKCS#1 that is negative`,
      input: () =>
        wrapPem(
          'RSA PRIVATE KEY',
          pkcs1Of((at, field) => (at === position ? negative : field)),
        ),
    }),
  ),
  {
    code: 'key_parts_inconsistent',
    title: 'a version 2 of PKCS#1',
    input: () => pkcs1With(0, () => 2n),
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an EC key that names two curves',
    input: () =>
      wrapPem(
        'PRIVATE KEY',
        ecDer(p256Oid, Buffer.from(ecJwk.d ?? '', 'base64url'), undefined, tlv(0xa0, p384)),
      ),
    detail: 'crv',
  },
  ...(
    [
      ['no curve where one is announced', tlv(0xa0)],
      ['two curves where one is announced', tlv(0xa0, Buffer.from(p256Oid, 'hex'), p384)],
      ['a curve that is damaged', tlv(0xa0, [0x06, 0x7f])],
      ['a point of bits that are left over', tlv(0xa1, tlv(0x03, [1], ecPoint))],
      ['a point that is no bit string', tlv(0xa1, tlv(0x04, [0], ecPoint))],
      ['a tag of several bytes', tlv(0xbf, [1])],
    ] as const
  ).map(
    ([title, field]): Refused => ({
      code: 'key_parts_inconsistent',
      title: `an EC key with ${title}`,
      input: () =>
        wrapPem(
          'PRIVATE KEY',
          ecDer(p256Oid, Buffer.from(ecJwk.d ?? '', 'base64url'), undefined, field),
        ),
    }),
  ),
  ...(
    [
      ['of no known form', [5, ...ecPoint.subarray(1)]],
      ['that is whole and half as long', ecPoint.subarray(0, 33)],
      ['that is compressed and twice as long', [2, ...ecPoint.subarray(1)]],
      ['that is odd and twice as long', [3, ...ecPoint.subarray(1)]],
      ['of no bytes', []],
    ] as const
  ).map(
    ([title, point]): Refused => ({
      code: 'key_parts_inconsistent',
      title: `an EC point ${title}`,
      input: () =>
        wrapPem(
          'PRIVATE KEY',
          ecDer(p256Oid, Buffer.from(ecJwk.d ?? '', 'base64url'), Buffer.from(point)),
        ),
      detail: 'x, y',
    }),
  ),
  {
    code: 'key_parts_inconsistent',
    title: 'an algorithm that is damaged',
    input: () =>
      wrapPem('PRIVATE KEY', tlv(0x30, derInteger(0n), tlv(0x30, [0x06, 0x7f]), tlv(0x04, [1]))),
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an EC key with noise inside',
    input: () =>
      wrapPem(
        'PRIVATE KEY',
        tlv(
          0x30,
          derInteger(0n),
          tlv(0x30, tlv(0x06, Buffer.from('2a8648ce3d0201', 'hex')), Buffer.from(p256Oid, 'hex')),
          tlv(0x04, Buffer.alloc(64, 7)),
        ),
      ),
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a wrong dp in PKCS#1, which OpenSSL loads',
    input: () => pkcs1With(6, (dp) => dp + 2n),
    detail: 'dp',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a wrong qi in PKCS#1',
    input: () => pkcs1With(8, (qi) => qi - 1n),
    detail: 'qi',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a d that fits but is larger than n',
    input: () => pkcs1With(3, (d) => d + 2n * phi),
    detail: 'd',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'n, e and a wrong d',
    input: () => json({ kty: 'RSA', n: rsaJwk.n, e: rsaJwk.e, d: other.d }),
    detail: 'd',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'n, e and an even d',
    input: () => json({ kty: 'RSA', n: rsaJwk.n, e: rsaJwk.e, d: 'BAAA' }),
    detail: 'd',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a 1 for p',
    input: () => json({ ...rsaJwk, p: 'AQ', q: rsaJwk.n }),
    detail: 'p, q',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a 1 for q',
    input: () => json({ ...rsaJwk, p: rsaJwk.n, q: 'AQ' }),
    detail: 'p, q',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an EC point of another key',
    input: () => json({ ...ecJwk, ...pointOf(jwk(ecKey())) }),
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an EC point off the curve',
    input: () => json({ ...ecJwk, y: jwk(ecKey()).y }),
    detail: 'x, y',
  },
  {
    // It would be that of 0, which has a point.
    code: 'key_parts_inconsistent',
    title: 'an EC coordinate that is the order of the field',
    input: () => {
      const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
      const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
      let [y, base] = [1n, b]
      for (let exponent = (p + 1n) / 4n; exponent > 0n; exponent >>= 1n) {
        if (exponent % 2n === 1n) y = (y * base) % p
        base = (base * base) % p
      }
      return json({ ...ecJwk, x: base64urlOf(p), y: base64urlOf(y) })
    },
    detail: 'x, y',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an EC coordinate beyond the field',
    input: () => json({ ...ecJwk, x: Buffer.alloc(32, 255).toString('base64url') }),
    detail: 'x, y',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an EC d of 0',
    input: () => json({ ...ecJwk, d: Buffer.alloc(32).toString('base64url') }),
    detail: 'd',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an EC d of the order',
    input: () =>
      json({
        ...ecJwk,
        d: Buffer.from(
          'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
          'hex',
        ).toString('base64url'),
      }),
    detail: 'd',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a compressed EC point of another key',
    input: () =>
      wrapPem(
        'PRIVATE KEY',
        ecDer(p256Oid, Buffer.from(ecJwk.d ?? '', 'base64url'), compressed(jwk(ecKey()))),
      ),
    detail: 'x, y',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a compressed EC point with the wrong sign',
    input: () => {
      const point = compressed(ecJwk)
      point[0] = 5 - (point[0] ?? 0)
      return wrapPem('PRIVATE KEY', ecDer(p256Oid, Buffer.from(ecJwk.d ?? '', 'base64url'), point))
    },
    detail: 'x, y',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an EC point of the wrong size',
    input: () => wrapPem('PRIVATE KEY', ecDer(p256Oid, Buffer.alloc(32, 1), Buffer.alloc(64, 4))),
    detail: 'x, y',
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a PKCS#8 with noise inside',
    input: () =>
      wrapPem('PRIVATE KEY', tlv(0x30, derInteger(0n), algorithm, tlv(0x04, Buffer.alloc(64, 7)))),
  },
  {
    code: 'key_parts_inconsistent',
    title: 'an inner length that is too long',
    input: () => wrapPem('PRIVATE KEY', tlv(0x30, derInteger(0n), [0x30, 0x7f, 0x05])),
  },
  {
    code: 'key_parts_inconsistent',
    title: 'a modulus that is negative',
    input: () =>
      wrapPem(
        'RSA PRIVATE KEY',
        tlv(
          0x30,
          derInteger(0n),
          tlv(0x02, [0x80, 1]),
          ...[3n, 3n, 3n, 3n, 3n, 3n, 3n].map(derInteger),
        ),
      ),
  },
  { code: 'key_weak_roca', title: 'a modulus with the ROCA fingerprint', input: rocaJwk },
  {
    code: 'key_weak_primes',
    title: 'primes that are equal',
    input: () => equalPrimesJwk(),
    says: /are equal/,
  },
  {
    code: 'key_weak_primes',
    title: 'n, e, d of the square of a prime',
    input: () => json(squareJwk()),
  },

  {
    code: 'key_weak_primes',
    title: 'primes 2^90 apart',
    input: () => json(rsaJwkOf(...nearPrimes())),
    says: /too close/,
    options: { isProbablePrime: trustPrimes },
  },
  {
    code: 'key_weak_primes',
    title: 'a prime of 256 bits',
    input: () => json(rsaJwkOf(randomPrime(256), randomPrime(1800))),
  },
  { code: 'key_jwk_missing_member', title: 'an empty object', input: () => '{}', detail: 'kty' },
  {
    code: 'key_jwk_missing_member',
    title: 'an object that is no key',
    input: () => json({ client_id: 'a', key: 'short' }),
    detail: 'kty',
  },
  ...['__proto__', 'constructor', 'prototype'].map(
    (member): Refused => ({
      code: 'key_jwk_missing_member',
      title: `a JWK in a member ${member}`,
      input: () => json({ [member]: rsaJwk }),
      detail: 'kty',
    }),
  ),
  ...(
    [
      ['kty', { keys: [{ n: 'AQ', e: 'AQ' }] }],
      ['n', { ...rsaJwk, n: undefined }],
      ['e', { ...rsaJwk, e: undefined }],
      ['e', { kty: 'RSA', n: rsaJwk.n }],
      ['d', { kty: 'RSA', n: rsaJwk.n, e: rsaJwk.e, oth: [] }],
      ['d', { kty: 'RSA', n: rsaJwk.n, e: rsaJwk.e, qi: rsaJwk.qi }],
      ['x', { ...ecJwk, x: undefined }],
      ['x', { kty: 'EC', crv: 'P-256' }],
      ['crv', { kty: 'EC', x: ecJwk.x, y: ecJwk.y }],
    ] as const
  ).map(
    ([detail, value]): Refused => ({
      code: 'key_jwk_missing_member',
      title: json(Object.keys(value)),
      input: () => json(value),
      detail,
    }),
  ),
  {
    code: 'key_jwk_missing_member',
    title: 'a JWK with primes and no d',
    input: () => withMembers({ d: undefined }),
    detail: 'd',
  },
  {
    code: 'key_jwk_missing_member',
    title: 'an EC JWK without crv',
    input: () => json({ ...ecJwk, crv: undefined }),
    detail: 'crv',
  },
  {
    code: 'key_jwk_missing_member',
    title: 'an EC JWK without y',
    input: () => json({ ...ecJwk, y: undefined }),
    detail: 'y',
  },
  {
    code: 'key_jwk_missing_member',
    title: 'a JWK of kty alone',
    input: () => json({ kty: 'RSA' }),
    detail: 'n',
  },
  {
    code: 'key_jwk_partial_crt',
    title: 'dp and qi missing',
    input: () => withMembers({ dp: undefined, qi: undefined }),
    detail: 'dp, qi',
  },
  ...(['p', 'q', 'dp', 'dq', 'qi'] as const).map(
    (member): Refused => ({
      code: 'key_jwk_partial_crt',
      title: `${member} missing`,
      input: () => withMembers({ [member]: undefined }),
      detail: member,
    }),
  ),
  ...['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'crv', 'x', 'y', 'k', 'kid', 'alg', 'use'].map(
    (member): Refused => ({
      code: 'key_jwk_bad_type',
      title: `a ${member} that is a number`,
      input: () => withMembers({ [member]: 7 }),
      detail: member,
      says: /is not a string/,
    }),
  ),
  {
    code: 'key_jwk_bad_type',
    title: 'key_ops with a number',
    input: () => withMembers({ key_ops: ['sign', 7] }),
    detail: 'key_ops',
  },
  {
    code: 'key_jwk_bad_type',
    title: 'a d that is an object',
    input: () => withMembers({ d: {} }),
    detail: 'd',
  },
  {
    code: 'key_jwk_bad_type',
    title: 'a d that is null',
    input: () => withMembers({ d: null }),
    detail: 'd',
  },
  {
    code: 'key_jwk_bad_type',
    title: 'a kty that is an array',
    input: () => withMembers({ kty: ['RSA'] }),
    detail: 'kty',
  },
  {
    code: 'key_jwk_bad_type',
    title: 'key_ops as text',
    input: () => withMembers({ key_ops: 'sign' }),
    detail: 'key_ops',
  },
  {
    code: 'key_jwk_bad_type',
    title: 'keys that are no array',
    input: () => json({ keys: rsaJwk }),
    detail: 'keys',
  },
  {
    code: 'key_jwk_bad_type',
    title: 'a set of texts',
    input: () => json({ keys: ['a'] }),
    detail: 'keys',
  },
  {
    code: 'key_jwk_bad_base64url',
    title: 'stars in place of d',
    input: () => withMembers({ d: '********' }),
    detail: 'd',
  },
  {
    code: 'key_jwk_bad_base64url',
    title: 'both alphabets in one member',
    input: () => withMembers({ d: '-_+/' }),
    detail: 'd',
  },
  {
    code: 'key_jwk_bad_base64url',
    title: 'an empty member',
    input: () => withMembers({ d: '' }),
    detail: 'd',
  },
  {
    code: 'key_jwk_bad_base64url',
    title: 'a member cut in the middle of a group',
    input: () => withMembers({ qi: 'AAAAA' }),
    detail: 'qi',
  },
  {
    code: 'key_jwk_bad_length',
    title: 'an EC x without its leading zero',
    input: () => json({ ...ecJwk, x: 'AQ' }),
    detail: 'x',
  },
  {
    code: 'key_jwk_bad_length',
    title: 'an EC d with one byte more',
    input: () => json({ ...ecJwk, d: Buffer.alloc(33, 1).toString('base64url') }),
    detail: 'd',
  },
  {
    code: 'key_jwk_multiprime',
    title: 'a JWK with oth',
    input: () => withMembers({ oth: [{ r: 'AQ', d: 'AQ', t: 'AQ' }] }),
  },
  {
    code: 'key_jwk_multiprime',
    title: 'a PKCS#1 key of version 1',
    input: () =>
      wrapPem(
        'RSA PRIVATE KEY',
        tlv(0x30, ...[1n, 3n, 3n, 3n, 3n, 3n, 3n, 3n, 3n].map(derInteger), tlv(0x30)),
      ),
  },
  {
    code: 'key_use_not_sig',
    title: 'use of something nobody knows',
    input: () => withMembers({ use: 'both' }),
  },
  {
    code: 'key_use_not_sig',
    title: 'a set whose one private key is for encryption',
    input: () => json({ keys: [{ ...rsaJwk, use: 'enc' }, publicJwk(ec)] }),
  },
  {
    code: 'key_ops_no_sign',
    title: 'key_ops of decrypt',
    input: () => withMembers({ key_ops: ['decrypt', 'unwrapKey'] }),
  },
  {
    code: 'key_ops_no_sign',
    title: 'key_ops of nothing',
    input: () => withMembers({ key_ops: [] }),
  },
  { code: 'key_jwks_empty', title: 'a set without keys', input: () => '{"keys": []}' },
  {
    code: 'key_jwks_empty',
    title: 'an empty array, kid asked for',
    input: () => '[]',
    options: { kid: 'a' },
  },
  {
    code: 'key_jwks_ambiguous',
    title: 'an array of two keys, one without kid',
    input: () => json([{ ...rsaJwk, kid: 'a' }, ecJwk]),
    detail: 'a, (without kid)',
  },
  {
    code: 'key_jwks_ambiguous',
    title: 'a kid that no key of the set has',
    input: () => json({ keys: [{ ...rsaJwk, kid: 'a' }] }),
    options: { kid: 'b' },
    detail: 'a',
  },
  {
    code: 'key_jwks_ambiguous',
    title: 'more keys than are named',
    input: () => json(Array.from({ length: 21 }, (_, at) => ({ ...rsaJwk, kid: `k${at}` }))),
    detail: Array.from({ length: 20 }, (_, at) => `k${at}`).join(', '),
  },
  {
    code: 'key_jwks_ambiguous',
    title: 'two keys without a kid, one asked for',
    input: () => json([rsaJwk, ecJwk]),
    options: { kid: 'a' },
    detail: '(without kid), (without kid)',
  },
  ...(
    [
      ['a key twice', rsaJwk, rsaJwk],
      ['a public key twice', publicJwk(rsa), publicJwk(rsa)],
      ['the n of another', rsaJwk, { ...publicJwk(rsa), n: other.n }],
      ['another e', rsaJwk, { ...publicJwk(rsa), e: 'Aw' }],
      ['another kty', rsaJwk, { ...publicJwk(rsa), kty: 'EC' }],
      ['another crv', ecJwk, { ...publicJwk(ec), crv: 'P-384' }],
      ['another x', ecJwk, { ...publicJwk(ec), x: 'AQ' }],
      ['another y', ecJwk, { ...publicJwk(ec), y: 'AQ' }],
    ] as const
  ).map(
    ([title, one, two]): Refused => ({
      code: 'key_jwks_duplicate_kid',
      title: `one kid and ${title}`,
      input: () =>
        json([
          { ...one, kid: 'a' },
          { ...two, kid: 'a' },
        ]),
      detail: 'a',
    }),
  ),
  {
    code: 'key_jwks_duplicate_kid',
    title: 'two keys of one kid, another asked for',
    input: () =>
      json({
        keys: [
          { ...rsaJwk, kid: 'a' },
          { ...ecJwk, kid: 'a' },
          { ...other, kid: 'b' },
        ],
      }),
    options: { kid: 'b' },
    detail: 'a',
  },
  {
    code: 'key_json_invalid',
    title: 'a JWK that was cut',
    input: () => json(rsaJwk).slice(0, 400),
    detail: 'position 401',
  },
  {
    code: 'key_json_invalid',
    title: 'a JWK without its first brace',
    input: () => json(rsaJwk).slice(1),
    detail: 'position 6',
  },
  { code: 'key_json_invalid', title: 'a bracket alone', input: () => '[' },
  {
    code: 'key_json_invalid',
    title: 'members without an object',
    input: () => 'My key has "kty" RSA.',
  },
  {
    code: 'key_json_invalid',
    title: 'an object as JavaScript prints it',
    input: () => `{ kty: 'RSA', n: '${rsaJwk.n}' }`,
  },
  {
    code: 'key_json_invalid',
    title: 'single quotes',
    input: () => json(rsaJwk).replaceAll('"', "'"),
  },
  {
    code: 'key_json_invalid',
    title: 'a comment',
    input: () => json(rsaJwk).replace('{', '{ // mine\n'),
  },
  ...[
    ['letters', 'xyz'],
    ['a bracket', ']'],
    ['a brace', '}'],
    ['a sentence', '\nthis is my key'],
    ['two semicolons', ';;'],
    ['a second JWK', `\n${json(ecJwk)}`],
  ].flatMap(([title, tail = '']): readonly Refused[] => [
    {
      code: 'key_json_invalid',
      title: `a JWK with ${title} after it`,
      input: () => json(rsaJwk) + tail,
    },
    {
      code: 'key_json_invalid',
      title: `an array of a JWK with ${title} after it`,
      input: () => json([rsaJwk]) + tail,
    },
  ]),
  {
    code: 'key_json_invalid',
    title: 'a JWK in quotes with letters after it',
    input: () => `'${json(rsaJwk)}xyz'`,
  },
  {
    code: 'key_json_invalid',
    title: 'a JWK with escaped quotes and letters after it',
    input: () => `${json(json(rsaJwk)).slice(1, -1)}xyz`,
  },
  ...[
    ['HTML quotes', json(rsaJwk).replaceAll('"', '&quot;')],
    ['backticks', json(rsaJwk).replaceAll('"', '`')],
    ['one word', '{hello}'],
    ['a placeholder of a template', '{{OKTA_PRIVATE_KEY}}'],
    ['an escape that JSON does not know', '{\\hello}'],
  ].map(
    ([title, input = '']): Refused => ({
      code: 'key_json_invalid',
      title: `braces with ${title}`,
      input: () => input,
    }),
  ),
  {
    code: 'key_json_duplicate_member',
    title: 'd twice, once escaped',
    input: () => json(rsaJwk).replace('{', '{"\\u0064":"AQ",'),
    detail: 'd',
  },
  { code: 'key_smart_quotes', title: 'German quotes', input: () => '{„kty“: „RSA“}' },
  {
    code: 'key_smart_quotes',
    title: 'fullwidth quotes',
    input: () => json(rsaJwk).replaceAll('"', '＂'),
  },
  {
    code: 'key_smart_quotes',
    title: 'fullwidth quotes after a sentence',
    input: () => `My key: ${json(rsaJwk).replaceAll('"', '＂')}`,
  },
  {
    code: 'kid_looks_wrong',
    title: 'a private key in the place of its id',
    input: () => rsaPem,
    options: { kid: '{"kty":"EC","crv":"P-256","d":"Zm9vYmFyYmF6cXV4"}' },
  },
  {
    code: 'kid_too_long',
    title: 'a kid of 256 characters',
    input: () => rsaPem,
    options: { kid: 'k'.repeat(256) },
  },
  {
    code: 'kid_too_long',
    title: 'a JWK with a kid of 10,000 characters',
    input: () => withMembers({ kid: 'k'.repeat(10_000) }),
  },
  {
    code: 'kid_invalid',
    title: 'a line break at the end',
    input: () => rsaPem,
    options: { kid: 'my-kid\n' },
  },
  {
    code: 'kid_invalid',
    title: 'a JWK with a zero byte in its kid',
    input: () => withMembers({ kid: 'a\0b' }),
  },
  {
    code: 'kid_invalid',
    title: 'a zero-width space',
    input: () => rsaPem,
    options: { kid: 'my\u200bkid' },
  },
]

describe('importKey refuses by name', () => {
  test.each(cases)('$code: $title', async ({ code, input, detail, says, options }) => {
    const given = input()
    const error = await refusal(given, { isProbablePrime: nodePrimeTest, ...options })
    expect({ code: error.code, detail: detail && error.details['detail'] }).toEqual({
      code,
      detail,
    })
    if (says !== undefined) expect(error.message).toMatch(says)
    expect(error.remedy).not.toBe('')
    expect(error.cause).toBeUndefined()
    expect(leakOf(error, given)).toBe('')
  })

  test('every code has a case', () => {
    const covered = new Set(cases.map(({ code }) => code))
    expect(keyErrorCodes.filter((code) => !covered.has(code))).toEqual([])
  })

  test.each(['xHS256', 'HS256x', 'PS256, secret'])('%s without saying it back', async (alg) => {
    const error = await refusal(withMembers({ alg }))
    expect([error.code, error.details['detail']]).toEqual(['key_alg_not_allowed', undefined])
    expect(error.message).not.toContain(alg)
  })

  test('with how many keys there are', async () => {
    const error = await refusal(rsaPem + rsaPem + rsaPem)
    expect(error.details).toEqual({ count: 3 })
  })

  test('a member name as long as a secret is not repeated', async () => {
    const long = 'x'.repeat(13)
    const error = await refusal(`{"${long}":1,"${long}":2,"kty":"RSA"}`)
    expect(error.code).toBe('key_json_duplicate_member')
    expect(JSON.stringify(error)).not.toContain(long)
  })
})

function primeJwk(): Record<string, string> {
  const n = randomPrime(2048)
  return rsaJwkOfOrder(n, n - 1n)
}

function squareJwk(): Record<string, string> {
  const p = highPrime(1024)
  return rsaJwkOfOrder(p * p, p * (p - 1n))
}

function equalPrimesJwk(): string {
  const p = highPrime(1025)
  return json({ ...rsaJwkOf(p, p), kty: 'RSA' })
}

/** A modulus that is a power of 65537 modulo every prime up to 167, and otherwise random. */
function rocaJwk(): string {
  const primes = [2n]
  for (let n = 3n; n <= 167n; n += 2n) if (primes.every((prime) => n % prime !== 0n)) primes.push(n)
  const product = primes.reduce((all, prime) => all * prime, 1n)
  let power = 1n
  for (let exponent = 0; exponent < 12_345; exponent++) power = (power * 65537n) % product
  const random = BigInt(`0x${randomBytes(230).toString('hex')}`) | (1n << 1840n)
  const n = random * product + power
  return json({ ...rsaJwk, n: base64urlOf(n) })
}

function pkcs1With(position: number, change: (value: bigint) => bigint): string {
  return wrapPem(
    'RSA PRIVATE KEY',
    pkcs1Of((at, field, value) => (at === position ? derInteger(change(value)) : field)),
  )
}

/** DER of an OBJECT IDENTIFIER in dotted form. */
function derOid(id: string): Buffer {
  const [root = 0, second = 0, ...arcs] = id.split('.').map(Number)
  const bytes = [root * 40 + second, ...arcs].flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let rest = arc >> 7; rest > 0; rest >>= 7) groups.unshift(0x80 | (rest & 0x7f))
    return groups
  })
  return tlv(0x06, bytes)
}

/** PKCS#1 with its fields changed. */
function pkcs1Of(change: (at: number, field: Buffer, value: bigint) => Buffer): Buffer {
  const { n, e, d, p, q, dp, dq, qi } = rsaJwk
  const numbers = [0n, ...[n, e, d, p, q, dp, dq, qi].map(numberOf)]
  return tlv(0x30, ...numbers.map((value, at) => change(at, derInteger(value), value)))
}

function pointOf({ x, y }: { x?: string; y?: string }): { x?: string; y?: string } {
  return { ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) }
}

function compressed({ x, y }: { x?: string; y?: string }): Buffer {
  return Buffer.from([2 + Number(numberOf(y) % 2n), ...Buffer.from(x ?? '', 'base64url')])
}
