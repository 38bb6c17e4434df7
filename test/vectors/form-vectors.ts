/** @module Vectors of the form of a compact JWS, of its header and of its base64url, for any algorithm. */

import { createHmac, createPublicKey } from 'node:crypto'
import {
  encode,
  hashOf,
  publicJwkOf,
  type SignatureVector,
  type Signing,
  sign,
  signatureOf,
  signedPart,
  signUntil,
  withSignature,
} from './signing.ts'

type Make = (signing: Signing, good: Parts) => string

/** The three parts of a good one. */
interface Parts {
  readonly head: string
  readonly body: string
  readonly mac: string
}

/** Every vector that has nothing to do with the kind of key. */
export const formVectors: readonly SignatureVector[] = [
  ...vectorsOf('valid', {
    'as it is meant': (_s, { head, body, mac }) => `${head}.${body}.${mac}`,
    'spaces in the header': (s) => sign(s, encode(JSON.stringify(s.header, undefined, 1))),
    'line breaks and tabs in the header': (s) =>
      sign(s, encode(`\n\t${JSON.stringify(s.header, undefined, '\t')}\r\n `)),
    'spaces in the claims': (s, { head }) =>
      sign(s, head, encode(JSON.stringify(s.claims, undefined, 2))),
    'members of the header in another order': (s) =>
      sign(s, encode(Object.fromEntries(Object.entries(s.header).toReversed()))),
    'a member in the header that nobody knows': (s) =>
      sign(s, encode({ ...s.header, unknown: { deep: [1] } })),
    'an escape in the name of a member': (s) =>
      sign(s, encode(JSON.stringify(s.header).replace('"alg"', '"\\u0061lg"'))),
  }),
  ...vectorsOf('invalid', {
    'signature changed in its first byte': (s, { mac }) => withSignature(s, flip(mac, 0)),
    'signature changed in its middle': (s, { mac }) => withSignature(s, flip(mac, 30)),
    'signature changed in its last byte': (s, { mac }) => withSignature(s, flip(mac, -1)),
    'no signature': (s) => withSignature(s, ''),
    'no signature and no dot': (_s, { head, body }) => `${head}.${body}`,
    'claims changed': (s, { head, mac }) => `${head}.${encode({ ...s.claims, more: 1 })}.${mac}`,
    'no claims': (_s, { head, mac }) => `${head}..${mac}`,
    'no claims and no dot': (_s, { head, mac }) => `${head}.${mac}`,
    'header changed': (s, { body, mac }) => `${encode({ ...s.header, more: 1 })}.${body}.${mac}`,
    'no header': (_s, { body, mac }) => `.${body}.${mac}`,
    'no header and no dot': (_s, { body, mac }) => `${body}.${mac}`,
    'no header and no signature': (_s, { body }) => `.${body}.`,
    'claims alone': (_s, { body }) => body,
    'header alone': (_s, { head }) => head,
    'dots alone': () => '..',
    'a dot more': (_s, { head, body, mac }) => `${head}.${body}.${mac}.`,
    'a part more': (_s, { head, body, mac }) => `${head}.${body}.${mac}.Zm9v`,
    'five parts, as encrypted ones have': (_s, { head, body, mac }) =>
      `${head}.${body}.${mac}.${body}.${mac}`,
    'parts in another order': (_s, { head, body, mac }) => `${body}.${head}.${mac}`,
    'general JSON form': (_s, { head, body, mac }) =>
      JSON.stringify({ payload: body, signatures: [{ protected: head, signature: mac }] }),
    'flattened JSON form': (_s, { head, body, mac }) =>
      JSON.stringify({ payload: body, protected: head, signature: mac }),
  }),
  ...vectorsOf('invalid', {
    'by another key': (s) => sign({ ...s, key: s.otherKey }, encode(s.header)),
    'by the key that the header brings': (s) => attack(s, { jwk: publicJwkOf(s.otherKey) }),
    'by the key at an address in the header': (s) =>
      attack(s, { jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/chain' }),
    'by the key of a certificate in the header': (s) =>
      attack(s, { x5c: [spki(s.otherKey, 'der').toString('base64')] }),
    'of the claims alone': (s, { body }) => withSignature(s, signatureOf(body, s)),
    'of the header alone': (s, { head }) => withSignature(s, signatureOf(head, s)),
    'of a text with a dot more': (s) => withSignature(s, signatureOf(`${signedPart(s)}.`, s)),
    'of what is encoded, not of its encoding': (s) =>
      withSignature(s, signatureOf(`${JSON.stringify(s.header)}.${JSON.stringify(s.claims)}`, s)),
    'of nothing': (s) => withSignature(s, signatureOf('', s)),
    'of one byte': (s) => withSignature(s, Buffer.of(0)),
    'of zeros': (s, { mac }) => withSignature(s, Buffer.alloc(decode(mac).length)),
    'of ones': (s, { mac }) => withSignature(s, Buffer.alloc(decode(mac).length, 0xff)),
    'without its last byte': (s, { mac }) => withSignature(s, decode(mac).subarray(0, -1)),
    'without its first byte': (s, { mac }) => withSignature(s, decode(mac).subarray(1)),
    'with a zero before it': (s, { mac }) =>
      withSignature(s, Buffer.concat([Buffer.of(0), decode(mac)])),
    'with a zero after it': (s, { mac }) =>
      withSignature(s, Buffer.concat([decode(mac), Buffer.of(0)])),
    'twice in a row': (s, { mac }) => withSignature(s, Buffer.concat([decode(mac), decode(mac)])),
    backwards: (s, { mac }) => withSignature(s, decode(mac).toReversed()),
    'in hex': (s, { mac }) => withSignature(s, decode(mac).toString('hex')),
  }),
  ...vectorsOf('invalid', algVectors()),
  ...vectorsOf('invalid', {
    'spaces before the signature': (s, { mac }) => withSignature(s, `    ${mac}`),
    'a line break after the signature': (s, { mac }) => withSignature(s, `${mac}\n`),
    'a line break in the signature': (s, { mac }) =>
      withSignature(s, `${mac.slice(0, 40)}\n${mac.slice(40)}`),
    'padding after the signature': (s, { mac }) => withSignature(s, `${mac}==`),
    'a foreign character before the signature': (s, { mac }) => withSignature(s, `?${mac}`),
    'a foreign character after the signature': (s, { mac }) => withSignature(s, `${mac}?`),
    'a character too many in the signature': (s, { mac }) => withSignature(s, `${mac}A`),
    'the other alphabet in the signature': (s) => {
      const { signed, signature } = signUntil(s, (one) => /[-_]/.test(encode(one)))
      return `${signed}.${encode(signature).replaceAll('-', '+').replaceAll('_', '/')}`
    },
    'spaces after the header, signed': (s, { head }) => sign(s, `${head}    `),
    'spaces before the claims, signed': (s, { head, body }) => sign(s, head, `    ${body}`),
    'foreign characters in the header, signed': (s, { head }) => sign(s, `${head}####`),
    'foreign characters in the claims, signed': (s, { head, body }) => sign(s, head, `####${body}`),
    'a foreign character in the header': (_s, { head, body, mac }) =>
      `${head.slice(0, 5)}?${head.slice(5)}.${body}.${mac}`,
    'a foreign character in the claims': (_s, { head, body, mac }) =>
      `${head}.${body.slice(0, 5)}?${body.slice(5)}.${mac}`,
    'padding of the header, signed': (s) => sign(s, paddedHead(s)),
    'base64url of base64url': (s, { head, body }) => sign(s, encode(head), encode(body)),
  }),
  ...vectorsOf('either', {
    'bits in the signature that say nothing': (s, { mac }) => withSignature(s, withIdleBits(mac)),
    'bits in the header that say nothing, signed': (s) => {
      const head = encode({ ...s.header, pad: 'x'.repeat(idleSize(s)) })
      return sign(s, withIdleBits(head))
    },
    'a byte order mark before the header': (s) =>
      sign(s, encode(`\ufeff${JSON.stringify(s.header)}`)),
    'the algorithm twice in the header, the last one right': (s) =>
      sign(s, encode(JSON.stringify(s.header).replace('{', '{"alg":"none",'))),
    'a claim twice, the same': (s, { head }) => {
      const [[name, value] = []] = Object.entries(s.claims)
      const first = `{${JSON.stringify(name)}:${JSON.stringify(value)},`
      return sign(s, head, encode(JSON.stringify(s.claims).replace('{', first)))
    },
  }),
  ...vectorsOf('invalid', {
    'the algorithm twice in the header, the last one none': (s) =>
      sign(s, encode(JSON.stringify(s.header).replace(/\}$/, ',"alg":"none"}'))),
    'an extension that nobody knows': (s) => critical(s, { crit: ['exp9'], exp9: 1 }),
    'an extension that is not there': (s) => critical(s, { crit: ['exp9'] }),
    'the claims not encoded (b64), signed so': (s) => {
      const head = encode({ ...s.header, b64: false, crit: ['b64'] })
      const text = `${head}.${JSON.stringify(s.claims)}`
      return `${head}.${encode(s.claims)}.${signatureOf(text, s).toString('base64url')}`
    },
    'a list of extensions that is empty': (s) => critical(s, { crit: [] }),
    'extensions that are no list': (s) => critical(s, { crit: 'exp' }),
    'an extension that the RFC itself names': (s) => critical(s, { crit: ['alg'] }),
    'a header that is a list': (s) => sign(s, encode([s.header])),
    'a header that is a text': (s) => sign(s, encode('"header"')),
    'a header that is null': (s) => sign(s, encode('null')),
    'a header that is no JSON': (s) => sign(s, encode('header')),
    'a header with something after it': (s) => sign(s, encode(`${JSON.stringify(s.header)}x`)),
    'a header cut short': (s) => sign(s, encode(JSON.stringify(s.header).slice(0, -1))),
    'a header of nothing': (s) => sign(s, encode('{}')),
    'claims that are a list': (s, { head }) => sign(s, head, encode([s.claims])),
    'claims that are a text': (s, { head }) => sign(s, head, encode('"claims"')),
    'claims that are null': (s, { head }) => sign(s, head, encode('null')),
    'claims that are no JSON': (s, { head }) => sign(s, head, encode('foo')),
    'claims that are not UTF-8': (s, { head }) => sign(s, head, encode(Buffer.of(0xc3, 0x28))),
    'claims in UTF-16': (s, { head }) =>
      sign(s, head, encode(Buffer.from(JSON.stringify(s.claims), 'utf16le'))),
  }),
]

/** Algorithms that are none, that are others, and that take a public key for a secret. */
function algVectors(): Readonly<Record<string, Make>> {
  const values = ['', 'none', 'None', 'NONE', 'nOnE', 'rs256', 'RSA', 'EdDSA', 'HS256', 'RSA1_5']
  const odd = [
    null,
    7,
    true,
    ['RS256'],
    {},
    'constructor',
    '__proto__',
    'toString',
    ' RS256',
    'RS256\n',
  ]
  const named = [...values, ...odd].map((alg): [string, Make] => [
    `the algorithm ${JSON.stringify(alg)}, with a signature`,
    (s) => sign(s, encode({ ...s.header, alg })),
  ])
  const none = ['none', 'None', 'NONE', 'nOnE'].map((alg): [string, Make] => [
    `the algorithm ${alg}, without a signature`,
    (s, { body }) => `${encode({ ...s.header, alg })}.${body}.`,
  ])
  const secrets: Readonly<Record<string, (s: Signing) => string | Buffer>> = {
    'the PEM': ({ key }) => spki(key, 'pem'),
    'the PEM without its last line break': ({ key }) => spki(key, 'pem').toString().trimEnd(),
    'the DER': ({ key }) => spki(key, 'der'),
    'the JWK': ({ key }) => JSON.stringify(publicJwkOf(key)),
    'the first number': ({ key }) => firstNumber(key),
    'the first number, decoded': ({ key }) => decode(firstNumber(key)),
    nothing: () => '',
  }
  const confused = Object.entries(secrets).flatMap(([name, secret]) =>
    ['HS256', 'HS384', 'HS512'].map((alg): [string, Make] => [
      `${alg} with ${name} of the public key as the secret`,
      (s, { body }) => {
        const text = `${encode({ ...s.header, alg })}.${body}`
        return `${text}.${createHmac(hashOf(alg), secret(s)).update(text).digest('base64url')}`
      },
    ]),
  )
  const missing: Make = (s) => {
    const { alg: _alg, ...header } = s.header
    return sign(s, encode(header))
  }
  return { ...Object.fromEntries([...named, ...none, ...confused]), 'no algorithm': missing }
}

function vectorsOf(
  result: SignatureVector['result'],
  makes: Readonly<Record<string, Make>>,
): SignatureVector[] {
  return Object.entries(makes).map(([name, make]) => ({
    name,
    result,
    make: (signing) => {
      const [head, body] = [encode(signing.header), encode(signing.claims)]
      const mac = signatureOf(`${head}.${body}`, signing).toString('base64url')
      return make(signing, { head, body, mac })
    },
  }))
}

function attack(signing: Signing, header: Readonly<Record<string, unknown>>): string {
  return sign({ ...signing, key: signing.otherKey }, encode({ ...signing.header, ...header }))
}

function critical(signing: Signing, header: Readonly<Record<string, unknown>>): string {
  return sign(signing, encode({ ...signing.header, ...header }))
}

function decode(part: string): Buffer {
  return Buffer.from(part, 'base64url')
}

function flip(mac: string, at: number): Buffer {
  const bytes = decode(mac)
  const place = at < 0 ? bytes.length + at : at
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
  return bytes
}

/** A header of which base64 would have padding, with it. */
function paddedHead({ header }: Signing): string {
  for (let pad = ''; ; pad += 'x') {
    const text = Buffer.from(JSON.stringify({ ...header, pad })).toString('base64')
    if (text.endsWith('=')) return text.replaceAll('+', '-').replaceAll('/', '_')
  }
}

/** How much a header grows until its last character has bits to spare. */
function idleSize({ header }: Signing): number {
  return (
    [0, 1, 2].find((size) => encode({ ...header, pad: 'x'.repeat(size) }).length % 4 !== 0) ?? 0
  )
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same bytes, written otherwise; the same text where every bit says something. */
function withIdleBits(part: string): string {
  if (part.length % 4 === 0) return part
  return part.slice(0, -1) + ALPHABET[ALPHABET.indexOf(part.slice(-1)) ^ 1]
}

function spki(key: Signing['key'], format: 'pem' | 'der'): Buffer {
  const half = createPublicKey(key)
  return Buffer.from(
    format === 'pem'
      ? half.export({ type: 'spki', format: 'pem' })
      : half.export({ type: 'spki', format: 'der' }),
  )
}

function firstNumber(key: Signing['key']): string {
  const { n, x } = publicJwkOf(key)
  return String(n ?? x)
}
