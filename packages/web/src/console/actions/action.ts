/** @module An action and its answers, as the server tells them. */

import { connectionPath } from '../connections/connection.ts'

/** One value that an action takes. */
export interface Parameter {
  readonly name: string
  readonly kind: 'user' | 'group' | 'app' | 'users' | 'text' | 'boolean' | 'object' | 'json'
  readonly description: string
  readonly required: boolean
}

/** An action, and what the person may do with it on a connection. */
export interface Action {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly effect: 'read' | 'change'
  readonly destructive: boolean
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly parameters: readonly Parameter[]
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
