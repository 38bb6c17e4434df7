/**
 * @module Vectors in the classes of Wycheproof's for JSON Web Keys (https://github.com/C2SP/wycheproof,
 * json_web_key_test.json), made here with keys of this run: pasted, where they must be sound to be taken, and published, where
 * a signature is verified with them.
 */

import { createPublicKey, verify } from 'node:crypto'
import { importKey, KeyError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { nodePrimeTest } from '../packages/core/test/keys/pool.ts'
import { tellProof } from './proof.ts'
import { type KeyVector, keyVectors } from './vectors/key-vectors.ts'
import { hashOf, type VerifiedAlg } from './vectors/signing.ts'
import { assertions, idTokens, type Verifier } from './vectors/verifiers.ts'

const vectors = keyVectors()
const verifiers: Readonly<Record<string, (alg: VerifiedAlg, keys?: unknown) => Promise<Verifier>>> =
  { 'a client of the emulator': assertions, 'a provider at a sign-in': idTokens }

// What Okta's token endpoint makes of these is not written down; that a client's own key set has them deceives nobody else.
const unwritten: ReadonlySet<string> = new Set([
  'a key for encryption (key_ops)',
  'an algorithm that there is none of',
  'an algorithm of another curve',
  'an algorithm of another kind of key',
  'an algorithm with a secret',
  'RSA of 1024 bits',
])

const pasted = vectors.filter(({ pasted }) => pasted !== undefined)
test.each(pasted)('pasted: $name', async (vector) => {
  const { text = '', result } = vector.pasted ?? {}
  const isTaken = await isSound(text)
  const isWrong = result !== 'either' && isTaken !== (result === 'valid')
  tellProof('pasted', { cases: 1, wrong: { wrong: Number(isWrong) } })
  expect({ isTaken, isWrong }).toEqual({ isTaken, isWrong: false })
})

describe.each(Object.entries(verifiers))('published by %s', (name, start) => {
  test.each(vectors.filter(({ published }) => published !== undefined))('$name', async (vector) => {
    const isTaken = await isVerified(vector, start)
    const { result } = vector.published ?? {}
    const isExcused = name === 'a client of the emulator' && unwritten.has(vector.name)
    const isWrong = result !== 'either' && isTaken !== (result === 'valid') && !isExcused
    tellProof(`published by ${name}`, { cases: 1, wrong: { wrong: Number(isWrong) } })
    expect({ isTaken, isWrong }).toEqual({ isTaken, isWrong: false })
  })
})

test('there are as many as Wycheproof has, and more', () => {
  expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length)
  expect(vectors.length).toBeGreaterThanOrEqual(26)
})

async function isVerified(
  vector: KeyVector,
  start: (alg: VerifiedAlg, keys?: unknown) => Promise<Verifier>,
): Promise<boolean> {
  const verifier = await start(vector.alg as VerifiedAlg, vector.published?.keys)
  return verifier.takes(vector.signWith(await verifier.signing()))
}

/** Whether a key is taken. One that is must sign what its public half verifies. */
async function isSound(text: string): Promise<boolean> {
  try {
    const key = await importKey(text, { isProbablePrime: nodePrimeTest })
    const data = Buffer.from('what is signed')
    const signature = await key.sign(new Uint8Array(data))
    const half = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' })
    const how = { key: half, dsaEncoding: 'ieee-p1363' } as const
    expect(verify(hashOf(key.alg), data, how, signature)).toBe(true)
    return true
  } catch (error) {
    if (error instanceof KeyError) return false
    throw error
  }
}
