import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import {
  exportJwk,
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
const json = (value: unknown, indent?: number) => JSON.stringify(value, null, indent)
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
/** SEC1 that names no curve, with further fields. */
const sec1With = (...fields: readonly Uint8Array[]) =>
  wrapPem('EC PRIVATE KEY', tlv(0x30, derInteger(1n), tlv(0x04, ecSecret), ...fields))
const pointField = tlv(0xa1, tlv(0x03, [0], ecPoint))
const block = (label: string, content: string) =>
  `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----\n`
/** A text in a JSON string, again and again. */
const inStrings = (text: string, times: number) =>
  Array.from({ length: times }).reduce<string>((inner) => json(inner), text)
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
  {
    title: 'one line as long as the longest in use',
    // 57 bytes.
    input: sec1With(tlv(0xa0, p256), tlv(0xa2, Buffer.alloc(4))).replaceAll(
      /(?<=-\n)([^-]{64})\n/g,
      '$1',
    ),
    key: ec,
  },
  {
    title: 'one line that is longer',
    // 58 bytes.
    input: sec1With(tlv(0xa0, p256), tlv(0xa2, Buffer.alloc(5))).replaceAll(
      /(?<=-\n)([^-]{64})\n/g,
      '$1',
    ),
    key: ec,
    warnings: ['key_newlines_lost'],
  },
  {
    title: 'the alphabet of URLs',
    input: block('PRIVATE KEY', der(rsa).toString('base64url')),
    warnings: ['key_newlines_lost', 'key_base64_normalised'],
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
  { title: 'a quoted e-mail in another', input: rsaPem.replaceAll(/^/gm, ' \t>>\t> ') },
  {
    title: 'headers of a PEM that say nothing of encryption',
    input: rsaPem.replace('-----\n', '-----\nComment: made by: hand\nX-Key-ID: 7\n\n'),
  },
  { title: 'a quoted e-mail', input: rsaPem.replaceAll(/^/gm, '> ') },
  ...[' +\n  ', ' .\n', ',\n', '\n', ''].map(
    (between): Accepted => ({
      title: `string literals joined by ${json(between)}`,
      input: rsaPem
        .trimEnd()
        .split('\n')
        .map((line) => `"${line}\\n"`)
        .join(between),
      warnings: ['key_escaped_newlines'],
    }),
  ),
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
  // Of each length that base64 can end with.
  ...['P-256', 'P-384', 'P-521'].map((curve): Accepted => {
    const key = curve === 'P-521' ? small : ecKey(curve)
    return {
      title: `line breaks whose backslashes a shell ate, ${curve}`,
      input: pem(key).trimEnd().replaceAll('\n', 'n'),
      key,
      warnings: ['key_escaped_newlines'],
    }
  }),
  ...['\\t', '\\r', '\\u000a', '\\u000D\\u000A', '\\u0009', '\\\\u000a', '\\\\r\\\\n'].map(
    (escaped): Accepted => ({
      title: `${escaped} for line breaks`,
      input: rsaPem.replaceAll('\n', escaped),
      warnings: ['key_escaped_newlines'],
    }),
  ),
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
    title: 'characters of base64 that were escaped twice',
    input: rsaPem
      .replaceAll('/', '\\\\u002F')
      .replaceAll('+', '\\\\u002b')
      .replaceAll('=', '\\\\u003D'),
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
  ...[
    ['a PEM after a comment', `# my key\n${rsaPem}`],
    ['a JWK after a byte order mark', `\ufeff${json(jwk(rsa))}`],
    ['a JWK after line breaks', `\n\n ${json(jwk(rsa))}`],
    ['a set in an array', json([jwk(rsa)])],
  ].map(([title, text = '']): Accepted => ({ title: `base64 of ${title}`, input: toBase64(text) })),
  {
    title: 'base64 of a JWK in a JSON string',
    input: toBase64(json(json(jwk(rsa)))),
    warnings: ['key_json_string'],
  },
  {
    title: 'base64 of base64 of PKCS#8',
    input: toBase64(der(rsa).toString('base64')),
    warnings: ['key_markers_missing'],
  },
  {
    title: 'base64 in a member beside that of its public half',
    input: json({
      public_key: toBase64(publicPem(rsa)),
      note: 'x'.repeat(200),
      jwk: toBase64(rsaPem),
    }),
  },
  {
    title: 'base64 in a member beside an object',
    input: json({ jwk: toBase64(rsaPem), about: { keys: 1 } }),
  },
  {
    title: 'bare base64 in a JSON string',
    input: json(body(rsaPem)),
    warnings: ['key_markers_missing'],
  },
  {
    title: 'bare base64 in quotes whose lines a backslash ends',
    input: `"${body(rsaPem).replaceAll('\n', '\\\n')}"`,
    warnings: ['key_markers_missing'],
  },
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
  ...[
    ...['set OKTA_KEY=', 'export  OKTA_KEY=', '- key: ', '_key = ', 'okta.client-key\t:\t', 'K='],
    ...['key: >-\n  ', 'key: |+\n  ', 'key: |\n  ', 'key: >\n', 'a='],
  ].map(
    (name): Accepted => ({
      title: `bare base64 behind ${json(name)}`,
      input: name + body(rsaPem),
      warnings: ['key_markers_missing'],
    }),
  ),
  {
    title: 'bare base64 in quotes below a name',
    input: `okta_key: >\n  "${body(rsaPem)}"`,
    warnings: ['key_markers_missing'],
  },
  ...['```\n', '~~~\n', '```c++\n', '```PEM \n', '~~~x-pem\n'].map(
    (fence): Accepted => ({
      title: `bare base64 in a fence ${json(fence)}`,
      input: `${fence}${body(rsaPem)}\n${fence.slice(0, 3)}`,
      warnings: ['key_markers_missing'],
    }),
  ),
  ...[',', ';'].map(
    (end): Accepted => ({
      title: `bare base64 in quotes with ${end} behind them`,
      input: `key: '"${body(rsaPem)}"'${end}`,
      warnings: ['key_markers_missing'],
    }),
  ),
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
    title: 'PKCS#8 labelled OPENSSH PRIVATE KEY',
    input: rsaPem.replaceAll('PRIVATE', 'OPENSSH PRIVATE'),
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
    title: 'its public half behind it, all on one line',
    input: (rsaPem + publicPem(rsa)).replaceAll('\n', ''),
    warnings: ['key_extra_blocks_ignored', 'key_newlines_lost'],
  },
  {
    title: 'a certificate behind it whose markers are bent',
    input: `${rsaPem}----BEGIN CERTIFICATE----\nAAAA\n----END CERTIFICATE----\n`,
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
    title: 'a private JWK before PKCS#1',
    input: `${json(jwk(ec))}\n${pkcs1}`,
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
    input: wrapPem('EC PARAMETERS', p256) + sec1With(),
    key: ec,
  },
  ...[
    ['no base64', '****'],
    ['no DER', 'AAAA'],
    ['nothing', ''],
  ].map(
    ([title, content = '']): Accepted => ({
      title: `EC PARAMETERS of ${title} before a point that tells the curve`,
      input: block('EC PARAMETERS', content) + sec1With(pointField),
      key: ec,
    }),
  ),
  {
    title: 'SEC1 without its point',
    input: wrapPem(
      'EC PRIVATE KEY',
      tlv(0x30, derInteger(1n), tlv(0x04, ecSecret), tlv(0xa0, p256)),
    ),
    key: ec,
  },
  ...[ecKey('P-384'), small].map((key): Accepted => {
    const { crv, d } = jwk(key)
    const curve = crv === 'P-384' ? '06052b81040022' : '06052b81040023'
    return {
      title: `SEC1 of ${crv} without its point`,
      input: wrapPem(
        'EC PRIVATE KEY',
        tlv(
          0x30,
          derInteger(1n),
          tlv(0x04, Buffer.from(d ?? '', 'base64url')),
          tlv(0xa0, Buffer.from(curve, 'hex')),
        ),
      ),
      key,
    }
  }),
  {
    title: 'SEC1 whose point alone tells the curve',
    input: sec1With(pointField),
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
  ...[2, 6].map(
    (times): Accepted => ({
      title: `a JWK in ${times} JSON strings`,
      input: inStrings(json(jwk(ec)), times),
      key: ec,
      warnings: ['key_json_string'],
    }),
  ),
  {
    title: 'a JWK in a JSON string whose quotes became others',
    input: `'${json(json(jwk(rsa))).slice(1, -1)}'`,
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
  { title: 'a formatted array', input: json([jwk(rsa)], 2) },
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
    title: 'a set with an Edwards key',
    input: json({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'AQ', d: 'AQ' }, jwk(rsa)] }),
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

  test('n, e and d as the key that they are of, the larger prime first', async () => {
    const { kty, n, e, d } = jwk(rsa)
    const imported = await importKey(json({ kty, n, e, d }), { isProbablePrime: nodePrimeTest })
    expect(JSON.parse(exportJwk(imported).reveal())).toMatchObject(jwk(rsa))
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
