/** @module Finds the key in what a person pasted: PEM, JSON, base64 or bytes, wrapped in anything. */

import { decodeText, encodeText } from '../base64url.ts'
import {
  isJsonObject,
  type JsonFault,
  type JsonObject,
  type JsonValue,
  parseJson,
} from '../json.ts'
import { decodeBase64 } from './base64.ts'
import { readRoot } from './der.ts'
import { chooseFromSet } from './key-set.ts'
import type { Curve } from './parts.ts'
import { hasPrivateKeyMarker, isCutBase64, readPem, stripBody } from './pem.ts'
import { refuse } from './refusals.ts'
import { refuseByShape, refuseSecretShape } from './shape.ts'
import { type Unwrapped, unwrap, withoutInvisible } from './unwrap.ts'
import type { KeyWarnings } from './warnings.ts'

/** The key as it was written: a JWK, or DER with the label it had. */
export type FoundKey =
  | { readonly form: 'jwk'; readonly jwk: JsonObject }
  | {
      readonly form: 'der'
      readonly der: Uint8Array
      readonly label: string | undefined
      readonly curve: Curve | undefined
    }

/** What {@link findKey} needs to know and where it notes what it repaired. */
export interface FindKeyContext {
  /** Chooses a key of a JWKS. */
  readonly kid: string | undefined
  readonly warnings: KeyWarnings
}

const MAX_BYTES = 64 * 1024
const MAX_JSON_DEPTH = 16
// A PEM in a JSON string in JSON in base64 is four; more is no accident.
const MAX_WRAPPINGS = 6

/**
 * Finds the one key in a text or in bytes.
 *
 * The size is judged first, so that a large input costs nothing.
 *
 * @throws {KeyError} with the code of what is there instead of a key
 */
export function findKey(input: string | Uint8Array, context: FindKeyContext): FoundKey {
  refuseLarge(input)
  return typeof input === 'string' ? findInText(input, context, 0) : findInBytes(input, context, 0)
}

function refuseLarge(input: string | Uint8Array): void {
  const bytes = typeof input === 'string' ? utf8Bytes(input) : input.byteLength
  if (bytes <= MAX_BYTES) return
  refuse('input_too_large', `The input is larger than ${MAX_BYTES} bytes.`, {
    detail: `${MAX_BYTES} bytes`,
    maxBytes: MAX_BYTES,
  })
}

/** At least one byte for each UTF-16 unit, so a long text is not encoded only to be refused. */
function utf8Bytes(text: string): number {
  return text.length > MAX_BYTES ? text.length : encodeText(text).byteLength
}

function findInBytes(bytes: Uint8Array, context: FindKeyContext, wrappings: number): FoundKey {
  if (isDer(bytes)) return bareDer(bytes, context)
  let text: string
  try {
    text = decodeText(bytes)
  } catch {
    refuse('key_not_utf8', `The ${bytes.length} bytes are neither UTF-8 text nor a key in DER.`)
  }
  return findInText(text, context, wrappings)
}

function bareDer(der: Uint8Array, { warnings }: FindKeyContext): FoundKey {
  warnings.add('key_markers_missing')
  return { form: 'der', der, label: undefined, curve: undefined }
}

/** Bytes that begin like a key in DER. The text of an API token begins with the same byte, the digit 0. */
function isDer(bytes: Uint8Array): boolean {
  const [first, length] = bytes
  if (first !== 0x30 || length === undefined) return false
  const headerBytes = length < 0x80 ? 2 : 2 + (length & 0x7f)
  const inside = bytes[headerBytes]
  if (inside !== 0x02 && inside !== 0x30 && inside !== 0x06) return false
  // A short one must fit to the byte, so that a random word is not taken for a key that was cut.
  return (length >= 0x80 && length <= 0x82) || readRoot(bytes)?.fit === 'exact'
}

function findInText(pasted: string, context: FindKeyContext, wrappings: number): FoundKey {
  if (wrappings > MAX_WRAPPINGS) {
    refuse('key_unrecognised', `The key is wrapped more than ${MAX_WRAPPINGS} times.`)
  }
  if (pasted.includes('\0') || pasted.includes('\ufffd')) {
    refuse('key_not_utf8', 'The text holds characters that come from another encoding than UTF-8.')
  }
  const unwrapped = unwrap(withoutInvisible(pasted))
  const { text } = unwrapped
  if (text === '') refuse('key_empty', 'There is no text.')
  refuseByShape(text)
  if (!looksLikeJwk(text) || hasPrivateKeyMarker(text)) {
    const pem = readPem(withoutInvisible(pasted), context.warnings)
    if (pem !== undefined) {
      if (holdsPrivateJwk(text)) context.warnings.add('key_extra_blocks_ignored')
      return { form: 'der', ...pem }
    }
  }
  return (
    findInJson(pasted, unwrapped, context, wrappings) ??
    findInBase64(text, context, wrappings) ??
    refuseUnrecognised(text)
  )
}

function refuseUnrecognised(text: string): never {
  refuseSecretShape(text)
  refuse('key_unrecognised', `The ${text.length} characters are neither PEM nor JSON.`)
}

const SMART_QUOTES = '\u2018-\u201f\u2033\u00ab\u00bb\uff02'
const SMART_QUOTE = new RegExp(`[${SMART_QUOTES}]`)
const QUOTE = `["'${SMART_QUOTES}]`
const JWK_MEMBER = new RegExp(`${QUOTE}(?:kty|keys)\\\\{0,8}${QUOTE}`)
const PRIVATE_MEMBER = new RegExp(`${QUOTE}d\\\\{0,8}${QUOTE}\\s*:`)

/** Whether a text speaks of JWK members, in quotes of any kind. */
function looksLikeJwk(text: string): boolean {
  return JWK_MEMBER.test(text)
}

/** Whether a text around PEM blocks also has a private JWK: no block holds members in quotes. */
function holdsPrivateJwk(text: string): boolean {
  return looksLikeJwk(text) && PRIVATE_MEMBER.test(text)
}

function findInJson(
  pasted: string,
  unwrapped: Unwrapped,
  context: FindKeyContext,
  wrappings: number,
): FoundKey | undefined {
  const json = jsonSpan(unwrapped)
  if (json === undefined) return undefined
  // As it was pasted first: what looks invisible may belong to a value.
  let result = parseJson(jsonSpan(unwrap(pasted)) ?? json, { maxDepth: MAX_JSON_DEPTH })
  if (!result.ok) result = parseJson(json, { maxDepth: MAX_JSON_DEPTH })
  if (result.ok) return findInValue(result.value, context, wrappings)
  // A quoted text with escapes that are not JSON's may still be base64.
  if (unwrapped.text.startsWith('"') && !looksLikeJwk(json)) return undefined
  refuseJson(result.fault, json)
}

/**
 * The part of a text that may be JSON; undefined where nothing is.
 *
 * What begins as JSON is JSON to its end, but for one `;` or `,`; where words or a name stand before it, more may follow.
 */
function jsonSpan({ text, isNamed }: Unwrapped): string | undefined {
  if (text.startsWith('"')) return text
  const isObject = text.startsWith('{')
  if (isObject || /^\[\s*(?:[{["\]]|$)/.test(text)) {
    const json = isNamed ? upTo(text, isObject ? '}' : ']') : text.replace(/[;,]$/, '')
    // The inside of a JSON string that lost its quotes.
    return /^\{(?:\\|\s*\\+["n])/.test(json) ? `"${json}"` : json
  }
  if (!looksLikeJwk(text)) return undefined
  const start = text.indexOf('{')
  return start < 0 ? text : upTo(text.slice(start), '}')
}

/** The text up to the last of a character, or all of it. */
function upTo(text: string, last: string): string {
  const end = text.lastIndexOf(last)
  return end < 0 ? text : text.slice(0, end + 1)
}

function refuseJson(fault: JsonFault, json: string): never {
  const at = fault.position + 1
  if (fault.kind === 'depth') {
    refuse('input_too_deep', `The JSON is nested more than ${MAX_JSON_DEPTH} deep.`, {
      detail: `${MAX_JSON_DEPTH}`,
      maxDepth: MAX_JSON_DEPTH,
    })
  }
  if (fault.kind === 'duplicate') {
    // A member's name is shown only where it can be one: nothing that long is a name of a JWK.
    const name = /^\w{1,12}$/.test(fault.member) ? fault.member : undefined
    refuse(
      'key_json_duplicate_member',
      `The member ${name ?? ''} at character ${at} of the JSON is there for the second time.`,
      { detail: name, position: at },
    )
  }
  if (SMART_QUOTE.test(json)) {
    refuse('key_smart_quotes', 'The JSON has typographic quotes.')
  }
  refuse('key_json_invalid', `The JSON does not parse at character ${at} of ${json.length}.`, {
    detail: `position ${at}`,
    position: at,
  })
}

function findInValue(
  value: JsonValue,
  context: FindKeyContext,
  wrappings: number,
): FoundKey | undefined {
  if (typeof value === 'string') {
    const found = findInText(value, context, wrappings + 1)
    if (found.form === 'jwk') context.warnings.add('key_json_string')
    return found
  }
  if (Array.isArray(value)) return fromSet(value, context)
  if (!isJsonObject(value)) return undefined
  if (value['kty'] !== undefined) return { form: 'jwk', jwk: value }
  const { keys } = value
  if (keys === undefined) return findInWrapper(value, context, wrappings)
  if (Array.isArray(keys)) return fromSet(keys, context)
  refuse('key_jwk_bad_type', 'The member keys of the key set is not an array.', { detail: 'keys' })
}

function fromSet(keys: readonly JsonValue[], context: FindKeyContext): FoundKey {
  return { form: 'jwk', jwk: chooseFromSet(keys, context.kid, context.warnings) }
}

const KEY_NAME = /key|jwk|pem/i
// No program names a key so; only a text made to confuse one does.
const NO_NAMES = ['__proto__', 'constructor', 'prototype']
const SHORTEST_KEY_CHARACTERS = 100

/** An object around a key, as key stores and scripts write it: `{"privateKey": …, "kid": …}`. */
function findInWrapper(
  wrapper: JsonObject,
  context: FindKeyContext,
  wrappings: number,
): FoundKey | undefined {
  const named = Object.entries(wrapper).filter(([name]) => !NO_NAMES.includes(name))
  const members = named.map(([, member]) => member)
  const jwks = members.filter(isJsonObject).filter((member) => member['kty'] !== undefined)
  if (jwks.length > 0) return fromSet(jwks, context)
  const sets = members.filter(isJsonObject).filter((member) => Array.isArray(member['keys']))
  if (sets.length === 1 && sets[0] !== undefined) return findInValue(sets[0], context, wrappings)
  const texts = named
    .filter(([name]) => KEY_NAME.test(name) && !/public/i.test(name))
    .map(([, member]) => member)
    .filter((member) => typeof member === 'string')
    .filter((member) => member.length >= SHORTEST_KEY_CHARACTERS)
  const [text, ...others] = texts
  if (text !== undefined && others.length === 0) return findInText(text, context, wrappings + 1)
  refuse('key_jwk_missing_member', 'The JSON object has no member kty.', { detail: 'kty' })
}

const OPENSSH_MAGIC = 'openssh-key-v1'
// How base64 begins that was made of a PEM, and of DER longer than 255 bytes.
const BASE64_OF_KEY = /^(?:LS0tLS1|MII)/
const SHORTEST_BASE64_CHARACTERS = 100

function findInBase64(
  text: string,
  context: FindKeyContext,
  wrappings: number,
): FoundKey | undefined {
  const { text: digits, isEscaped } = stripBody(text)
  const decoded = decodeBase64(digits)
  if (decoded === undefined) {
    if (BASE64_OF_KEY.test(digits) && digits.length >= SHORTEST_BASE64_CHARACTERS) {
      refuseBase64(digits)
    }
    return undefined
  }
  const { bytes } = decoded
  if (startsWithText(bytes, OPENSSH_MAGIC)) {
    refuse('key_openssh_format', 'The content is a key in the format of OpenSSH.')
  }
  if (isDer(bytes)) {
    if (isEscaped) context.warnings.add('key_escaped_newlines')
    if (decoded.usesUrlAlphabet) context.warnings.add('key_base64_normalised')
    return bareDer(bytes, context)
  }
  if (isTextOfKey(bytes)) return findInBytes(bytes, context, wrappings + 1)
  return undefined
}

function refuseBase64(digits: string): never {
  if (isCutBase64(digits)) {
    refuse('key_pem_truncated', 'The base64 ends in the middle of a group.')
  }
  refuse(
    'key_pem_bad_base64',
    'The text begins like the base64 of a key, but not all of it is base64.',
  )
}

/** Whether base64 was made of a text that may hold a key: PEM, JSON or base64 once more, also in UTF-16. */
function isTextOfKey(bytes: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(bytes)
  return (
    text.includes('-----BEGIN') ||
    /^(?:\xef\xbb\xbf)?\s*(?:[-{["]|LS0tLS1|MII|PuTTY-User-Key)/.test(text) ||
    /^(?:\xff\xfe|\xfe\xff)/.test(text)
  )
}

function startsWithText(bytes: Uint8Array, text: string): boolean {
  return Array.from(text).every((character, at) => bytes[at] === character.charCodeAt(0))
}
