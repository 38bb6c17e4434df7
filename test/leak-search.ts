/** @module Secrets looked for in texts and files, in any form that a leak would take, each text read once however many there are. */

import { constants, inflateRawSync } from 'node:zlib'

/** Secrets to search for, by their kind. */
export type Marks = Readonly<Record<string, string>>

/** One way in which a secret may be written. */
interface Form {
  readonly text: string
  /** So many characters of it in a row are a leak: those of eight bytes, and sixteen at least. */
  readonly least: number
}

interface Place {
  readonly kind: string
  readonly form: Form
  readonly at: number
}

const LEAST = 16
const LEAST_BYTES = 8
// Whatever is long enough has a piece of this length at one of the places that are looked at.
const PIECE = 8
const STRIDE = LEAST - PIECE + 1
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024
const MAX_ARCHIVES = 200

/**
 * A secret as text and backwards; in hex; percent-encoded; with JSON's escapes and HTML's; as the numbers of its bytes, as JSON has
 * a buffer; and in base64, of both alphabets, at each of the three places it may start.
 */
export function formsOf(canary: string): string[] {
  return writtenForms(canary).map(({ text }) => text)
}

function writtenForms(canary: string): Form[] {
  const bytes = [...Buffer.from(canary, 'utf8')]
  const each = (write: (byte: number) => string) => bytes.map(write).join('')
  const lower = (byte: number) => byte.toString(16).padStart(2, '0')
  const upper = (byte: number) => lower(byte).toUpperCase()
  const expanded = [lower, upper].flatMap((digits) => [
    each(digits),
    each((byte) => `%${digits(byte)}`),
    each((byte) => `\\u00${digits(byte)}`),
    each((byte) => `&#x${digits(byte)};`),
  ])
  const numbers = [each((byte) => `${byte},`), each((byte) => `&#${byte};`)]
  const size = (text: string) => Math.floor((text.length / bytes.length) * LEAST_BYTES)
  return [
    ...[canary, [...canary].reverse().join('')].map((text) => ({ text, least: LEAST })),
    ...[...expanded, ...numbers].map((text) => ({ text, least: Math.max(LEAST, size(text)) })),
    ...base64Forms(Buffer.from(bytes)).map((text) => ({ text, least: LEAST })),
  ]
}

function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes])
    // The first and last characters also encode neighbouring bytes.
    const middle = shifted
      .toString('base64')
      .replace(/=+$/, '')
      .slice(offset + 1, -2)
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

/**
 * The kinds of secret that stand in a text: sixteen characters of one in a row, in any form. Line breaks, blanks and the zeros of
 * UTF-16 do not hide them, nor does gzip, whose base64 is unpacked.
 */
export function findLeaks(text: string, marks: Marks): string[] {
  const found = new Set<string>()
  const places = placesOf(marks)
  searchText(text, places, found)
  for (const [archive] of text.matchAll(/H4sI[A-Za-z0-9+/_-]{16,}/g)) {
    searchArchive(Buffer.from(archive, 'base64'), places, found)
  }
  return Object.keys(marks).filter((kind) => found.has(kind))
}

/** The same among the bytes of a file, with what is packed in it. */
export function findLeaksInBytes(bytes: Uint8Array, marks: Marks): string[] {
  const found = new Set<string>()
  const places = placesOf(marks)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  searchText(buffer.toString('latin1'), places, found)
  const magic = Buffer.of(0x1f, 0x8b, 0x08)
  let at = buffer.indexOf(magic)
  for (let count = 0; at !== -1 && count < MAX_ARCHIVES; count++) {
    searchArchive(buffer.subarray(at), places, found)
    at = buffer.indexOf(magic, at + 1)
  }
  return Object.keys(marks).filter((kind) => found.has(kind))
}

function searchArchive(bytes: Uint8Array, places: Places, found: Set<string>): void {
  try {
    // Without its frame, what is cut off or followed by something else is read as far as it goes.
    const limits = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED_BYTES }
    searchText(
      inflateRawSync(bytes.subarray(bodyOf(bytes)), limits).toString('latin1'),
      places,
      found,
    )
  } catch {
    // Three bytes that look like the beginning of an archive, and are none.
  }
}

/** Where the body of an archive begins. @see RFC 1952, section 2.3.1 - the flag of a name, which ends with a zero */
function bodyOf(bytes: Uint8Array): number {
  return ((bytes[3] ?? 0) & 8) === 0 ? 10 : bytes.indexOf(0, 10) + 1
}

type Places = ReadonlyMap<string, readonly Place[]>

let last: { readonly key: string; readonly places: Places } | undefined

/** Every piece of every form, and where it stands in it. */
function placesOf(marks: Marks): Places {
  const key = JSON.stringify(marks)
  if (last?.key === key) return last.places
  const places = new Map<string, Place[]>()
  for (const [kind, canary] of Object.entries(marks)) {
    for (const form of writtenForms(canary)) {
      for (let at = 0; at + PIECE <= form.text.length; at++) {
        const piece = form.text.slice(at, at + PIECE)
        const known = places.get(piece)
        if (known === undefined) places.set(piece, [{ kind, form, at }])
        else known.push({ kind, form, at })
      }
    }
  }
  last = { key, places }
  return places
}

function searchText(text: string, places: Places, found: Set<string>): void {
  const flat = text.replace(/[\s\0]+/g, '')
  for (let at = 0; at + PIECE <= flat.length; at += STRIDE) {
    for (const place of places.get(flat.slice(at, at + PIECE)) ?? []) {
      if (!found.has(place.kind) && isLeak(flat, at, place)) found.add(place.kind)
    }
  }
}

/** Whether enough of a form stands around the piece that was found. */
function isLeak(flat: string, at: number, { form, at: inForm }: Place): boolean {
  let before = 0
  while (before < Math.min(at, inForm) && flat[at - before - 1] === form.text[inForm - before - 1])
    before++
  let after = PIECE
  while (inForm + after < form.text.length && flat[at + after] === form.text[inForm + after])
    after++
  return before + after >= form.least
}
