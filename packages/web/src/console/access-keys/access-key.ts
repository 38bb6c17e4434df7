/** @module An access key as the server tells it, and how it is. */

import { accessKeyTexts } from '../../texts/console/access-keys.ts'
import type { Tone } from '../parts/tone.ts'
import type { Rule } from '../permissions.ts'

/** Where access keys are asked for. */
export const ACCESS_KEYS = '/v1/access-keys'

/** An access key, without its text. */
export interface AccessKey {
  readonly id: string
  readonly name: string
  readonly rules: readonly Rule[]
  readonly createdAt: string
  readonly expiresAt?: string
  readonly lastUsedAt?: string
  readonly revokedAt?: string
  readonly previousUntil?: string
}

/** A page of the list, the newest first. */
export interface AccessKeyPage {
  readonly accessKeys: readonly AccessKey[]
  readonly next?: string
  /** Of those that fit what was searched for, whatever their state. */
  readonly counts: Readonly<Record<'live' | 'ending' | 'expired' | 'revoked', number>>
}

/** One that was just made or rotated. */
export interface NewAccessKey extends AccessKey {
  readonly text: string
}

const SOON_MS = 7 * 86_400_000
const { states, every, on } = accessKeyTexts

/** How it is. @param now - in milliseconds. */
export function stateOf(
  { revokedAt, expiresAt }: AccessKey,
  now: number,
): { readonly tone: Tone; readonly word: string } {
  if (revokedAt !== undefined) return { tone: 'quiet', word: states.revoked }
  const leftMs = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt) - now
  if (leftMs <= 0) return { tone: 'quiet', word: states.expired }
  return leftMs < SOON_MS
    ? { tone: 'warning', word: states.ending }
    : { tone: 'good', word: states.live }
}

/** A rule in words: `read, proxy on acme`. */
export function ruleText({ connections, verbs, methods, paths }: Rule): string {
  const where = connections.includes('*') ? every : connections.join(', ')
  const limits = [...(methods ?? []), ...(paths ?? [])]
  const limit = limits.length === 0 ? '' : ` (${limits.join(' ')})`
  return `${verbs.join(', ')} ${on} ${where}${limit}`
}
