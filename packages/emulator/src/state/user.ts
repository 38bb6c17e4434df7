/** @module A user of an org, as it is kept. */

import type { JsonObject } from '../json.ts'
import type { RoleAssignment } from './role.ts'

/** The states of a user. */
export const userStatuses = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
  'SUSPENDED',
  'DEPROVISIONED',
] as const

/** One of them. */
export type UserStatus = (typeof userStatuses)[number]

/** A user. Times are milliseconds since the epoch, in whole seconds. Never changed in place. */
export interface User {
  readonly id: string
  readonly status: UserStatus
  /** Where an activation is going, while it lasts. */
  readonly transition?: { readonly to: UserStatus; readonly untilMs: number }
  readonly createdMs: number
  readonly activatedMs: number | null
  readonly statusChangedMs: number | null
  readonly lastLoginMs: number | null
  readonly lastUpdatedMs: number
  readonly passwordChangedMs: number | null
  /** `login`, `email`, `firstName`, `lastName`, `mobilePhone` and `secondEmail` are always there, `null` where unknown. */
  readonly profile: JsonObject
  /** Only in orgs with realms. */
  readonly realmId?: string
  readonly hasPassword: boolean
  readonly recoveryQuestion?: string
  readonly provider: { readonly type: string; readonly name: string }
  /** The user's own admin roles, which an API token of the user has too. */
  readonly roles?: readonly RoleAssignment[]
}

/** An attribute that an administrator added to the schema of users. */
export interface CustomAttribute {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'array'
  readonly title: string
}
