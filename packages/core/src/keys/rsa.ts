/** @module Whether the numbers of an RSA key belong together and resist the known ways to factor them. */

import {
  bitLength,
  bytesOfInteger,
  createPause,
  gcd,
  inverse,
  mod,
  modPow,
  randomInteger,
  squareRoot,
} from './integers.ts'
import type { Crt, RsaParts, SoundRsa } from './parts.ts'
import type { PrimeTest } from './primes.ts'
import { refuse } from './refusals.ts'
import { hasRocaFingerprint } from './roca.ts'

const MIN_BITS = 2048
const MAX_BITS = 4096
const MIN_EXPONENT = 65537n
const MAX_EXPONENT_BITS = 256

/**
 * The key with all its CRT numbers, computed where there are none.
 *
 * Sizes are judged before any long arithmetic; each prime goes through `isProbablePrime` once.
 *
 * @throws {KeyError} `key_too_small`, `key_too_large`, `key_modulus_invalid`, `key_exponent_invalid`, `key_weak_roca`,
 * `key_weak_primes`, `key_parts_inconsistent`
 * @see FIPS 186-5, section 5.1 and appendix A.1 - modulus, exponents and the distance of the primes
 * @see NIST SP 800-56B rev. 2, section 6.4.1 - validation of RSA key pairs
 */
export async function validateRsa(parts: RsaParts, isProbablePrime: PrimeTest): Promise<SoundRsa> {
  requireSoundPublicHalf(parts)
  const { n, e, d } = parts
  if (d <= 1n || d >= n) inconsistent('d', 'The private exponent d is not between 1 and n.')
  const crt = parts.crt ?? (await recoverCrt(parts))
  requireDistantPrimes(n, crt)
  const primes = await Promise.all([
    isProbablePrime(bytesOfInteger(crt.p)),
    isProbablePrime(bytesOfInteger(crt.q)),
  ])
  if (primes.includes(false)) {
    refuse('key_modulus_invalid', 'A factor of the modulus is not a prime number.')
  }
  const { p, q, dp, dq, qi } = crt
  const lambda = ((p - 1n) * (q - 1n)) / gcd(p - 1n, q - 1n)
  if ((e * d) % lambda !== 1n) inconsistent('d', 'The private exponent d does not fit n and e.')
  if (dp !== d % (p - 1n)) inconsistent('dp', 'The number dp does not fit d and p.')
  if (dq !== d % (q - 1n)) inconsistent('dq', 'The number dq does not fit d and q.')
  if (qi >= p || (qi * q) % p !== 1n) inconsistent('qi', 'The number qi does not fit p and q.')
  return { ...parts, crt }
}

function requireSoundPublicHalf({ n, e }: RsaParts): void {
  const bits = bitLength(n)
  if (bits < MIN_BITS) {
    refuse('key_too_small', `The RSA key has ${bits} bits; at least ${MIN_BITS} are needed.`, {
      bits,
    })
  }
  if (bits > MAX_BITS) {
    refuse('key_too_large', `The RSA key has ${bits} bits; at most ${MAX_BITS} are taken.`, {
      bits,
    })
  }
  if (n % 2n === 0n) refuse('key_modulus_invalid', 'The modulus is an even number.')
  const exponentBits = bitLength(e)
  if (e < MIN_EXPONENT || e % 2n === 0n || exponentBits > MAX_EXPONENT_BITS) {
    refuse('key_exponent_invalid', `The public exponent is ${describeExponent(e, exponentBits)}.`)
  }
  if (hasRocaFingerprint(n)) {
    refuse('key_weak_roca', 'The modulus carries the ROCA fingerprint (CVE-2017-15361).')
  }
}

function describeExponent(e: bigint, bits: number): string {
  return e < MIN_EXPONENT ? `${e}` : `${e % 2n === 0n ? 'an even' : 'a'} number of ${bits} bits`
}

function requireDistantPrimes(n: bigint, { p, q }: Crt): void {
  if (p >= n || q >= n || p * q !== n) {
    inconsistent('p, q', 'The product of p and q is not the modulus n.')
  }
  const halfBits = Math.floor(bitLength(n) / 2)
  const distance = p > q ? p - q : q - p
  if (distance <= 1n << BigInt(halfBits - 100)) {
    refuse(
      'key_weak_primes',
      distance === 0n ? 'The two primes are equal.' : 'The two primes are too close to each other.',
    )
  }
  // A short prime is found by elliptic-curve factoring however long the other one is.
  const shorterBits = Math.min(bitLength(p), bitLength(q))
  if (shorterBits < halfBits - 100) {
    refuse('key_weak_primes', `One of the two primes has only ${shorterBits} bits.`)
  }
}

// A number with two odd prime factors survives each try with probability 1/2 at most.
const FACTORING_TRIES = 24

/**
 * The CRT numbers of a key that has only n, e and d.
 *
 * No try would find a factor of a square or a prime, and all of them take seconds, so both are refused before.
 *
 * @see NIST SP 800-56B rev. 2, appendix C.1 - probabilistic recovery of the prime factors
 */
async function recoverCrt({ n, e, d }: RsaParts): Promise<Crt> {
  if (squareRoot(n) ** 2n === n) refuse('key_weak_primes', 'The two primes are equal.')
  const pause = createPause()
  let odd = e * d - 1n
  // A d that fits a prime n fits e modulo n - 1, and one that fits two primes never does. Any other d of a prime n fails
  // a try. The prime test would say the same, but Node's takes 1.5 s for a prime of 4096 bits.
  if (odd % (n - 1n) === 0n) refuse('key_modulus_invalid', 'The modulus is itself a prime number.')
  let halvings = 0
  for (; odd % 2n === 0n; odd /= 2n) halvings += 1
  for (let attempt = 0; attempt < FACTORING_TRIES; attempt++) {
    let root = await modPow(randomInteger(2n, n - 2n), odd, n, pause)
    let square = root
    for (let at = 0; at < halvings && square !== 1n; at++) {
      root = square
      square = (root * root) % n
    }
    if (square !== 1n) inconsistent('d', 'The private exponent d does not fit n and e.')
    const factor = gcd(root - 1n, n)
    if (factor > 1n && factor < n) return computeCrt(factor, n / factor, d)
  }
  refuse('key_modulus_invalid', 'The modulus is not a product of two different primes.')
}

function computeCrt(one: bigint, other: bigint, d: bigint): Crt {
  const [p, q] = one > other ? [one, other] : [other, one]
  return { p, q, dp: mod(d, p - 1n), dq: mod(d, q - 1n), qi: inverse(q, p) ?? 0n }
}

function inconsistent(detail: string, observed: string): never {
  refuse('key_parts_inconsistent', observed, { detail })
}
