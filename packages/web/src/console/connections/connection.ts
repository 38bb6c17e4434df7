/** @module A connection as the server tells it, and how it is. */

import { connectionTexts as texts } from '../../texts/console/connections.ts'
import type { Tone } from '../parts/tone.ts'

/** Where connections are asked for. */
export const CONNECTIONS = '/v1/connections'

/** What the doctor found the last time. */
export interface LastCheck {
  readonly status: 'ok' | 'warning' | 'failed'
  readonly at: string
  readonly problems: readonly string[]
}

/** A connection. */
export interface Connection {
  readonly name: string
  readonly description?: string
  readonly orgUrl: string
  readonly kind: 'service-app' | 'api-token'
  readonly clientId?: string
  readonly scopes?: readonly string[]
  readonly kid?: string
  readonly dpop?: string
  readonly jwksUri?: string
  readonly credentialSince: string
  readonly credentialAgeDays: number
  readonly rotationIntervalDays?: number
  readonly nextRotationAt?: string
  readonly doctor?: LastCheck
  /** As the org told them then; absent: nobody who may tell was asked. */
  readonly roles?: { readonly names: readonly string[]; readonly at: string }
  /** Of the token that the server holds. */
  readonly token?: {
    readonly type: 'Bearer' | 'DPoP'
    readonly scopes: readonly string[]
    readonly expiresAt: string
  }
  readonly lastUsedAt?: string
  readonly inputs: readonly {
    readonly name: string
    readonly title: string
    readonly runs: boolean
    readonly missingScopes: readonly string[]
  }[]
  readonly createdAt: string
  readonly updatedAt: string
}

/** A page of the list, by name. */
export interface ConnectionPage {
  readonly connections: readonly Connection[]
  readonly next?: string
  /** Of those that fit what was searched for, whatever their state. */
  readonly counts: Readonly<Record<ConnectionState, number>>
}

/** What the doctor said the last time; `unknown`: nobody has looked. */
export type ConnectionState = LastCheck['status'] | 'unknown'

/** How it is, by the last time that the doctor looked. */
export function stateOf({ doctor }: Pick<Connection, 'doctor'>): {
  readonly tone: Tone
  readonly word: string
} {
  if (doctor === undefined) return { tone: 'quiet', word: texts.states.unknown }
  return { tone: TONES[doctor.status], word: texts.states[doctor.status] }
}

const TONES = { ok: 'good', warning: 'warning', failed: 'bad' } as const

/** The path of a connection at the server. */
export function connectionPath(name: string, rest = ''): string {
  return `${CONNECTIONS}/${encodeURIComponent(name)}${rest}`
}
