/** @module Marked secrets, and a search for the marks in whatever was printed. TEST SECRETS, used nowhere else. */

import { createECDH } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'vitest'

/** One mark for each kind of secret; each is found again in any of the forms a leak would take. */
export const canaries = {
  privateKey: 'Zr2mX7vKq4tN9wB3cF6hJ1dLp8sYgT5u',
  passphrase: 'hG4kV9xQe7nR2zW6bM1yD8jS3fUaP5tc',
  apiToken: '00Hw3nYr8KzQ5vLb1TxJ6mCg9PdFs2EaU7oNiVykXW',
  accessToken: 'oD6fR1wJ8qTbX3zN5vKcY9mLsG2hAe4p',
  nonce: 'Tk9bW2jU7eMrQ4xC6nHsF1yVzL8dGa3o',
} as const

/** A private EC JWK whose private number is the mark itself. TEST KEY. */
export function canaryJwk(kid = 'canary-kid'): Record<string, string> {
  const d = Buffer.from(canaries.privateKey, 'ascii')
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(d)
  const point = ecdh.getPublicKey()
  return {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
    d: d.toString('base64url'),
    kid,
  }
}

/** The mark as text, hex, percent-encoded, reversed, and in base64 at each of the three places it may start. */
export function formsOf(canary: string): string[] {
  const bytes = Buffer.from(canary, 'utf8')
  const base64 = [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes])
    // The first and last characters also encode neighbouring bytes.
    const middle = shifted
      .toString('base64')
      .replace(/=+$/, '')
      .slice(offset + 1, -2)
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const hex = bytes.toString('hex')
  return [canary, [...canary].reverse().join(''), hex, hex.toUpperCase(), ...base64]
}

/** Everything a value shows, however it is printed: inspected, serialised, stringified, cloned, compared, thrown. */
export function everythingShown(value: unknown): string {
  const shown = [
    attempt(() =>
      inspect(value, { depth: 20, showHidden: true, getters: true, maxStringLength: null }),
    ),
    attempt(() => JSON.stringify(value)),
    attempt(() => String(value)),
    attempt(() => inspect({ ...(value as object) }, { depth: 20 })),
    attempt(() => inspect(structuredClone(value), { depth: 20, showHidden: true })),
    attempt(() => new Error(`${value}`).stack ?? ''),
    // What a test's snapshot or diff would print.
    attempt(() => {
      expect(value).toEqual({ never: 'equal' })
      return ''
    }),
  ]
  for (
    let error = value, depth = 0;
    error instanceof Error && depth < 10;
    error = error.cause, depth++
  ) {
    shown.push(
      error.message,
      error.stack ?? '',
      attempt(() => JSON.stringify(error)),
    )
  }
  return shown.join('\n')
}

function attempt(show: () => string | undefined): string {
  try {
    return show() ?? ''
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error)
  }
}

/** Secrets to search for, by their kind. */
export type Marks = Readonly<Record<string, string>>

/** The kinds of secret of which any 16 characters in a row, in any form, stand in a text; line breaks do not hide them. */
export function leaksIn(text: string, marks: Marks = canaries): string[] {
  const flat = text.replace(/\s+/g, '')
  return Object.entries(marks).flatMap(([kind, canary]) =>
    formsOf(canary).some((form) => windowsOf(form).some((window) => flat.includes(window)))
      ? [kind]
      : [],
  )
}

/** The kinds of secret of which the first 24 characters, in any form, stand among bytes. For files, which are large. */
export function leaksInBytes(bytes: Uint8Array, marks: Marks = canaries): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Object.entries(marks).flatMap(([kind, canary]) =>
    formsOf(canary).some((form) => text.includes(form.slice(0, 24), 0, 'latin1')) ? [kind] : [],
  )
}

function windowsOf(form: string): string[] {
  return Array.from({ length: form.length - 15 }, (_, start) => form.slice(start, start + 16))
}
