/**
 * @module Vectors in the classes of Wycheproof's for JSON Web Signatures (https://github.com/C2SP/wycheproof,
 * json_web_signature_test.json), made here with keys of this run, before everything that verifies a signature: assertions and
 * proofs at the emulator, over HTTP, and ID tokens at a sign-in.
 */

import { describe, expect, test } from 'vitest'
import { casesOf, PROOF_TIMEOUT_MS, tellProof } from './proof.ts'
import { signatureVectors } from './vectors/signature-vectors.ts'
import { type SignatureVector, type VerifiedAlg, verifiedAlgs } from './vectors/signing.ts'
import { assertions, idTokens, proofs, type Verifier } from './vectors/verifiers.ts'

// In `npm test` one algorithm of each kind.
const algs = casesOf(2) > 2 ? verifiedAlgs : (['RS256', 'ES256'] as const)

const verifiers: Readonly<Record<string, (alg: VerifiedAlg) => Promise<Verifier>>> = {
  'assertions at the emulator': assertions,
  'proofs at the emulator': proofs,
  'ID tokens at a sign-in': idTokens,
}

/** What a verifier takes beyond what the vector says, and why nobody is deceived by that. */
const known: Readonly<Record<string, readonly string[]>> = {
  'assertions at the emulator': [],
  // The key of a proof is the one that its header brings: that is what a proof is (RFC 9449, section 4.2).
  'proofs at the emulator': ['by the key that the header brings'],
  'ID tokens at a sign-in': [],
}

describe.each(Object.entries(verifiers))('%s', (name, start) => {
  test.each(algs)(
    'are taken where the signature of %s is good, and refused in every other case',
    { timeout: PROOF_TIMEOUT_MS },
    async (alg) => {
      const verifier = await start(alg)
      const vectors = signatureVectors(alg)
      const taken: string[] = []
      const refused: string[] = []
      let played = 0
      for (const vector of vectors) {
        const text = vector.make(await verifier.signing())
        if (name.startsWith('proofs') && !isHeaderValue(text)) continue
        played += 1
        const isTaken = await verifier.takes(text)
        if (isTaken && isBad(vector, known[name])) taken.push(vector.name)
        if (!isTaken && vector.result === 'valid') refused.push(vector.name)
      }
      const wrong = { 'taken though bad': taken.length, 'refused though good': refused.length }
      tellProof(`${name}, ${alg}`, { cases: played, wrong })
      expect({ taken, refused }).toEqual({ taken: [], refused: [] })
      expect(played).toBeGreaterThan(120)
    },
  )
})

function isBad({ name, result }: SignatureVector, exceptions: readonly string[] = []): boolean {
  return result === 'invalid' && !exceptions.includes(name)
}

// A line of HTTP carries neither line breaks nor what stands at its ends.
function isHeaderValue(text: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)
}
