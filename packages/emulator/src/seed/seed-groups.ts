/** @module The groups of a populated org: one for each department, some for projects, some from a directory. */

import type { JsonObject } from '../json.ts'
import { hash, pick } from '../random.ts'
import type { App, AppGroup } from '../state/app.ts'
import type { Group } from '../state/group.ts'
import type { Org } from '../state/org.ts'
import { Table } from '../state/table.ts'
import type { User } from '../state/user.ts'
import { chooseSome } from './choose-some.ts'
import { departments, subjects } from './names.ts'

const DAY_MS = 86_400_000
const DIRECTORY_GROUP_EVERY = 10
const RULES = 3

interface SeedGroupsOptions {
  readonly count: number
  readonly members: readonly User[]
  readonly apps: readonly App[]
}

/** Makes groups and their members, group rules, and the assignments of groups to apps. */
export function seedGroups(org: Org, seed: number, options: SeedGroupsOptions): void {
  const { count, members, apps } = options
  const directoryGroups = Math.floor(count / DIRECTORY_GROUP_EVERY)
  const source = directoryGroups === 0 ? undefined : makeDirectory(org)
  for (let index = 0; index < count; index++) {
    const department = departments[index]?.[0]
    const isImported = source !== undefined && index >= count - directoryGroups
    const group = makeGroup(org, index, {
      name: department ?? `${pick(subjects, seed, index)} ${index + 1}`,
      ageDays: count - index,
      ...(isImported && { source }),
    })
    const chosen =
      department === undefined
        ? [...chooseSome(members, 0.5 / (index + 2), seed + index)]
        : members.filter(({ profile }) => profile['department'] === department)
    for (const { id } of chosen) org.members.add(group.id, id)
    org.groups.putSettled({
      ...group,
      lastMembershipUpdatedMs: newestOf(chosen, group.createdMs),
    })
    if (department !== undefined && index < RULES) makeRule(org, group, department)
    const app = apps[index]
    if (app !== undefined) assignGroup(org, app, group)
  }
}

/** Makes Everyone as old as the first of all users, its membership as the last one. */
export function ageEveryone(org: Org, people: readonly User[]): void {
  const everyone = org.groups.get(org.everyoneId)
  const [first] = people
  if (everyone === undefined || first === undefined) return
  const createdMs = Math.min(everyone.createdMs, first.createdMs)
  const lastUpdatedMs = Math.min(everyone.lastUpdatedMs, createdMs)
  const lastMembershipUpdatedMs = newestOf(people, createdMs)
  org.groups.putSettled({ ...everyone, createdMs, lastUpdatedMs, lastMembershipUpdatedMs })
}

// The last change of a group's members is at least as new as its newest member.
function newestOf(users: readonly User[], leastMs: number): number {
  return users.reduce((newestMs, { createdMs }) => Math.max(newestMs, createdMs), leastMs)
}

function makeDirectory(org: Org): App {
  const createdMs = org.time.secondMs() - 400 * DAY_MS
  const app: App = {
    id: org.ids.next('app'),
    name: 'active_directory',
    label: 'corp.example.com',
    status: 'ACTIVE',
    createdMs,
    lastUpdatedMs: createdMs,
    // An agent brings the groups; nobody signs in through it.
    signOnMode: 'AUTO_LOGIN',
    details: {},
  }
  org.apps.put(app)
  return app
}

function makeGroup(
  org: Org,
  index: number,
  options: { readonly name: string; readonly ageDays: number; readonly source?: App },
): Group {
  const { name, ageDays, source } = options
  const createdMs = org.time.secondMs() - ageDays * DAY_MS
  return {
    id: org.ids.next('group'),
    type: source === undefined ? 'OKTA_GROUP' : 'APP_GROUP',
    objectClass: [source === undefined ? 'okta:user_group' : 'okta:windows_security_principal'],
    createdMs,
    lastUpdatedMs: createdMs,
    lastMembershipUpdatedMs: createdMs,
    profile: source === undefined ? { name, description: null } : directoryProfile(name, index),
    ...(source && { sourceAppId: source.id }),
  }
}

// An objectSid is base64 of: version, count, authority, the domain's three numbers, the group's own number.
function directoryProfile(name: string, index: number): JsonObject {
  const sid = Buffer.alloc(28)
  sid.set([1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0])
  for (const place of [0, 1, 2]) sid.writeUInt32LE(hash(0x51d, place), 12 + 4 * place)
  sid.writeUInt32LE(1_100 + index, 24)
  return {
    name,
    description: `${name} of corp.example.com`,
    groupType: 'Security',
    groupScope: 'Global',
    samAccountName: name,
    objectSid: sid.toString('base64'),
    windowsDomainQualifiedName: `CORP\\${name}`,
    dn: `CN=${name},OU=Groups,DC=corp,DC=example,DC=com`,
    externalId: Buffer.from(`${hash(1, index)} ${hash(2, index)}`).toString('base64'),
  }
}

function makeRule(org: Org, group: Group, department: string): void {
  org.rules.put({
    id: org.ids.next('rule'),
    status: 'ACTIVE',
    name: `${department} by department`,
    createdMs: group.createdMs,
    lastUpdatedMs: group.createdMs,
    expression: `user.department=="${department}"`,
    groupIds: [group.id],
    excludedUserIds: [],
    excludedGroupIds: [],
  })
  for (const id of org.members.rightsOf(group.id)) org.ruleMembers.add(group.id, id)
}

function assignGroup(org: Org, app: App, group: Group): void {
  const table = org.appGroups.get(app.id) ?? new Table<AppGroup>()
  table.put({ id: group.id, lastUpdatedMs: group.createdMs, priority: table.size, profile: {} })
  org.appGroups.set(app.id, table)
}
