/** @module The uuids of a log: those of events tell a time, those of cursors a place. */

import { hash } from '../random.ts'

// Milliseconds from the start of the Gregorian calendar, where the time of a uuid begins, to 1970.
const GREGORIAN_TO_UNIX_MS = 12_219_292_800_000
const TICKS_PER_MS = 10_000
const HALF = 2 ** 32

/**
 * The uuid of an event: of version 1, whose time is the event's `published`; no two numbers of a log share one.
 *
 * @see RFC 9562, section 5.1 - the layout
 */
export function eventUuid(seed: number, number: number, publishedMs: number): string {
  // The ticks have more bits than a number; their halves have not.
  const ms = publishedMs + GREGORIAN_TO_UNIX_MS
  const lowTicks = (ms % HALF) * TICKS_PER_MS + (number % TICKS_PER_MS)
  const highTicks = Math.floor(ms / HALF) * TICKS_PER_MS + Math.floor(lowTicks / HALF)
  const high = hex(highTicks, 7)
  const clock = 0x8000 | (hash(seed, 0x11) & 0x3fff)
  // The multicast bit says that the node is not a network card.
  const node = hex(((hash(seed, 0x22) & 0xffff) | 0x0100) >>> 0, 4) + hex(scramble(number), 8)
  return `${hex(lowTicks % HALF, 8)}-${high.slice(3)}-1${high.slice(0, 3)}-${hex(clock, 4)}-${node}`
}

/** A place in the order of `published`. */
export interface Place {
  readonly publishedMs: number
  readonly number: number
}

/** The cursor that stands for a place, as a uuid of version 4. */
export function formatPlace(seed: number, { publishedMs, number }: Place): string {
  const time = hex(publishedMs, 12)
  const check = hash(seed, publishedMs, number)
  const tail = `${hex(number, 8)}${hex(check & 0xffff, 4)}`
  const middle = `4${hex((check >>> 16) & 0xfff, 3)}-8${hex((check >>> 4) & 0xfff, 3)}`
  return `${time.slice(0, 8)}-${time.slice(8)}-${middle}-${tail}`
}

/** The place behind a cursor; undefined where this org never gave it out. */
export function parsePlace(seed: number, cursor: string): Place | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-4[0-9a-f]{3}-8[0-9a-f]{3}-([0-9a-f]{8})/.exec(cursor)
  if (match === null) return undefined
  const [, high = '', low = '', number = ''] = match
  const place = {
    publishedMs: Number.parseInt(high + low, 16),
    number: Number.parseInt(number, 16),
  }
  return formatPlace(seed, place) === cursor ? place : undefined
}

// Takes every 32-bit number to another one, and never two to the same.
function scramble(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
