/** @module Whether a number is prime: the hook for a fast test, and the test that works everywhere. */

import { createPause, integerOfBytes, modPow, randomInteger } from './integers.ts'

/**
 * Whether a number is prime, with an error below 2^-128 for numbers chosen by an adversary.
 *
 * The number comes as big-endian bytes without leading zeros. Node's `crypto.checkPrime` fits and runs on its thread pool.
 */
export type PrimeTest = (candidate: Uint8Array<ArrayBuffer>) => Promise<boolean>

// Each round with a random base passes a composite with probability 1/4 at most: 4^-64 = 2^-128.
const ROUNDS = 64
const LARGEST_DIVISOR = 1000

// Computed on first use: a runtime with a test of its own has none for it, and would wait for them at its start.
let smallPrimes: readonly bigint[] | undefined

/**
 * The default {@link PrimeTest}: trial division, then 64 rounds of Miller-Rabin with random bases in BigInt arithmetic.
 *
 * Gives way to the event loop every few milliseconds. About 0.3 s for 1024 bits and 1.7 s for 2048 on one core.
 *
 * @see FIPS 186-5, appendix B.3.1 - Miller-Rabin probabilistic primality test
 */
export const isProbablePrime: PrimeTest = async (candidate) => {
  const n = integerOfBytes(candidate)
  if (n < 2n) return false
  smallPrimes ??= primesUpTo(LARGEST_DIVISOR)
  for (const prime of smallPrimes) {
    if (n % prime === 0n) return n === prime
  }
  const pause = createPause()
  let twos = 0n
  while (((n - 1n) >> twos) % 2n === 0n) twos += 1n
  const odd = (n - 1n) >> twos
  for (let round = 0; round < ROUNDS; round++) {
    const base = randomInteger(2n, n - 2n)
    if (!isPassed(await modPow(base, odd, n, pause), twos, n)) return false
    await pause()
  }
  return true
}

/** The primes up to and including `limit`. */
export function primesUpTo(limit: number): readonly bigint[] {
  const primes: bigint[] = []
  for (let n = 2n; n <= limit; n++) {
    const divisor = primes.find((prime) => prime * prime > n || n % prime === 0n)
    if (divisor === undefined || n % divisor !== 0n) primes.push(n)
  }
  return primes
}

function isPassed(power: bigint, twos: bigint, n: bigint): boolean {
  if (power === 1n) return true
  let square = power
  for (let at = 0n; at < twos; at++) {
    if (square === n - 1n) return true
    square = (square * square) % n
  }
  return false
}
