/** @module The three curves Okta accepts: their sizes, which points lie on them, and the public point of a private number. */

import { inverse, mod } from './integers.ts'
import type { Curve, EcPoint } from './parts.ts'

/** The numbers of a short Weierstrass curve y^2 = x^3 - 3x + b over the field of p, with a generator of prime order n. */
interface CurveNumbers {
  readonly p: bigint
  readonly b: bigint
  readonly n: bigint
  readonly generator: EcPoint
  readonly bytes: number
}

// FIPS 186-4, appendix D.1.2; the primes as NIST writes them.
const CURVES: Readonly<Record<Curve, CurveNumbers>> = {
  'P-256': {
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    generator: {
      x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    },
    bytes: 32,
  },
  'P-384': {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    generator: {
      x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    },
    bytes: 48,
  },
  'P-521': {
    p: 2n ** 521n - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    n: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    generator: {
      x: 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
      y: 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
    },
    bytes: 66,
  },
}

/** How many bytes a coordinate or a private number of this curve has: 32, 48 or 66. */
export function curveBytes(crv: Curve): number {
  return CURVES[crv].bytes
}

/** Whether d can be a private number of the curve: from 1 to its order - 1. */
export function isPrivateNumber(crv: Curve, d: bigint): boolean {
  return d >= 1n && d < CURVES[crv].n
}

/** Whether a point lies on the curve. The point at infinity has no coordinates, so it never comes here. */
export function isOnCurve(crv: Curve, { x, y }: EcPoint): boolean {
  const { p, b } = CURVES[crv]
  if (x >= p || y >= p) return false
  return mod(y * y - (x * x * x - 3n * x + b), p) === 0n
}

/** The public point d * G. Not in constant time: used once, at import, for a key that lacks its public half. */
export function publicPoint(crv: Curve, d: bigint): EcPoint {
  const { p, generator } = CURVES[crv]
  let sum: JacobianPoint = { x: 1n, y: 1n, z: 0n }
  for (const bit of d.toString(2)) {
    sum = double(sum, p)
    if (bit === '1') sum = addAffine(sum, generator, p)
  }
  const zInverse = inverse(sum.z, p) ?? 0n
  const zInverseSquared = mod(zInverse * zInverse, p)
  return { x: mod(sum.x * zInverseSquared, p), y: mod(sum.y * zInverseSquared * zInverse, p) }
}

/** A point as (x / z^2, y / z^3); z = 0 is the point at infinity. */
interface JacobianPoint {
  readonly x: bigint
  readonly y: bigint
  readonly z: bigint
}

/** "dbl-2001-b" for a = -3, from the Explicit-Formulas Database. */
function double({ x, y, z }: JacobianPoint, p: bigint): JacobianPoint {
  const delta = mod(z * z, p)
  const gamma = mod(y * y, p)
  const beta = mod(x * gamma, p)
  const alpha = mod(3n * (x - delta) * (x + delta), p)
  const x3 = mod(alpha * alpha - 8n * beta, p)
  return {
    x: x3,
    y: mod(alpha * (4n * beta - x3) - 8n * gamma * gamma, p),
    z: mod((y + z) ** 2n - gamma - delta, p),
  }
}

/**
 * "madd" with z2 = 1, from the Explicit-Formulas Database. The two are never the same point or opposites here: `sum`
 * is an even multiple of the generator from 2 to n - 1, or infinity.
 */
function addAffine(sum: JacobianPoint, point: EcPoint, p: bigint): JacobianPoint {
  if (sum.z === 0n) return { ...point, z: 1n }
  const zSquared = mod(sum.z * sum.z, p)
  const h = mod(point.x * zSquared - sum.x, p)
  const r = mod(point.y * zSquared * sum.z - sum.y, p)
  const hSquared = mod(h * h, p)
  const hCubed = mod(hSquared * h, p)
  const v = mod(sum.x * hSquared, p)
  const x3 = mod(r * r - hCubed - 2n * v, p)
  return { x: x3, y: mod(r * (v - x3) - sum.y * hCubed, p), z: mod(sum.z * h, p) }
}
