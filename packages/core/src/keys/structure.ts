/** @module What a DER text holds: a private key in one of its structures, or something to refuse by name. */

import { curveOfBytes } from './algorithms.ts'
import { curveBytes } from './curve.ts'
import {
  type DerElement,
  readBits,
  readChildren,
  readInteger,
  readOctets,
  readOid,
  readRoot,
  readSequence,
  tag,
} from './der.ts'
import { integerOfBytes } from './integers.ts'
import { curveOfOid, nameOfOid, oid } from './oids.ts'
import type { Crt, Curve, EcParts, KeyParts, RsaParts } from './parts.ts'
import { refuse } from './refusals.ts'

/** A private key read from DER, or the encrypted one to open first. */
export type DerKey =
  | { readonly form: 'pkcs8' | 'pkcs1' | 'sec1'; readonly parts: KeyParts }
  | { readonly form: 'encrypted'; readonly algorithm: DerElement; readonly data: Uint8Array }

/** The PEM label that belongs to each structure. @see RFC 7468, sections 10 and 11; RFC 5915, section 4 */
export const labelOfForm: Readonly<Record<DerKey['form'], string>> = {
  pkcs8: 'PRIVATE KEY',
  pkcs1: 'RSA PRIVATE KEY',
  sec1: 'EC PRIVATE KEY',
  encrypted: 'ENCRYPTED PRIVATE KEY',
}

/**
 * The key in a DER text, recognised by its structure whatever it was labelled.
 *
 * @param options.curve - the curve that an `EC PARAMETERS` block names, for a SEC1 key that names none.
 * @throws {KeyError} one of the codes for what is not a private key, is of another type or curve, or is cut or damaged
 * @see RFC 5958 - PKCS#8; RFC 8017, appendix A.1.2 - PKCS#1; RFC 5915 - SEC1
 */
export function readDerKey(
  der: Uint8Array,
  options?: { readonly curve?: Curve | undefined },
): DerKey {
  if (isPkcs12InBer(der)) refusePkcs12()
  const root = readRoot(der)
  if (root === undefined) {
    refuse('key_unrecognised', 'The content decodes to bytes that are not a key.')
  }
  if (root.fit === 'short') {
    refuse('key_pem_truncated', `The content ends ${root.bytes} bytes before its own end.`)
  }
  if (root.fit === 'extra') {
    refuse('key_pem_bad_base64', `${root.bytes} bytes follow the end of the key's content.`)
  }
  const fields = readChildren(root.element.content) ?? damaged()
  return readFields(fields, options?.curve)
}

function readFields(fields: readonly DerElement[], curve: Curve | undefined): DerKey {
  const [first, second, third] = fields
  const isInteger = first?.tag === tag.integer
  if (isInteger && second?.tag === tag.sequence && third?.tag === tag.octetString) {
    return { form: 'pkcs8', parts: readPkcs8(second, third.content) }
  }
  if (isInteger && second?.tag === tag.octetString) {
    return { form: 'sec1', parts: readSec1(fields, undefined, curve) }
  }
  if (isInteger && second?.tag === tag.sequence && readInteger(first) === 3n) refusePkcs12()
  if (isInteger && fields.slice(0, 9).every((field) => field.tag === tag.integer)) {
    return { form: 'pkcs1', parts: readPkcs1(fields) }
  }
  if (first?.tag === tag.sequence && second?.tag === tag.octetString && fields.length === 2) {
    return { form: 'encrypted', algorithm: first, data: second.content }
  }
  refuseByStructure(fields)
}

function refuseByStructure(fields: readonly DerElement[]): never {
  const [first, second, third] = fields
  if (first?.tag === tag.sequence && second?.tag === tag.bitString) {
    refuse('key_is_public', 'The content is a public key.')
  }
  if (first?.tag === tag.sequence && second?.tag === tag.sequence && third?.tag === tag.bitString) {
    // A request begins with version 0 and has four fields; a certificate has at least six.
    const body = readSequence(first)
    if (body?.[0]?.tag === tag.integer && body.length <= 4) {
      refuse('key_is_csr', 'The content is a certificate request.')
    }
    refuse('key_is_certificate', 'The content is a certificate.')
  }
  if (readOid(first) === oid.signedData) {
    refuse('key_is_certificate', 'The content is a bundle of certificates (PKCS#7).')
  }
  refuse('key_unrecognised', 'The content has a structure that is not that of a key.')
}

/** PKCS#12 files are often BER with indefinite lengths, which no strict reader takes. */
function isPkcs12InBer(der: Uint8Array): boolean {
  return [0x30, 0x80, 0x02, 0x01, 0x03].every((byte, at) => der[at] === byte)
}

function refusePkcs12(): never {
  refuse('key_pkcs12', 'The content is a PKCS#12 file.')
}

function readPkcs8(algorithm: DerElement, key: Uint8Array): KeyParts {
  const [type, parameters] = readSequence(algorithm) ?? damaged()
  const typeOid = readOid(type)
  const root = readRoot(key)
  const fields = root?.fit === 'exact' ? readChildren(root.element.content) : undefined
  if (typeOid === oid.rsaEncryption) return readPkcs1(fields ?? damaged())
  if (typeOid === oid.ecPublicKey) {
    return readSec1(fields ?? damaged(), requireCurve(parameters), undefined)
  }
  const name = nameOfOid(typeOid)
  refuse(
    'key_type_unsupported',
    name === undefined ? 'The key is of a type not known here.' : `The key is of type ${name}.`,
    { detail: name },
  )
}

/** Whether a DER text is a SEC1 key that does not name its curve. */
export function isWithoutCurve(der: Uint8Array): boolean {
  const root = readRoot(der)
  const fields = root?.fit === 'exact' ? readChildren(root.element.content) : undefined
  const [version, secret, ...rest] = fields ?? []
  return (
    version?.tag === tag.integer &&
    secret?.tag === tag.octetString &&
    rest.every((field) => field.tag !== tag.context0)
  )
}

/** The curve an `ECParameters` names. @throws {KeyError} `key_curve_unsupported` */
export function requireCurve(parameters: DerElement | undefined): Curve {
  const curveOid = readOid(parameters)
  const curve = curveOid === undefined ? undefined : curveOfOid.get(curveOid)
  if (curve !== undefined) return curve
  const name = nameOfOid(curveOid)
  if (name !== undefined) {
    refuse('key_curve_unsupported', `The key is on curve ${name}.`, { detail: name })
  }
  refuse(
    'key_curve_unsupported',
    parameters?.tag === tag.sequence
      ? 'The key writes its curve out as numbers instead of naming it.'
      : 'The key is on a curve not known here.',
  )
}

const PKCS1_INTEGERS = 9
const DSA_INTEGERS = 6

function readPkcs1(fields: readonly DerElement[]): RsaParts {
  const [version, n, e, d, p, q, dp, dq, qi] = fields.slice(0, PKCS1_INTEGERS).map(readInteger)
  if (fields.length === 2) refuse('key_is_public', 'The content is a public RSA key.')
  if (fields.length === DSA_INTEGERS) {
    refuse('key_type_unsupported', 'The key is of type DSA.', { detail: 'DSA' })
  }
  if (version === 1n) {
    refuse('key_jwk_multiprime', 'The RSA key says that it has more than two primes.')
  }
  if (n === undefined || e === undefined || d === undefined || version !== 0n) damaged()
  return { kty: 'RSA', n, e, d, crt: readCrt({ p, q, dp, dq, qi }) }
}

/** The CRT numbers, or undefined where all of them are zero: that is how some programs write a key that has none. */
function readCrt(numbers: { readonly [Name in keyof Crt]: bigint | undefined }): Crt | undefined {
  const { p, q, dp, dq, qi } = numbers
  if ([p, q, dp, dq, qi].every((number) => number === 0n)) return undefined
  if (p === undefined || q === undefined || dp === undefined) damaged()
  if (dq === undefined || qi === undefined) damaged()
  return { p, q, dp, dq, qi }
}

/**
 * A SEC1 key. Its curve is the one of the PKCS#8 around it, its own, the one of an `EC PARAMETERS` block before it, or,
 * where nothing names one, the one whose size it has: the point, which must be there then, proves it.
 */
function readSec1(
  fields: readonly DerElement[],
  outer: Curve | undefined,
  before: Curve | undefined,
): EcParts {
  const [version, secret, ...rest] = fields
  const octets = readOctets(secret)
  if (readInteger(version) !== 1n || octets === undefined) damaged()
  const own = tagged(rest, tag.context0)
  const ownCurve = own === undefined ? undefined : requireCurve(own)
  if (outer !== undefined && ownCurve !== undefined && outer !== ownCurve) {
    refuse('key_parts_inconsistent', `The key names two curves, ${outer} and ${ownCurve}.`, {
      detail: 'crv',
    })
  }
  const publicKey = tagged(rest, tag.context1)
  const bits = publicKey === undefined ? undefined : (readBits(publicKey) ?? damaged())
  const sized = bits === undefined ? undefined : curveOfBytes(octets.length)
  const crv = outer ?? ownCurve ?? before ?? sized
  if (crv === undefined) refuse('key_curve_unsupported', 'The key does not name its curve.')
  return {
    kty: 'EC',
    crv,
    d: integerOfBytes(octets),
    point: bits === undefined ? undefined : readPoint(bits, crv),
  }
}

/** What an explicit context tag holds. */
function tagged(fields: readonly DerElement[], contextTag: number): DerElement | undefined {
  const field = fields.find((candidate) => candidate.tag === contextTag)
  if (field === undefined) return undefined
  const [inner, ...others] = readChildren(field.content) ?? damaged()
  return inner === undefined || others.length > 0 ? damaged() : inner
}

/** @see SEC 1, version 2.0, section 2.3.4 - octet string to elliptic curve point */
function readPoint(bits: Uint8Array, crv: Curve): EcParts['point'] {
  const [form, coordinates] = [bits[0], bits.subarray(1)]
  const bytes = curveBytes(crv)
  if (form === 4 && coordinates.length === 2 * bytes) {
    return {
      x: integerOfBytes(coordinates.subarray(0, bytes)),
      y: integerOfBytes(coordinates.subarray(bytes)),
    }
  }
  if ((form === 2 || form === 3) && coordinates.length === bytes) {
    return { x: integerOfBytes(coordinates), yIsOdd: form === 3 }
  }
  refuse('key_parts_inconsistent', `The public point does not have the size of ${crv}.`, {
    detail: 'x, y',
  })
}

function damaged(): never {
  refuse('key_parts_inconsistent', 'The inside of the key is damaged: its fields do not fit.')
}
