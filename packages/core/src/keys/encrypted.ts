/** @module Opening an encrypted PKCS#8 key with its passphrase. */

import { encodeText } from '../base64url.ts'
import type { Secret } from '../secret.ts'
import { type DerElement, readInteger, readOctets, readOid, readRoot, readSequence } from './der.ts'
import { oid } from './oids.ts'
import { refuse } from './refusals.ts'

// More is either a mistake or an attempt to keep this process busy: 2 million take about a second.
const MAX_ITERATIONS = 2_000_000n

const HASHES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.7', 'SHA-1'],
  ['1.2.840.113549.2.9', 'SHA-256'],
  ['1.2.840.113549.2.10', 'SHA-384'],
  ['1.2.840.113549.2.11', 'SHA-512'],
])
const AES_CBC_BITS: ReadonlyMap<string, number> = new Map([
  ['2.16.840.1.101.3.4.1.2', 128],
  ['2.16.840.1.101.3.4.1.22', 192],
  ['2.16.840.1.101.3.4.1.42', 256],
])

/** How a key is encrypted, where it is a way that is supported. */
interface Pbes2 {
  readonly salt: Uint8Array<ArrayBuffer>
  readonly iterations: number
  readonly hash: string
  readonly aesBits: number
  readonly iv: Uint8Array<ArrayBuffer>
}

/**
 * The PKCS#8 key inside an encrypted one: PBES2 with PBKDF2 (HMAC with SHA-1, 256, 384 or 512) and AES-CBC.
 *
 * @throws {KeyError} `key_encrypted`: no passphrase, a wrong one, or another way of encryption
 * @see RFC 8018, sections 5.2, 6.2 and appendix A
 */
export async function decryptKey(
  encrypted: { readonly algorithm: DerElement; readonly data: Uint8Array },
  passphrase: Secret | undefined,
): Promise<Uint8Array> {
  if (passphrase === undefined) {
    refuse('key_encrypted', 'The key is encrypted, and no passphrase was given.')
  }
  const { salt, iterations, hash, aesBits, iv } = readPbes2(encrypted.algorithm)
  const password = await crypto.subtle.importKey(
    'raw',
    encodeText(passphrase.reveal()),
    'PBKDF2',
    false,
    ['deriveKey'],
  )
  let content: Uint8Array
  try {
    const key = await crypto.subtle.deriveKey(
      { name: 'PBKDF2', salt, iterations, hash },
      password,
      { name: 'AES-CBC', length: aesBits },
      false,
      ['decrypt'],
    )
    const data = new Uint8Array(encrypted.data)
    content = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, data))
  } catch {
    refuseWrongPassphrase()
  }
  // A wrong passphrase leaves valid padding behind once in 256 times, and then noise.
  const root = readRoot(content)
  const fields = root?.fit === 'exact' ? readSequence(root.element) : undefined
  return fields === undefined ? refuseWrongPassphrase() : content
}

function readPbes2(algorithm: DerElement): Pbes2 {
  const [scheme, parameters] = readSequence(algorithm) ?? []
  if (readOid(scheme) !== oid.pbes2) refuseScheme('a scheme other than PBES2')
  const [derivation, encryption] = readSequence(parameters) ?? []
  const [derivationOid, derivationParameters] = readSequence(derivation) ?? []
  if (readOid(derivationOid) !== oid.pbkdf2) refuseScheme('a key derivation other than PBKDF2')
  const [salt, iterations, ...optional] = readSequence(derivationParameters) ?? []
  const count = readInteger(iterations) ?? 0n
  if (count < 1n || count > MAX_ITERATIONS) {
    refuseScheme(`an iteration count that is not between 1 and ${MAX_ITERATIONS}`)
  }
  const [cipherOid, iv] = readSequence(encryption) ?? []
  const aesBits = AES_CBC_BITS.get(readOid(cipherOid) ?? '')
  const ivOctets = readOctets(iv)
  if (aesBits === undefined || ivOctets?.length !== 16) refuseScheme('a cipher other than AES-CBC')
  return {
    salt: new Uint8Array(readOctets(salt) ?? refuseScheme('a salt outside its parameters')),
    iterations: Number(count),
    hash: readHash(optional),
    aesBits,
    iv: new Uint8Array(ivOctets),
  }
}

/** The optional fields are the key's length, which the cipher says as well, and the hash, SHA-1 where it is left out. */
function readHash(optional: readonly DerElement[]): string {
  const prf = optional.map(readSequence).find((fields) => fields !== undefined)
  if (prf === undefined) return 'SHA-1'
  return HASHES.get(readOid(prf[0]) ?? '') ?? refuseScheme('an unsupported hash')
}

function refuseScheme(observed: string): never {
  refuse('key_encrypted', `The key is encrypted with ${observed}, which is not supported.`)
}

function refuseWrongPassphrase(): never {
  refuse('key_encrypted', 'The key is encrypted, and the passphrase does not open it.')
}
