/** @module What a connection says beside its org and its client id. JSON, without any secret. */

import type { AssertionOptions, PublicJwk } from '@postern/core'

/** The settings of a stored connection. */
export interface ConnectionSettings {
  readonly scopes?: readonly string[]
  readonly authorizationServerId?: string
  readonly assertion?: AssertionOptions
  readonly assertionParameter?: string
  /** The names of the headers of the token request; their values are sealed. */
  readonly headerNames?: readonly string[]
  /** Absent: a proof is sent as soon as the org asks for one. */
  readonly dpopRequired?: boolean
  /** The public half of the key in use. */
  readonly publicJwk?: PublicJwk
  /** Where Okta fetches the app's keys; absent where it keeps them. */
  readonly jwksUri?: string
  /** The connection that changes the app's keys where nobody attends to it. */
  readonly rotationAdmin?: string
  /** The scopes of what the connection is for, where they are not those it asks for. */
  readonly wants?: readonly string[]
}

/** How the doctor's last look at a stored connection came out. */
export interface DoctorResult {
  readonly status: 'ok' | 'warning' | 'failed'
  /** ISO 8601. */
  readonly at: string
  /** The codes of what has to be done something about. */
  readonly problems: readonly string[]
  /** The admin roles, where somebody who may tell was asked; those of an earlier look stay where nobody was. */
  readonly roles?: KnownRoles | undefined
}

/** The names of the admin roles of a service app, as its org told them. */
export interface KnownRoles {
  readonly names: readonly string[]
  /** ISO 8601. */
  readonly at: string
}
