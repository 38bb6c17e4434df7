/** @module From what a person pasted to a private key that is proven sound, or a refusal by name. */

import type { Secret } from '../secret.ts'
import { chooseAlg, requireSigningAlg } from './algorithms.ts'
import { validateEc } from './ec.ts'
import { decryptKey } from './encrypted.ts'
import { type FoundKey, findKey } from './find.ts'
import { type JwkKey, readJwk } from './jwk.ts'
import { validateKid } from './kid.ts'
import { isProbablePrime, type PrimeTest } from './primes.ts'
import { createPrivateKey, type PrivateKey } from './private-key.ts'
import { refuse } from './refusals.ts'
import { validateRsa } from './rsa.ts'
import type { SigningAlg } from './signer.ts'
import { type DerKey, labelOfForm, readDerKey } from './structure.ts'
import type { KeyWarningCode, KeyWarnings } from './warnings.ts'

/** Options of {@link importKey}. */
export interface ImportKeyOptions {
  /**
   * The kid that Okta shows. It wins over the JWK's own; of a JWKS it chooses the key. An empty text counts as none.
   */
  readonly kid?: string | undefined
  /** Refused where the JWK names another one. Default: the JWK's own, else RS256 or the curve's. */
  readonly alg?: SigningAlg | undefined
  /** Opens an encrypted PKCS#8 key. Ignored where the key is not encrypted. */
  readonly passphrase?: Secret | undefined
  /** The heavy part of validation, to run elsewhere: default {@link isProbablePrime}. */
  readonly isProbablePrime?: PrimeTest | undefined
}

/**
 * Imports the private key of a service app from what a person pasted: a JWK, a JWKS, PEM or DER.
 *
 * At most 64 KiB. Takes PKCS#8, PKCS#1 and SEC1, encrypted PKCS#8 (PBES2 with PBKDF2 and AES-CBC), and repairs what
 * forms, shells and mail do to text: escaped or lost line breaks, quotes, fences, base64 around it, JSON in a string.
 * Whatever was repaired is in `warnings`. RSA from 2048 to 4096 bits, EC on P-256, P-384 and P-521; the numbers of the
 * key are proven to belong together before it is used, which takes up to half a second of the prime test's time.
 *
 * @throws {KeyError} a code that names what is wrong; the error holds no part of the key
 * @see RFC 7517, RFC 7518, section 6 - JWK; RFC 7468, RFC 5958, RFC 8017, RFC 5915 - PEM and what is in it
 *
 * @example
 * const key = await importKey(pastedText, { kid: 'kid-from-okta' })
 */
export async function importKey(
  input: string | Uint8Array,
  options?: ImportKeyOptions,
): Promise<PrivateKey> {
  const warnings: KeyWarnings = new Set<KeyWarningCode>()
  const askedKid = options?.kid === '' ? undefined : options?.kid
  const found = findKey(input, { kid: askedKid, warnings })
  const askedAlg = options?.alg === undefined ? undefined : requireSigningAlg(options.alg)
  const kid = askedKid === undefined ? undefined : validateKid(askedKid)
  const key = await readFound(found, options?.passphrase, warnings)
  const alg = chooseAlg(key.parts, { asked: askedAlg, named: key.alg })
  const ownKid = kid ?? (key.kid ? validateKid(key.kid) : undefined)
  if (ownKid === undefined) warnings.add('kid_derived')
  const { parts } = key
  if (parts.kty === 'RSA' && parts.crt === undefined) warnings.add('key_crt_recomputed')
  const sound =
    parts.kty === 'RSA'
      ? await validateRsa(parts, options?.isProbablePrime ?? isProbablePrime)
      : validateEc(parts)
  return createPrivateKey(sound, { alg, kid: ownKid, warnings })
}

async function readFound(
  found: FoundKey,
  passphrase: Secret | undefined,
  warnings: KeyWarnings,
): Promise<JwkKey> {
  if (found.form === 'jwk') return readJwk(found.jwk, warnings)
  const key = readDerKey(found.der, { curve: found.curve })
  if (found.label !== undefined && found.label !== labelOfForm[key.form]) {
    warnings.add('key_label_wrong')
  }
  return { parts: await openDerKey(key, passphrase), alg: undefined, kid: undefined }
}

async function openDerKey(key: DerKey, passphrase: Secret | undefined): Promise<JwkKey['parts']> {
  if (key.form !== 'encrypted') return key.parts
  const opened = readDerKey(await decryptKey(key, passphrase))
  if (opened.form !== 'encrypted') return opened.parts
  refuse('key_encrypted', 'The key is encrypted twice.')
}
