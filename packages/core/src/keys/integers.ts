/** @module Whole numbers of any size: their bytes and their arithmetic. None of it runs in constant time. */

/** The number of big-endian bytes. */
export function integerOfBytes(bytes: Uint8Array): bigint {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}

/** Big-endian bytes of a number that is not negative: as few as it needs (0 needs one), or `length`, zeros first. */
export function bytesOfInteger(value: bigint, length?: number): Uint8Array<ArrayBuffer> {
  const digits = value.toString(16)
  const hex = digits.padStart((length ?? Math.ceil(digits.length / 2)) * 2, '0')
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  )
}

/** How many bits a number needs; 0 for 0. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length
}

/** The remainder in [0, modulus), also for negative numbers. */
export function mod(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus
  return remainder < 0n ? remainder + modulus : remainder
}

/** The greatest common divisor of two numbers that are not negative. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

/** The whole part of the square root of a number that is not negative. */
export function squareRoot(value: bigint): bigint {
  // Newton's method falls to the root from any start above it.
  let root = 1n << BigInt(Math.ceil(bitLength(value) / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** The inverse of `value` modulo `modulus`, or undefined where there is none. */
export function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [r, nextR] = [modulus, mod(value, modulus)]
  let [t, nextT] = [0n, 1n]
  while (nextR !== 0n) {
    const quotient = r / nextR
    ;[r, nextR] = [nextR, r - quotient * nextR]
    ;[t, nextT] = [nextT, t - quotient * nextT]
  }
  return r === 1n ? mod(t, modulus) : undefined
}

/** A random number in [min, max], from the platform's generator. */
export function randomInteger(min: bigint, max: bigint): bigint {
  const span = max - min + 1n
  // Eight bytes more than needed make the bias of the remainder smaller than 2^-64.
  const bytes = new Uint8Array(Math.ceil(bitLength(span) / 8) + 8)
  return min + (integerOfBytes(crypto.getRandomValues(bytes)) % span)
}

const WINDOW_BITS = 4
const DIGITS_BETWEEN_PAUSES = 16

/** `base ** exponent % modulus` for an exponent that is not negative. Awaits `pause` now and then, so that it never blocks for long. */
export async function modPow(
  base: bigint,
  exponent: bigint,
  modulus: bigint,
  pause: () => Promise<void>,
): Promise<bigint> {
  const powers = [1n % modulus]
  for (let at = 1; at < 1 << WINDOW_BITS; at++) {
    powers.push(((powers[at - 1] ?? 1n) * base) % modulus)
  }
  let result = 1n % modulus
  let digitsLeft = DIGITS_BETWEEN_PAUSES
  for (const digit of exponent.toString(1 << WINDOW_BITS)) {
    for (let at = 0; at < WINDOW_BITS; at++) result = (result * result) % modulus
    result = (result * (powers[Number.parseInt(digit, 1 << WINDOW_BITS)] ?? 1n)) % modulus
    digitsLeft -= 1
    if (digitsLeft > 0) continue
    digitsLeft = DIGITS_BETWEEN_PAUSES
    await pause()
  }
  return result
}

const LONGEST_BLOCK_MS = 5

/**
 * A function to await inside long arithmetic: it lets the event loop run whenever 5 ms have passed since it last did.
 *
 * Real time, not a {@link Clock}: what is measured is the machine's own work.
 */
export function createPause(): () => Promise<void> {
  let sinceMs = performance.now()
  return async () => {
    if (performance.now() - sinceMs < LONGEST_BLOCK_MS) return
    // A macrotask: microtasks alone would keep timers and sockets waiting.
    await new Promise((resolve) => setTimeout(resolve, 0))
    sinceMs = performance.now()
  }
}
