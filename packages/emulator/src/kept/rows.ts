/** @module Everything that requests change of an org, as rows by name: what it had at a moment, and what is different since. */

import type { ApiToken } from '../state/api-token.ts'
import type { App, AppGroup, AppUser } from '../state/app.ts'
import type { AuthorizationServer } from '../state/authorization-server.ts'
import type { Group, GroupRule } from '../state/group.ts'
import type { Org } from '../state/org.ts'
import type { Pairs } from '../state/pairs.ts'
import type { CustomRole, ResourceSet, RoleAssignment } from '../state/role.ts'
import { type Row, Table } from '../state/table.ts'
import type { CustomAttribute, User } from '../state/user.ts'

/** What is different: rows that are new or were replaced, by key, and the keys of those that are gone. */
export interface ChangedRows {
  readonly put: readonly (readonly [key: string, row: unknown])[]
  readonly removed: readonly string[]
}

/** By the name of a collection. */
export type Rows = ReadonlyMap<string, ReadonlyMap<string, unknown>>

/** The rows of an org now. Rows are never changed in place, so they need no copy. */
export function rowsOf(org: Org): Rows {
  const all = new Map<string, ReadonlyMap<string, unknown>>()
  for (const [name, table] of Object.entries(tablesOf(org))) all.set(name, byId(table))
  for (const [app, table] of org.appUsers) all.set(`appUsers/${app}`, byId(table))
  for (const [app, table] of org.appGroups) all.set(`appGroups/${app}`, byId(table))
  all.set('groupRoles', new Map(org.groupRoles))
  all.set('userAttributes', new Map(org.userAttributes))
  all.set('members', keysOf(org.members))
  all.set('ruleMembers', keysOf(org.ruleMembers))
  return all
}

/** What is different in `after`. */
export function changesOf(before: Rows, after: Rows): Readonly<Record<string, ChangedRows>> {
  const changed: Record<string, ChangedRows> = {}
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const had: ReadonlyMap<string, unknown> = before.get(name) ?? new Map()
    const has: ReadonlyMap<string, unknown> = after.get(name) ?? new Map()
    const put = [...has].filter(([key, row]) => had.get(key) !== row)
    const removed = [...had.keys()].filter((key) => !has.has(key))
    if (put.length + removed.length > 0) changed[name] = { put, removed }
  }
  return changed
}

/** Makes an org have the differences. The rows are those that {@link changesOf} gave. */
export function applyChanges(org: Org, changed: Readonly<Record<string, ChangedRows>>): void {
  for (const [name, { put, removed }] of Object.entries(changed)) {
    const collection = collectionOf(org, name)
    for (const key of removed) collection?.remove(key)
    for (const [key, row] of put) collection?.put(row, key)
  }
}

interface Collection {
  put(row: unknown, key: string): void
  remove(key: string): void
}

function tablesOf(org: Org) {
  const { users, groups, rules, apps, apiTokens, authorizationServers } = org
  const { customRoles, resourceSets } = org
  return { users, groups, rules, apps, apiTokens, authorizationServers, customRoles, resourceSets }
}

/** What a name leads to; undefined for a name that there is none of. */
function collectionOf(org: Org, name: string): Collection | undefined {
  const [kind = '', app = ''] = name.split('/')
  switch (kind) {
    case 'users':
      return {
        put: (row) => org.putUser(row as User, { settled: true }),
        remove: (id) => {
          const user = org.users.get(id)
          if (user !== undefined) org.removeUser(user)
        },
      }
    case 'groups':
      return {
        put: (row) => org.groups.putSettled(row as Group),
        remove: (id) => org.groups.remove(id),
      }
    case 'rules':
      return tableOf<GroupRule>(org.rules)
    case 'apps':
      return tableOf<App>(org.apps)
    case 'apiTokens':
      return tableOf<ApiToken>(org.apiTokens)
    case 'authorizationServers':
      return tableOf<AuthorizationServer>(org.authorizationServers)
    case 'customRoles':
      return tableOf<CustomRole>(org.customRoles)
    case 'resourceSets':
      return tableOf<ResourceSet>(org.resourceSets)
    case 'appUsers':
      return tableOf<AppUser>(tableIn(org.appUsers, app))
    case 'appGroups':
      return tableOf<AppGroup>(tableIn(org.appGroups, app))
    case 'groupRoles':
      return mapOf<readonly RoleAssignment[]>(org.groupRoles)
    case 'userAttributes':
      return mapOf<CustomAttribute>(org.userAttributes)
    case 'members':
      return pairsOf(org.members)
    case 'ruleMembers':
      return pairsOf(org.ruleMembers)
    default:
      return undefined
  }
}

function byId(table: Iterable<Row>): ReadonlyMap<string, unknown> {
  return new Map([...table].map((row) => [row.id, row]))
}

function keysOf(pairs: Pairs): ReadonlyMap<string, unknown> {
  return new Map([...pairs.all()].map(([left, right]) => [`${left} ${right}`, true]))
}

function tableIn<T extends Row>(tables: Map<string, Table<T>>, app: string): Table<T> {
  const table = tables.get(app) ?? new Table<T>()
  tables.set(app, table)
  return table
}

function tableOf<T extends Row>(table: Table<T>): Collection {
  return { put: (row) => table.put(row as T), remove: (id) => table.remove(id) }
}

function mapOf<T>(map: Map<string, T>): Collection {
  return { put: (row, key) => map.set(key, row as T), remove: (key) => map.delete(key) }
}

function pairsOf(pairs: Pairs): Collection {
  const split = (key: string) => key.split(' ') as [string, string]
  return {
    put: (_row, key) => pairs.add(...split(key)),
    remove: (key) => pairs.remove(...split(key)),
  }
}
