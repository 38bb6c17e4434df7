/** @module Every vector of a signature, by the algorithm that it is made for. */

import { ecVectors } from './ec-vectors.ts'
import { formVectors } from './form-vectors.ts'
import { rsaVectors } from './rsa-vectors.ts'
import type { SignatureVector, VerifiedAlg } from './signing.ts'

/** The vectors of an algorithm, in the classes that Wycheproof has for JSON Web Signatures, and of RFC 7515 and RFC 8725. */
export function signatureVectors(alg: VerifiedAlg): readonly SignatureVector[] {
  return [...formVectors, ...(alg.startsWith('RS') ? rsaVectors : ecVectors)]
}
