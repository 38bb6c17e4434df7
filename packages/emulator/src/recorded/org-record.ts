/** @module A record of a real org: an object or an event as Okta's API gave it, to be shown again byte for byte. */

import type { JsonObject } from '../json.ts'

/** What a record is of. A member, an app's user and an app's group are in a list behind a parent. */
export type OrgRecordKind =
  | 'user'
  | 'group'
  | 'app'
  | 'group-member'
  | 'app-user'
  | 'app-group'
  | 'event'

/** One record. */
export interface OrgRecord {
  readonly kind: OrgRecordKind
  /** Of the object, an id as Okta makes them; the uuid of an event. */
  readonly id: string
  /** The id of the group or app whose list it is in. */
  readonly parentId?: string
  /** JSON in one line, as it will be shown. */
  readonly text: string
  /** The value of the text. */
  readonly value: JsonObject
}
