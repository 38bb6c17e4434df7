/** @module An action and its answers, as the server tells them. */

import type { Action as DeclaredAction, Parameter } from '@postern/core'
import { connectionPath } from '../connections/connection.ts'

export type { Parameter }

/** An action, and what the person may do with it on a connection. */
export interface Action extends Omit<DeclaredAction, 'prepare'> {
  readonly schema: {
    readonly properties?: Readonly<Record<string, { readonly enum?: readonly string[] }>>
  }
  readonly right: 'direct' | 'planned'
}

/** What was found: of a dry run, of a run, or of a plan. */
export interface Found {
  readonly objects: readonly {
    readonly kind: 'user' | 'group' | 'app'
    readonly id: string
    readonly name: string
  }[]
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
  readonly effects: readonly { readonly change: string; readonly summary: string }[]
  readonly items?: readonly {
    readonly value: string
    readonly outcome: 'changed' | 'already_so' | 'planned' | 'failed'
    readonly error?: { readonly code: string; readonly message: string; readonly remedy: string }
  }[]
  readonly notes: readonly string[]
}

/** What an action answers. */
export interface ActionAnswer extends Found {
  readonly action: string
  readonly dryRun: boolean
  readonly changed: boolean
  readonly result?: unknown
  readonly requestIds: readonly string[]
}

/** Where the actions of a connection are asked for. */
export function actionsPath(connection: string): string {
  return connectionPath(connection, '/actions')
}

/** Where one is run. */
export function actionPath(connection: string, action: string): string {
  return `${actionsPath(connection)}/${encodeURIComponent(action)}`
}
