/** @module A group of an org, as it is kept. */

import type { JsonObject } from '../json.ts'

/** A group. Never changed in place. */
export interface Group {
  readonly id: string
  readonly type: 'BUILT_IN' | 'OKTA_GROUP' | 'APP_GROUP'
  readonly objectClass: readonly string[]
  readonly createdMs: number
  readonly lastUpdatedMs: number
  /** What every read shows until {@link Group.membership} becomes visible. */
  readonly lastMembershipUpdatedMs: number
  /** The second of the newest membership change, and when reads start to show it. */
  readonly membership?: { readonly changedMs: number; readonly visibleFromMs: number }
  readonly profile: JsonObject
  /** Of an APP_GROUP: the app it was imported from. */
  readonly sourceAppId?: string
}

/** A rule that puts users into groups. */
export interface GroupRule {
  readonly id: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly name: string
  readonly createdMs: number
  readonly lastUpdatedMs: number
  readonly expression: string
  readonly groupIds: readonly string[]
  readonly excludedUserIds: readonly string[]
  readonly excludedGroupIds: readonly string[]
}
