/** @module Marked secrets, and a search for the marks in whatever was printed. TEST SECRETS, used nowhere else. */

import { createECDH } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'vitest'
import { findLeaks, findLeaksInBytes, type Marks } from './leak-search.ts'

export type { Marks }

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

/** The kinds of secret that stand in a text, in any form ({@link findLeaks}). */
export function leaksIn(text: string, marks: Marks = canaries): string[] {
  return findLeaks(text, marks)
}

/** The kinds of secret that stand among bytes. */
export function leaksInBytes(bytes: Uint8Array, marks: Marks = canaries): string[] {
  return findLeaksInBytes(bytes, marks)
}
