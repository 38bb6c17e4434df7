/** @module The ROCA fingerprint: moduli from one vendor's chips, which can be factored. */

import { primesUpTo } from './primes.ts'

// The vulnerable primes are k * M + (65537^a mod M), M the product of the first primes. The smallest such M, that of
// 512-bit keys, ends at 167, so every larger modulus shows the fingerprint modulo these primes too.
const LARGEST_PRIME = 167
const GENERATOR = 65537n

/** For each small odd prime, the residues that the powers of 65537 reach: computed on first use. */
let reachable: readonly (readonly [prime: bigint, residues: ReadonlySet<bigint>])[] | undefined

/**
 * Whether a modulus is a power of 65537 modulo every small prime, which only the vulnerable generator brings about
 * (another modulus does with a probability near 2^-28).
 *
 * @see CVE-2017-15361
 * @see Nemec, Sys, Svenda, Klinec, Matyas, "The Return of Coppersmith's Attack", ACM CCS 2017, section 2.2
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  reachable ??= primesUpTo(LARGEST_PRIME)
    .slice(1)
    .map((prime) => [prime, powersOfGenerator(prime)] as const)
  return reachable.every(([prime, residues]) => residues.has(modulus % prime))
}

function powersOfGenerator(prime: bigint): ReadonlySet<bigint> {
  const residues = new Set<bigint>()
  for (let power = 1n; !residues.has(power); power = (power * GENERATOR) % prime) {
    residues.add(power)
  }
  return residues
}
