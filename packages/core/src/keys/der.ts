/** @module A strict reader of DER: bounds-checked, definite minimal lengths, one level at a time. */

import { integerOfBytes } from './integers.ts'

/** The tags that keys are made of. */
export const tag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  context0: 0xa0,
  context1: 0xa1,
} as const

/** One tag-length-value. */
export interface DerElement {
  readonly tag: number
  readonly content: Uint8Array
}

/** The outermost element of a text, with how its length fits: `short` bytes are missing, or `extra` ones follow. */
export type DerRoot =
  | { readonly fit: 'exact'; readonly element: DerElement }
  | { readonly fit: 'short'; readonly bytes: number }
  | { readonly fit: 'extra'; readonly bytes: number }

/**
 * The one SEQUENCE that should fill the bytes; undefined where they do not begin with one.
 *
 * @see ITU-T X.690, sections 8.1 and 10.1
 */
export function readRoot(bytes: Uint8Array): DerRoot | undefined {
  const header = bytes[0] === tag.sequence ? readHeader(bytes, 0) : undefined
  if (header === undefined) return undefined
  const end = header.start + header.length
  if (end > bytes.length) return { fit: 'short', bytes: end - bytes.length }
  if (end < bytes.length) return { fit: 'extra', bytes: bytes.length - end }
  return { fit: 'exact', element: { tag: tag.sequence, content: bytes.subarray(header.start) } }
}

/** The elements that a constructed one consists of; undefined where they do not fill it exactly. */
export function readChildren(content: Uint8Array): readonly DerElement[] | undefined {
  const children: DerElement[] = []
  let offset = 0
  while (offset < content.length) {
    const header = readHeader(content, offset)
    if (header === undefined) return undefined
    const end = header.start + header.length
    if (end > content.length) return undefined
    children.push({ tag: header.tag, content: content.subarray(header.start, end) })
    offset = end
  }
  return children
}

/** The elements of a SEQUENCE; undefined for anything else. */
export function readSequence(element: DerElement | undefined): readonly DerElement[] | undefined {
  return element?.tag === tag.sequence ? readChildren(element.content) : undefined
}

/** The value of an INTEGER that is not negative; undefined for anything else. */
export function readInteger(element: DerElement | undefined): bigint | undefined {
  if (element?.tag !== tag.integer) return undefined
  const first = element.content[0]
  return first === undefined || first >= 0x80 ? undefined : integerOfBytes(element.content)
}

/** An OBJECT IDENTIFIER in dotted form; undefined for anything else. */
export function readOid(element: DerElement | undefined): string | undefined {
  // No identifier in use is longer; the bound keeps a made-up one from growing.
  if (element?.tag !== tag.oid || element.content.length > 32) return undefined
  const arcs: number[] = []
  let arc = 0
  let open = true
  for (const byte of element.content) {
    arc = arc * 128 + (byte & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER / 128) return undefined
    open = byte >= 0x80
    if (open) continue
    arcs.push(arc)
    arc = 0
  }
  const [first, ...rest] = arcs
  if (open || first === undefined) return undefined
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

/** The bytes of a BIT STRING without unused bits; undefined for anything else. */
export function readBits(element: DerElement | undefined): Uint8Array | undefined {
  if (element?.tag !== tag.bitString || element.content[0] !== 0) return undefined
  return element.content.subarray(1)
}

/** The bytes of an OCTET STRING; undefined for anything else. */
export function readOctets(element: DerElement | undefined): Uint8Array | undefined {
  return element?.tag === tag.octetString ? element.content : undefined
}

function readHeader(
  bytes: Uint8Array,
  offset: number,
): { tag: number; start: number; length: number } | undefined {
  // What is not there is refused as what no key has: a tag above 30, of several bytes, or an indefinite length.
  const [elementTag = 0x1f, first = 0x80] = bytes.subarray(offset, offset + 2)
  if ((elementTag & 0x1f) === 0x1f) return undefined
  if (first < 0x80) return { tag: elementTag, start: offset + 2, length: first }
  const size = first & 0x7f
  const lengthBytes = bytes.subarray(offset + 2, offset + 2 + size)
  // 0x80 is BER's indefinite length; four bytes are far beyond any key; DER has no leading zeros.
  if (size === 0 || size > 4 || lengthBytes.length < size || lengthBytes[0] === 0) return undefined
  let length = 0
  for (const byte of lengthBytes) length = length * 256 + byte
  return length < 0x80 ? undefined : { tag: elementTag, start: offset + 2 + size, length }
}
