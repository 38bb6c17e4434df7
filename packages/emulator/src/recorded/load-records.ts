/** @module Fills an org with records of a real one: what its lists and its log then show is what was recorded. */

import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import type { App } from '../state/app.ts'
import type { Group } from '../state/group.ts'
import type { Org } from '../state/org.ts'
import { Table } from '../state/table.ts'
import { type User, userStatuses } from '../state/user.ts'
import type { OrgRecord, OrgRecordKind } from './org-record.ts'

const order: readonly OrgRecordKind[] = [
  'user',
  'group',
  'app',
  'group-member',
  'app-user',
  'app-group',
  'event',
]

/**
 * Puts records into an org, as if they had been there for long. Whoever or whatever a record names without one of its own
 * is made up from what the record says. Several records of one object: the last one counts.
 */
export function loadRecords(org: Org, records: readonly OrgRecord[]): void {
  const byKind = Map.groupBy(records, ({ kind }) => kind)
  for (const kind of order) {
    for (const record of (byKind.get(kind) ?? []).toSorted(byPlace)) load[kind](org, record)
  }
}

const load: Readonly<Record<OrgRecordKind, (org: Org, record: OrgRecord) => void>> = {
  user: (org, { id, value, text }) => {
    const user = userOf(org, id, value)
    org.putUser(user, { settled: true })
    org.recorded.put(user, text)
  },
  group: (org, { id, value, text }) => {
    const group = groupOf(org, id, value)
    org.groups.putSettled(group)
    org.recorded.put(group, text)
  },
  app: (org, { id, value, text }) => {
    const app = appOf(org, id, value)
    org.apps.put(app)
    org.recorded.put(app, text)
  },
  'group-member': (org, { id, parentId = '', value, text }) => {
    if (org.groups.get(parentId) === undefined) org.groups.putSettled(groupOf(org, parentId, {}))
    const user = org.users.get(id) ?? userOf(org, id, value)
    if (org.users.get(id) === undefined) org.putUser(user, { settled: true })
    org.members.add(parentId, id)
    org.recorded.putMember(parentId, user, text)
  },
  'app-user': (org, { id, parentId = '', value, text }) => {
    requireApp(org, parentId)
    if (org.users.get(id) === undefined) {
      const login = textOf(objectOf(value, 'credentials')['userName'])
      org.putUser(userOf(org, id, { profile: { login: login ?? id } }), { settled: true })
    }
    const table = org.appUsers.get(parentId) ?? new Table()
    const row = { id, ...timesOf(org, value), profile: objectOf(value, 'profile') }
    table.put(row)
    org.appUsers.set(parentId, table)
    org.recorded.put(row, text)
  },
  'app-group': (org, { id, parentId = '', value, text }) => {
    requireApp(org, parentId)
    if (org.groups.get(id) === undefined) org.groups.putSettled(groupOf(org, id, {}))
    const table = org.appGroups.get(parentId) ?? new Table()
    const { priority } = value
    const row = {
      id,
      lastUpdatedMs: timesOf(org, value).lastUpdatedMs,
      priority: Number.isSafeInteger(priority) ? Number(priority) : table.size,
      profile: objectOf(value, 'profile'),
    }
    table.put(row)
    org.appGroups.set(parentId, table)
    org.recorded.put(row, text)
  },
  event: (org, { text }) => org.log.addRecorded(text),
}

function userOf(org: Org, id: string, value: JsonObject): User {
  const { createdMs, lastUpdatedMs } = timesOf(org, value)
  const profile = objectOf(value, 'profile')
  const status = userStatuses.find((known) => known === value['status']) ?? 'ACTIVE'
  return {
    id,
    status,
    createdMs,
    lastUpdatedMs,
    activatedMs: timeOf(value['activated']),
    statusChangedMs: timeOf(value['statusChanged']),
    lastLoginMs: timeOf(value['lastLogin']),
    passwordChangedMs: timeOf(value['passwordChanged']),
    profile: {
      firstName: null,
      lastName: null,
      mobilePhone: null,
      secondEmail: null,
      email: null,
      ...profile,
      login: textOf(profile['login']) ?? id,
    },
    hasPassword: isJsonObject(objectOf(value, 'credentials')['password']),
    provider: { type: 'OKTA', name: 'OKTA' },
  }
}

const groupTypes: readonly string[] = ['BUILT_IN', 'OKTA_GROUP', 'APP_GROUP']

function groupOf(org: Org, id: string, value: JsonObject): Group {
  const { createdMs, lastUpdatedMs } = timesOf(org, value)
  const type = textOf(value['type']) ?? ''
  const classes = value['objectClass']
  return {
    id,
    type: groupTypes.includes(type) ? (type as Group['type']) : 'OKTA_GROUP',
    objectClass: Array.isArray(classes) ? classes.map(String) : ['okta:user_group'],
    createdMs,
    lastUpdatedMs,
    lastMembershipUpdatedMs: timeOf(value['lastMembershipUpdated']) ?? lastUpdatedMs,
    profile: { name: id, description: null, ...objectOf(value, 'profile') },
  }
}

function appOf(org: Org, id: string, value: JsonObject): App {
  return {
    id,
    name: textOf(value['name']) ?? 'bookmark',
    label: textOf(value['label']) ?? id,
    status: value['status'] === 'INACTIVE' ? 'INACTIVE' : 'ACTIVE',
    ...timesOf(org, value),
    signOnMode: textOf(value['signOnMode']) ?? 'BOOKMARK',
    details: {},
  }
}

function requireApp(org: Org, id: string): void {
  if (org.apps.get(id) === undefined) org.apps.put(appOf(org, id, {}))
}

function timesOf(org: Org, value: JsonObject) {
  const createdMs = timeOf(value['created']) ?? org.createdMs
  return { createdMs, lastUpdatedMs: timeOf(value['lastUpdated']) ?? createdMs }
}

function timeOf(value: Json | undefined): number | null {
  const epochMs = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(epochMs) ? null : epochMs
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function objectOf(value: JsonObject, member: string): JsonObject {
  const inner = value[member]
  return isJsonObject(inner) ? inner : {}
}

// Objects by id, as tables keep them; events in the order in which they happened.
function byPlace(a: OrgRecord, b: OrgRecord): number {
  const [first, second] = [a, b].map(({ kind, id, value }) =>
    kind === 'event' ? (timeOf(value['published']) ?? 0) : id,
  )
  return first === second ? 0 : (first ?? 0) < (second ?? 0) ? -1 : 1
}
