import { getDiffieHellman } from 'node:crypto'
import { importKey, isProbablePrime } from '@postern/core'
import { describe, expect, test, vi } from 'vitest'
import {
  ecKey,
  highPrime,
  jwk,
  nodePrimeTest,
  pem,
  randomPrime,
  refusal,
  rsaJwkOf,
  rsaJwkOfOrder,
  rsaKey,
} from './pool.ts'

const bytesOf = (value: bigint) => {
  const hex = value.toString(16)
  return new Uint8Array(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'))
}

describe('the default prime test', () => {
  test('agrees with a sieve on every number up to 5,000', async () => {
    const composite = new Set<number>()
    for (let n = 2; n <= 5_000; n++) {
      expect([n, await isProbablePrime(bytesOf(BigInt(n)))]).toEqual([n, !composite.has(n)])
      if (!composite.has(n)) for (let at = 2 * n; at <= 5_000; at += n) composite.add(at)
    }
    expect(await isProbablePrime(bytesOf(0n))).toBe(false)
    expect(await isProbablePrime(bytesOf(1n))).toBe(false)
  })

  test.each([
    ['a Carmichael number without small factors', 1_011_241n * 3_033_721n * 2_022_481n],
    ['a strong pseudoprime to nine bases (OEIS A014233)', 3_825_123_056_546_413_051n],
    ['a strong pseudoprime to thirteen bases (OEIS A014233)', 3_317_044_064_679_887_385_961_981n],
    ['the product of two primes', randomPrime(512) * randomPrime(512)],
    ['the square of a prime', randomPrime(512) ** 2n],
  ])('refuses %s', async (_title, value) => {
    expect(await isProbablePrime(bytesOf(value))).toBe(false)
  })

  test.each([512, 1024])('accepts a prime of %d bits', async (bits) => {
    expect(await isProbablePrime(bytesOf(randomPrime(bits)))).toBe(true)
  })

  test('proves a whole key, and lets timers run meanwhile', async () => {
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 1)
    await importKey(pem(rsaKey()))
    clearInterval(timer)
    // 150 ms or more of arithmetic, and never more than a few milliseconds without a turn of the event loop.
    expect(ticks).toBeGreaterThan(5)
  })
})

describe('the prime test of the caller', () => {
  test('is asked about p and q, each once, and decides', async () => {
    const asked: string[] = []
    const isPrime = async (candidate: Uint8Array<ArrayBuffer>) => {
      asked.push(Buffer.from(candidate).toString('base64url'))
      return false
    }
    const input = JSON.stringify(jwk(rsaKey()))
    await expect(importKey(input, { isProbablePrime: isPrime })).rejects.toMatchObject({
      code: 'key_modulus_invalid',
    })
    expect(asked.toSorted()).toEqual([jwk(rsaKey()).p, jwk(rsaKey()).q].toSorted())
  })

  test('is not asked about a key whose size is refused', async () => {
    const refuseAll = () => Promise.reject(new Error('asked'))
    const input = JSON.stringify(rsaJwkOf(randomPrime(512), randomPrime(512)))
    await expect(importKey(input, { isProbablePrime: refuseAll })).rejects.toMatchObject({
      code: 'key_too_small',
    })
  })
})

describe('a modulus of 4096 bits that no try can factor, with e and d alone,', () => {
  // The primes of RFC 3526, which take no time to find.
  const prime = BigInt(`0x${getDiffieHellman('modp16').getPrime('hex')}`)
  const half = BigInt(`0x${getDiffieHellman('modp14').getPrime('hex')}`)

  test.each([
    ['a prime', 'key_modulus_invalid', rsaJwkOfOrder(prime, prime - 1n)],
    ['the square of a prime', 'key_weak_primes', rsaJwkOfOrder(half * half, half * (half - 1n))],
  ])('is refused within 100 ms: %s', async (_title, code, key) => {
    const before = process.cpuUsage()
    const error = await refusal(JSON.stringify(key))
    const { user, system } = process.cpuUsage(before)
    expect(error.code).toBe(code)
    expect((user + system) / 1_000).toBeLessThan(100)
  })

  test('is not taken for one where it is the product of two primes', async () => {
    const [p, q] = [highPrime(2048), highPrime(2048)]
    const { n, e, d, kty } = rsaJwkOf(p, q)
    const input = JSON.stringify({ kty, n, e, d })
    expect(await importKey(input, { isProbablePrime: nodePrimeTest })).toMatchObject({ kty: 'RSA' })
  })
})

describe('the public exponent', () => {
  test('may have 256 bits', async () => {
    const input = JSON.stringify(rsaJwkOf(highPrime(1025), highPrime(1025), randomPrime(256)))
    expect(await importKey(input, { isProbablePrime: nodePrimeTest })).toMatchObject({ kty: 'RSA' })
  })

  test('is refused by name where this runtime cannot verify with it', async () => {
    const input = JSON.stringify(rsaJwkOf(highPrime(1700), highPrime(1700), randomPrime(200)))
    await expect(importKey(input, { isProbablePrime: nodePrimeTest })).rejects.toMatchObject({
      code: 'key_exponent_invalid',
    })
  })
})

describe('the signature round trip', () => {
  // Node refuses halves that do not fit while it loads them; other runtimes notice only here.
  test('refuses a key whose signature does not verify with its public half', async () => {
    const verify = vi.spyOn(crypto.subtle, 'verify').mockResolvedValueOnce(false)
    await expect(importKey(pem(ecKey()))).rejects.toMatchObject({ code: 'key_parts_inconsistent' })
    expect(verify).toHaveBeenCalledOnce()
    verify.mockRestore()
  })
})
