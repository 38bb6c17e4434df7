/** @module Vectors of RSA signatures: blocks that unpack to nearly, and not quite, the right padding (RFC 8017, section 9.2). */

import { constants, createHash, sign as signBytes } from 'node:crypto'
import {
  bytesOf,
  hashOf,
  modulusOf,
  numberOf,
  rsaOf,
  type SignatureVector,
  type Signing,
  signatureOf,
  signedPart,
  signUntil,
  withSignature,
} from './signing.ts'

// RFC 8017, appendix B.1: the last byte of each hash's name.
const OID_ENDS: Readonly<Record<string, number>> = { sha256: 1, sha384: 2, sha512: 3 }
const SHA1 = Buffer.from('2b0e03021a', 'hex')
const NULL = Buffer.of(0x05, 0x00)

/** Everything that a block is made of. */
interface Block {
  readonly start: Uint8Array
  readonly padding: (length: number) => Uint8Array
  readonly end: Uint8Array
  readonly info: Uint8Array
  /** Comes after all of it. */
  readonly rest: Uint8Array
}

type Change = (hash: Buffer, signing: Signing) => Partial<Block>

const changes: Readonly<Record<string, Change>> = {
  'block type 0': () => ({ start: Buffer.of(0, 0) }),
  'block type 2': () => ({
    start: Buffer.of(0, 2),
    padding: (length) => Buffer.alloc(length, 0x5a),
  }),
  'a first byte that is not zero': () => ({ start: Buffer.of(1, 1) }),
  'zeros as padding': () => ({ padding: (length) => Buffer.alloc(length) }),
  'no zero after the padding': () => ({ end: Buffer.of(0xff) }),
  'two zeros after the padding': () => ({ end: Buffer.of(0, 0) }),
  'a padding whose first byte is another': () => ({ padding: padded(0) }),
  'a padding whose middle is another': () => ({ padding: padded(20) }),
  'a padding whose last byte is another': () => ({ padding: padded(-1) }),
  'a short padding, and zeros after the hash': (hash, s) => tailed(hash, s, 8, 0),
  'a short padding, and ones after the hash': (hash, s) => tailed(hash, s, 8, 0xff),
  'no padding, and zeros after the hash': (hash, s) => tailed(hash, s, 0, 0),
  'a byte after the hash': () => ({ rest: Buffer.of(0) }),
  'the hash alone': (hash) => ({ info: hash }),
  'the hash as an octet string': (hash) => ({ info: tlv(0x04, hash) }),
  'nothing at all': () => ({ info: Buffer.of() }),
  'no NULL': (hash, s) => ({ info: digestInfo(hash, [oid(s)]) }),
  'a NULL with content': (hash, s) => ({ info: digestInfo(hash, [oid(s), tlv(0x05, [0])]) }),
  'two NULLs': (hash, s) => ({ info: digestInfo(hash, [oid(s), NULL, NULL]) }),
  'an integer in the place of NULL': (hash, s) => ({
    info: digestInfo(hash, [oid(s), tlv(0x02, [0])]),
  }),
  'NULL before the name': (hash, s) => ({ info: digestInfo(hash, [NULL, oid(s)]) }),
  'bytes within the parameters': (hash, s) => ({
    info: digestInfo(hash, [oid(s), tlv(0x04, Buffer.alloc(20, 7))]),
  }),
  'the name of SHA-1': (hash) => ({ info: digestInfo(hash, [tlv(0x06, SHA1), NULL]) }),
  'the name of another hash': (hash, { alg }) => ({
    info: digestInfo(hash, [sha2(alg === 'RS256' ? 2 : 1), NULL]),
  }),
  'a name with a bit changed': (hash) => ({ info: digestInfo(hash, [sha2(0x41), NULL]) }),
  'no name': (hash) => ({ info: digestInfo(hash, [NULL]) }),
  'lengths in their long form': (hash, s) => {
    const inner = [tlv(0x30, oid(s), NULL), tlv(0x04, hash)].flatMap((part) => [...part])
    return { info: Buffer.from([0x30, 0x81, inner.length, ...inner]) }
  },
  'a length that is left open': (hash, s) => {
    const inner = [tlv(0x30, oid(s), NULL), tlv(0x04, hash)].flatMap((part) => [...part])
    return { info: Buffer.from([0x30, 0x80, ...inner, 0, 0]) }
  },
  'a set in the place of the sequence': (hash, s) => ({
    info: tlv(0x31, tlv(0x30, oid(s), NULL), tlv(0x04, hash)),
  }),
  'a bit string in the place of the octets': (hash, s) => ({
    info: tlv(0x30, tlv(0x30, oid(s), NULL), tlv(0x03, [0], hash)),
  }),
  'something more in the sequence': (hash, s) => ({
    info: tlv(0x30, tlv(0x30, oid(s), NULL), tlv(0x04, hash), NULL),
  }),
  'a hash without its last byte': (hash, s) => ({
    info: digestInfo(hash.subarray(0, -1), [oid(s), NULL]),
  }),
  'a hash with a byte more': (hash, s) => ({
    info: digestInfo(Buffer.concat([hash, Buffer.of(0)]), [oid(s), NULL]),
  }),
  'a hash of no bytes': (_hash, s) => ({ info: digestInfo(Buffer.of(), [oid(s), NULL]) }),
  'a hash of zeros': (hash, s) => ({
    info: digestInfo(Buffer.alloc(hash.length), [oid(s), NULL]),
  }),
  'the hash of the hash': (hash, s) => ({
    info: digestInfo(createHash(hashOf(s.alg)).update(hash).digest(), [oid(s), NULL]),
  }),
}

/** Signatures that are numbers of their own, and blocks of none. */
const numbers: Readonly<Record<string, (n: bigint, signature: bigint) => bigint>> = {
  zero: () => 0n,
  one: () => 1n,
  'the modulus': (n) => n,
  'one less than the modulus': (n) => n - 1n,
  'one more than the modulus': (n) => n + 1n,
  'the signature below the modulus': (n, signature) => n - signature,
  'the signature and the modulus': (n, signature) => n + signature,
  'the signature and a power of two': (_n, signature) => signature + (1n << 2_048n),
}

/** Every vector of RSA alone. */
export const rsaVectors: readonly SignatureVector[] = [
  {
    name: 'a block made by hand',
    result: 'valid',
    make: (signing) => withSignature(signing, blockOf(signing, {})),
  },
  ...Object.entries(changes).map(
    ([name, change]): SignatureVector => ({
      name: `in the block: ${name}`,
      result: 'invalid',
      make: (s) => withSignature(s, blockOf(s, change(digestOf(s), s))),
    }),
  ),
  ...Object.entries(numbers).map(
    ([name, change]): SignatureVector => ({
      name: `the number ${name}`,
      result: 'invalid',
      make: (s) => {
        const right = numberOf(signatureOf(signedPart(s), s))
        return withSignature(s, bytesOf(change(modulusOf(s.key), right), sizeOf(s)))
      },
    }),
  ),
  ...[0, 20, 'auto' as const].map(
    (salt): SignatureVector => ({
      name: `PSS with a salt of ${salt}`,
      result: 'invalid',
      make: (s) => withSignature(s, pssOf(s, salt)),
    }),
  ),
  {
    name: 'a signature that begins with a zero',
    result: 'valid',
    make: (s) => {
      const { signed, signature } = signUntil(s, ([first]) => first === 0)
      return `${signed}.${signature.toString('base64url')}`
    },
  },
  {
    name: 'a signature without the zero that it begins with',
    result: 'invalid',
    make: (s) => {
      const { signed, signature } = signUntil(s, ([first]) => first === 0)
      return `${signed}.${signature.subarray(1).toString('base64url')}`
    },
  },
]

/** The block that a signature unpacks to: with an exponent of 1, the signature itself. */
export function plainBlock(signing: Signing, changed: Partial<Block> = {}): Buffer {
  const block: Block = {
    start: Buffer.of(0, 1),
    padding: (length) => Buffer.alloc(length, 0xff),
    end: Buffer.of(0),
    info: digestInfo(digestOf(signing), [oid(signing), NULL]),
    rest: Buffer.of(),
    ...changed,
  }
  const { start, padding, end, info, rest } = block
  const size = sizeOf(signing)
  const length = size - start.length - end.length - info.length - rest.length
  return Buffer.concat([start, padding(length), end, info, rest])
}

// A block above the modulus has no signature: the closest that has one is as wrong as it.
function blockOf(signing: Signing, changed: Partial<Block>): Buffer {
  const block = plainBlock(signing, changed)
  const n = modulusOf(signing.key)
  return rsaOf(bytesOf(numberOf(block) % n, block.length), signing.key)
}

function tailed(hash: Buffer, signing: Signing, length: number, filler: number): Partial<Block> {
  const info = digestInfo(hash, [oid(signing), NULL])
  const rest = Buffer.alloc(sizeOf(signing) - 3 - length - info.length, filler)
  return { info, rest }
}

function padded(at: number): Block['padding'] {
  return (length) => {
    const bytes = Buffer.alloc(length, 0xff)
    bytes[at < 0 ? length + at : at] = 0xfe
    return bytes
  }
}

function digestInfo(hash: Uint8Array, algorithm: readonly Uint8Array[]): Buffer {
  return tlv(0x30, tlv(0x30, ...algorithm), tlv(0x04, hash))
}

function oid({ alg }: Signing): Buffer {
  return sha2(OID_ENDS[hashOf(alg)] ?? 0)
}

function sha2(end: number): Buffer {
  return tlv(0x06, Buffer.from('6086480165030402', 'hex'), [end])
}

function digestOf(signing: Signing): Buffer {
  return createHash(hashOf(signing.alg)).update(signedPart(signing)).digest()
}

function sizeOf({ key }: Signing): number {
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
}

function pssOf(signing: Signing, salt: number | 'auto'): Buffer {
  const { alg, key } = signing
  const saltLength = salt === 'auto' ? constants.RSA_PSS_SALTLEN_DIGEST : salt
  const how = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
  return signBytes(hashOf(alg), Buffer.from(signedPart(signing)), how)
}

function tlv(tag: number, ...contents: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)))
  if (content.length > 127) throw new Error('A length takes one byte here.')
  return Buffer.concat([Buffer.of(tag, content.length), content])
}
