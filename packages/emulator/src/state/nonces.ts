/** @module The nonces of an org: one for everybody, a new one each day, each good for three. */

import { randomText } from '../ids.ts'

const DAY_MS = 86_400_000
const RENEWED_AFTER_MS = DAY_MS
const VALID_MS = 3 * DAY_MS
const LENGTH = 32

/**
 * Nonces for DPoP proofs. Unlike RFC 9449 suggests, one nonce serves every client, and for long.
 *
 * @see Okta, "Configure OAuth 2.0 Demonstrating Proof-of-Possession" - the life of a nonce
 */
export class Nonces {
  #made: readonly { readonly text: string; readonly madeMs: number }[] = []

  /** The nonce that an answer carries now. */
  current(nowMs: number): string {
    const newest = this.#made.at(-1)
    if (newest !== undefined && nowMs - newest.madeMs < RENEWED_AFTER_MS) return newest.text
    const nonce = { text: randomText(LENGTH), madeMs: nowMs }
    this.#made = [...this.#made.filter(({ madeMs }) => nowMs - madeMs < VALID_MS), nonce]
    return nonce.text
  }

  /** Whether this org made a nonce, and not too long ago. */
  isValid(text: string, nowMs: number): boolean {
    return this.#made.some((nonce) => nonce.text === text && nowMs - nonce.madeMs < VALID_MS)
  }

  /** Makes every nonce invalid. */
  forget(): void {
    this.#made = []
  }
}
