/** @module The PEM blocks in a text, however they were bent on their way. */

import { decodeBase64 } from './base64.ts'
import { readChildren, readRoot } from './der.ts'
import type { Curve } from './parts.ts'
import { type KeyErrorCode, refuse } from './refusals.ts'
import { isWithoutCurve, requireCurve } from './structure.ts'
import type { KeyWarnings } from './warnings.ts'

/** The bytes of the one block that may be the private key. */
export interface PemKey {
  readonly label: string
  readonly der: Uint8Array<ArrayBuffer>
  /** The curve that an `EC PARAMETERS` block names, where the key itself names none. */
  readonly curve: Curve | undefined
}

/** What lies between a BEGIN line and its END line. */
interface PemBlock {
  readonly label: string
  readonly body: string
}

/** A marker without its partner. */
interface PemFault {
  readonly code: keyof typeof FAULTS
  readonly label: string
}

const FAULTS = {
  key_pem_missing_begin: 'There is an END line without its BEGIN line.',
  key_pem_missing_end: 'There is a BEGIN line without its END line.',
  key_pem_label_mismatch: 'The BEGIN line and the END line have different labels.',
} as const

const MARKER = /-----(BEGIN|END) ([A-Z0-9]+(?: [A-Z0-9.]+)*)-----/g
const DASH = /[\p{Pd}\u2212]/u
// BEGIN or END and a label, in whatever a word processor, a chat or a form made of the dashes and spaces around them.
const BENT_MARKER =
  /(?<![A-Za-z])(?:BEGIN|END)[\s_+]*(?:(?:ENCRYPTED|OPENSSH|RSA|EC|DSA|X509)[\s_+]*)?(?:(?:PRIVATE|PUBLIC)[\s_+]*KEY|CERTIFICATE)/i

// Refused by their label where their content does not say more.
const LABEL_CODES: ReadonlyMap<string, KeyErrorCode> = new Map<string, KeyErrorCode>([
  ['PUBLIC KEY', 'key_is_public'],
  ['RSA PUBLIC KEY', 'key_is_public'],
  ['EC PUBLIC KEY', 'key_is_public'],
  ['CERTIFICATE', 'key_is_certificate'],
  ['X509 CERTIFICATE', 'key_is_certificate'],
  ['TRUSTED CERTIFICATE', 'key_is_certificate'],
  ['PKCS7', 'key_is_certificate'],
  ['CERTIFICATE REQUEST', 'key_is_csr'],
  ['NEW CERTIFICATE REQUEST', 'key_is_csr'],
  ['OPENSSH PRIVATE KEY', 'key_openssh_format'],
  ['PGP PRIVATE KEY BLOCK', 'key_type_unsupported'],
  ['PGP PUBLIC KEY BLOCK', 'key_type_unsupported'],
])

/**
 * The one block of a text that may be a private key; undefined where the text has no PEM markers at all.
 *
 * Repaired: escaped, lost and foreign line breaks, indentation, quotes around lines, e-mail quoting. Text outside the
 * blocks is ignored; other blocks, whole or broken, are ignored with a warning.
 *
 * @throws {KeyError} one of the `key_pem_…` codes, `key_encrypted`, or the code of what is there instead of a private key
 * @see RFC 7468
 */
export function readPem(text: string, warnings: KeyWarnings): PemKey | undefined {
  const { blocks, faults, hasBentMarker, hasExtraDash } = scan(text)
  const keys = blocks.filter(({ label }) => isPrivateLabel(label))
  const keyFault = faults.find(({ label }) => isPrivateLabel(label))
  if (hasExtraDash || (keys.length === 0 && hasBentMarker)) {
    refuse('key_pem_bad_markers', 'A BEGIN or END line is there, but not as PEM writes it.')
  }
  if (keyFault !== undefined) refuseFault(keyFault)
  if (keys.length > 1) {
    refuse('key_pem_multiple', `There are ${keys.length} private keys.`, { count: keys.length })
  }
  const [key] = keys
  if (key === undefined) return readOtherBlock(blocks, faults, warnings)
  const der = requireBytes(key, warnings)
  const parameters = isWithoutCurve(der)
    ? blocks.find(({ label }) => label === 'EC PARAMETERS')
    : undefined
  const others = blocks.filter((block) => block !== key && block !== parameters)
  if (others.length > 0 || faults.length > 0) warnings.add('key_extra_blocks_ignored')
  return { label: key.label, der, curve: parameters && readCurve(parameters) }
}

/** Whether a text has a complete or broken block that says it is a private key. */
export function hasPrivateKeyMarker(text: string): boolean {
  return /-----(?:BEGIN|END) [A-Z0-9 ]*PRIVATE KEY/.test(text)
}

function isPrivateLabel(label: string): boolean {
  return label.includes('PRIVATE KEY')
}

function scan(text: string): {
  blocks: readonly PemBlock[]
  faults: readonly PemFault[]
  hasBentMarker: boolean
  hasExtraDash: boolean
} {
  const blocks: PemBlock[] = []
  const faults: PemFault[] = []
  let hasBentMarker = false
  let hasExtraDash = false
  let begin: { label: string; end: number } | undefined
  let lastEnd = 0
  for (const marker of text.matchAll(MARKER)) {
    const [whole, kind, label = ''] = marker
    const end = marker.index + whole.length
    // A sixth dash belongs to a marker that was typed, unless another marker begins or ends there.
    const before = marker.index > lastEnd ? text.slice(marker.index - 1, marker.index) : ''
    const after = text.startsWith('-----BEGIN', end) ? '' : text.slice(end, end + 1)
    if (DASH.test(before) || DASH.test(after)) hasExtraDash = true
    if (BENT_MARKER.test(text.slice(lastEnd, marker.index))) hasBentMarker = true
    lastEnd = end
    if (kind === 'BEGIN') {
      if (begin !== undefined) faults.push({ code: 'key_pem_missing_end', label: begin.label })
      begin = { label, end }
      continue
    }
    if (begin === undefined) faults.push({ code: 'key_pem_missing_begin', label })
    else if (begin.label === label) {
      blocks.push({ label, body: text.slice(begin.end, marker.index) })
    } else faults.push({ code: 'key_pem_label_mismatch', label: `${begin.label}, ${label}` })
    begin = undefined
  }
  if (begin !== undefined) faults.push({ code: 'key_pem_missing_end', label: begin.label })
  if (BENT_MARKER.test(text.slice(lastEnd))) hasBentMarker = true
  return { blocks, faults, hasBentMarker, hasExtraDash }
}

function refuseFault({ code }: PemFault): never {
  refuse(code, FAULTS[code])
}

/** Without a block that says it is private: the first one's content decides, then its label. */
function readOtherBlock(
  blocks: readonly PemBlock[],
  faults: readonly PemFault[],
  warnings: KeyWarnings,
): PemKey | undefined {
  const [fault] = faults
  if (fault !== undefined) refuseFault(fault)
  const [block] = blocks
  if (block === undefined) return undefined
  const code = LABEL_CODES.get(block.label)
  if (code !== undefined && !isWholeDer(block)) refuseLabel(code)
  return { label: block.label, der: requireBytes(block, warnings), curve: undefined }
}

function isWholeDer(block: PemBlock): boolean {
  const decoded = decodeBase64(stripBody(block.body).text)
  return decoded !== undefined && readRoot(decoded.bytes)?.fit === 'exact'
}

function refuseLabel(code: KeyErrorCode): never {
  refuse(code, 'The label of the PEM block says what it is.')
}

function readCurve({ body }: PemBlock): Curve | undefined {
  const bytes = decodeBase64(stripBody(body).text)?.bytes
  const [parameters] = bytes === undefined ? [] : (readChildren(bytes) ?? [])
  return parameters === undefined ? undefined : requireCurve(parameters)
}

const OPENSSH_MAGIC = 'b3BlbnNzaC1rZXktdjE'
const ENCRYPTED_HEADER = /Proc-Type:\s*4,\s*ENCRYPTED|DEK-Info:/i

/** The bytes of a block. @throws {KeyError} */
function requireBytes({ label, body }: PemBlock, warnings: KeyWarnings): Uint8Array<ArrayBuffer> {
  if (ENCRYPTED_HEADER.test(body)) {
    refuse(
      'key_encrypted',
      'The key is encrypted in the old way (Proc-Type), which is not supported.',
    )
  }
  const { text, isEscaped } = stripBody(body)
  if (isEscaped) warnings.add('key_escaped_newlines')
  else if (hasLostBreaks(body)) warnings.add('key_newlines_lost')
  if (text.startsWith(OPENSSH_MAGIC)) {
    refuse('key_openssh_format', 'The content is a key in the format of OpenSSH.')
  }
  const decoded = decodeBase64(text)
  const code = LABEL_CODES.get(label)
  if (code !== undefined && (decoded === undefined || readRoot(decoded.bytes) === undefined)) {
    refuseLabel(code)
  }
  if (text === '' || isCutBase64(text)) {
    refuse(
      'key_pem_truncated',
      `The base64 ends in the middle of a group, after ${text.length} characters.`,
    )
  }
  if (decoded === undefined) {
    refuse('key_pem_bad_base64', `The content is not base64 (${text.length} characters).`)
  }
  if (decoded.usesUrlAlphabet) warnings.add('key_base64_normalised')
  return decoded.bytes
}

// The longest line in use, of MIME; PEM's own have 64 characters.
const LONGEST_LINE = 76
const LINE_BREAK = /[\r\n\u0085\u2028\u2029]/

/** Whether all is on one line, or all between the marker lines on one that is too long. */
function hasLostBreaks(body: string): boolean {
  const inside = body.trim()
  return !LINE_BREAK.test(body) || (inside.length > LONGEST_LINE && !LINE_BREAK.test(inside))
}

/** Whether a text is base64 but for a group of one character at its end, which no encoder writes. */
export function isCutBase64(text: string): boolean {
  return text.length % 4 === 1 && /^[A-Za-z0-9+/]+$/.test(text)
}

// \n and \r, also \t and JSON's \u000a, which stand for white space. Further backslashes before them go with all others.
const ESCAPED_BREAK = /\\(?:[nrt]|u000[9ad])/gi
const ESCAPED_CHARACTERS: readonly (readonly [RegExp, string])[] = [
  [/\\u002b/gi, '+'],
  [/\\u002f/gi, '/'],
  [/\\u003d/gi, '='],
]

/** The base64 of a body, without line breaks in any form, headers, and what surrounds each line. */
export function stripBody(body: string): { text: string; isEscaped: boolean } {
  let text = body.replace(ESCAPED_BREAK, '\n')
  const isEscaped = text !== body
  for (const [escaped, plain] of ESCAPED_CHARACTERS) text = text.replace(escaped, plain)
  text = text
    .replace(/^[A-Za-z][A-Za-z0-9-]*: .*/gm, '')
    .replace(/^[ \t]*>[> \t]*/gm, '')
    // What is left of backslashes continues a line, or is of an escape.
    .replace(/[\s\\]+/g, '')
    // Lines as string literals, joined by +, a dot, a comma or nothing.
    .replace(/["'`][+.,]["'`]|["'`]/g, '')
  const repaired = restoreBreaksLeftAsN(text)
  return { text: repaired ?? text, isEscaped: isEscaped || repaired !== undefined }
}

/** A shell that ate the backslashes of `\n` leaves an n before each line of 64 characters. */
function restoreBreaksLeftAsN(text: string): string | undefined {
  if (!text.startsWith('nMI')) return undefined
  const lines = Array.from(text.matchAll(/.{1,65}/g), ([line]) => line)
  if (!lines.every((line) => line.startsWith('n'))) return undefined
  const joined = lines.map((line) => line.slice(1)).join('')
  // The break before the END line left one more.
  return joined.length % 4 === 1 ? joined.slice(0, -1) : joined
}
