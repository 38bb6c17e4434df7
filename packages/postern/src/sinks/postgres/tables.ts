/** @module The tables of the PostgreSQL sink: one for each kind of record, with what people query by in columns of its own. */

import type { RecordKind } from '../record.ts'
import { type Column, instantColumn, integerColumn, textColumn, textsColumn } from './columns.ts'

/** The table of one kind of record. Its key is the org and the columns of the record's id. */
export interface SinkTable {
  readonly name: string
  /** The columns that a record's id goes into: of a member or an assignment its parent's id, and its own. */
  readonly id: readonly [string] | readonly [parent: string, own: string]
  readonly columns: readonly Column[]
  /** Columns that have an index, each behind the org. */
  readonly indexed: readonly string[]
}

/** The events of the System Log. They come and stay as they are. */
const events: SinkTable = {
  name: 'events',
  id: ['uuid'],
  columns: [
    instantColumn('published', 'published'),
    textColumn('event_type', 'eventType'),
    textColumn('severity', 'severity'),
    textColumn('outcome', 'outcome', 'result'),
    textColumn('actor_id', 'actor', 'id'),
    textColumn('actor_alternate_id', 'actor', 'alternateId'),
    textColumn('client_ip', 'client', 'ipAddress'),
    textsColumn('target_ids', 'target', 'id'),
  ],
  indexed: ['published'],
}

const created = instantColumn('created', 'created')
const lastUpdated = instantColumn('last_updated', 'lastUpdated')

const users: SinkTable = {
  name: 'users',
  id: ['id'],
  columns: [
    textColumn('status', 'status'),
    textColumn('login', 'profile', 'login'),
    textColumn('email', 'profile', 'email'),
    textColumn('first_name', 'profile', 'firstName'),
    textColumn('last_name', 'profile', 'lastName'),
    created,
    lastUpdated,
    instantColumn('status_changed', 'statusChanged'),
    instantColumn('last_login', 'lastLogin'),
  ],
  indexed: [],
}

const groups: SinkTable = {
  name: 'groups',
  id: ['id'],
  columns: [
    textColumn('type', 'type'),
    textColumn('name', 'profile', 'name'),
    textColumn('description', 'profile', 'description'),
    created,
    lastUpdated,
    instantColumn('last_membership_updated', 'lastMembershipUpdated'),
  ],
  indexed: [],
}

const groupMembers: SinkTable = {
  name: 'group_members',
  id: ['group_id', 'user_id'],
  columns: [],
  indexed: ['user_id'],
}

const apps: SinkTable = {
  name: 'apps',
  id: ['id'],
  columns: [
    textColumn('status', 'status'),
    textColumn('name', 'name'),
    textColumn('label', 'label'),
    textColumn('sign_on_mode', 'signOnMode'),
    created,
    lastUpdated,
  ],
  indexed: [],
}

const appUsers: SinkTable = {
  name: 'app_users',
  id: ['app_id', 'user_id'],
  columns: [
    textColumn('status', 'user', 'status'),
    textColumn('scope', 'user', 'scope'),
    textColumn('user_name', 'user', 'credentials', 'userName'),
    instantColumn('created', 'user', 'created'),
    instantColumn('last_updated', 'user', 'lastUpdated'),
  ],
  indexed: ['user_id'],
}

const appGroups: SinkTable = {
  name: 'app_groups',
  id: ['app_id', 'group_id'],
  columns: [
    integerColumn('priority', 'group', 'priority'),
    instantColumn('last_updated', 'group', 'lastUpdated'),
  ],
  indexed: ['group_id'],
}

/** The table of each kind. */
export const tables: Readonly<Record<RecordKind, SinkTable>> = {
  event: events,
  user: users,
  group: groups,
  'group-member': groupMembers,
  app: apps,
  'app-user': appUsers,
  'app-group': appGroups,
}

/** How far each feed got: its last batch, moved in the transaction that writes it. */
export const OFFSET_TABLE = 'feed_offset'
