/** @module Vectors of ECDSA signatures: numbers at the edges of what they may be, and encodings that are others. */

import { sign as signBytes } from 'node:crypto'
import {
  bytesOf,
  hashOf,
  numberOf,
  type SignatureVector,
  type Signing,
  signatureOf,
  signedPart,
  signUntil,
  withSignature,
} from './signing.ts'

/** SEC 2, sections 2.4 to 2.6: the prime of each curve, the order of its group, and how many bytes a number takes. */
const curves = {
  ES256: {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    size: 32,
  },
  ES384: {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    size: 48,
  },
  ES512: {
    p: (1n << 521n) - 1n,
    // Thirteen bits short of 66 bytes, as the prime is.
    n: (1n << 521n) - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
    size: 66,
  },
} as const

interface Numbers {
  readonly r: bigint
  readonly s: bigint
  readonly n: bigint
  readonly p: bigint
  readonly size: number
}

/** Numbers that are refused in the place of either of the two. */
const edges: Readonly<Record<string, (numbers: Numbers) => bigint>> = {
  zero: () => 0n,
  one: () => 1n,
  'the order': ({ n }) => n,
  'one less than the order': ({ n }) => n - 1n,
  'one more than the order': ({ n }) => n + 1n,
  'the prime': ({ p }) => p,
  'as much as fits': ({ size }) => (1n << BigInt(8 * size)) - 1n,
}

/** Other pairs of the right numbers. */
const pairs: Readonly<Record<string, (numbers: Numbers) => readonly [bigint, bigint]>> = {
  'in each other’s place': ({ r, s }) => [s, r],
  'r twice': ({ r }) => [r, r],
  's twice': ({ s }) => [s, s],
  'r below the order': ({ r, s, n }) => [n - r, s],
  'r and the order': ({ r, s, n }) => [r + n, s],
  's and the order': ({ r, s, n }) => [r, s + n],
  'r and a power of two': ({ r, s, size }) => [r + (1n << BigInt(8 * size)), s],
  's and a power of two': ({ r, s, size }) => [r, s + (1n << BigInt(8 * size))],
  'one more than r': ({ r, s }) => [r + 1n, s],
  'one less than s': ({ r, s }) => [r, s - 1n],
}

/** Other encodings of the right numbers. */
const encodings: Readonly<Record<string, (signing: Signing, numbers: Numbers) => Buffer>> = {
  'as DER': (signing) => derOf(signing),
  'as DER, cut to the right length': (signing, { size }) => derOf(signing).subarray(0, 2 * size),
  'each with a zero before it': (_s, { r, s, size }) => pair(r, s, size + 1),
  'each with a zero after it': (_s, { r, s, size }) =>
    Buffer.concat([bytesOf(r, size), Buffer.of(0), bytesOf(s, size), Buffer.of(0)]),
  'each of 512 bytes': (_s, { r, s }) => pair(r, s, 512),
  'r alone': (_s, { r, size }) => bytesOf(r, size),
  's alone': (_s, { s, size }) => bytesOf(s, size),
  'in little-endian': (_s, { r, s, size }) =>
    Buffer.concat([bytesOf(r, size).reverse(), bytesOf(s, size).reverse()]),
  'as two texts': (_s, { r, s }) => Buffer.from(`${r},${s}`),
}

/** Every vector of ECDSA alone. */
export const ecVectors: readonly SignatureVector[] = [
  {
    name: 's in the upper half of the order',
    result: 'valid',
    make: (signing) => {
      const { r, s, n, size } = numbersOf(signing)
      return withSignature(signing, pair(r, s > n / 2n ? s : n - s, size))
    },
  },
  {
    name: 's in the lower half of the order',
    result: 'valid',
    make: (signing) => {
      const { r, s, n, size } = numbersOf(signing)
      return withSignature(signing, pair(r, s > n / 2n ? n - s : s, size))
    },
  },
  ...(['r', 's'] as const).map(
    (which): SignatureVector => ({
      name: `${which} begins with a zero`,
      result: 'valid',
      make: (signing) => {
        const { signed, signature } = beginningWithZero(signing, which)
        return `${signed}.${signature.toString('base64url')}`
      },
    }),
  ),
  ...(['r', 's'] as const).map(
    (which): SignatureVector => ({
      name: `${which} without the zero that it begins with`,
      result: 'invalid',
      make: (signing) => {
        const { signed, signature, at } = beginningWithZero(signing, which)
        const short = Buffer.concat([signature.subarray(0, at), signature.subarray(at + 1)])
        return `${signed}.${short.toString('base64url')}`
      },
    }),
  ),
  ...Object.entries(edges).flatMap(([first, r]) =>
    Object.entries(edges).map(
      ([second, s]): SignatureVector => ({
        name: `r is ${first}, s is ${second}`,
        result: 'invalid',
        make: (signing) => {
          const numbers = numbersOf(signing)
          return withSignature(signing, pair(r(numbers), s(numbers), numbers.size))
        },
      }),
    ),
  ),
  ...Object.entries(pairs).map(
    ([name, change]): SignatureVector => ({
      name,
      result: 'invalid',
      make: (signing) => {
        const numbers = numbersOf(signing)
        return withSignature(signing, pair(...change(numbers), numbers.size))
      },
    }),
  ),
  ...Object.entries(encodings).map(
    ([name, change]): SignatureVector => ({
      name,
      result: 'invalid',
      make: (signing) => withSignature(signing, change(signing, numbersOf(signing))),
    }),
  ),
]

function numbersOf(signing: Signing): Numbers {
  const curve = curveOf(signing)
  const signature = signatureOf(signedPart(signing), signing)
  const [r, s] = [signature.subarray(0, curve.size), signature.subarray(curve.size)]
  return { ...curve, r: numberOf(r), s: numberOf(s) }
}

function curveOf({ alg }: Signing): (typeof curves)[keyof typeof curves] {
  if (alg.startsWith('RS')) throw new Error(`${alg} has no curve.`)
  return curves[alg as keyof typeof curves]
}

function pair(r: bigint, s: bigint, size: number): Buffer {
  return Buffer.concat([bytesOf(r, size), bytesOf(s, size)])
}

// A number of P-521 has seven bits that are always zero, so its first byte is zero in every other signature.
function beginningWithZero(signing: Signing, which: 'r' | 's') {
  const at = which === 'r' ? 0 : curveOf(signing).size
  return { ...signUntil(signing, (signature) => signature[at] === 0), at }
}

function derOf(signing: Signing): Buffer {
  const { alg, key } = signing
  return signBytes(hashOf(alg), Buffer.from(signedPart(signing)), { key, dsaEncoding: 'der' })
}
