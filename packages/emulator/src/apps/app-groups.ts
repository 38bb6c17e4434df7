/** @module Assigns groups to apps, and shows which are assigned. */

import { formatTime } from '../clock.ts'
import { showGroup } from '../directory/groups/show.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { optionalInteger, optionalObject } from '../http/fields.ts'
import { invalid, notFound } from '../http/okta-error.ts'
import { pageAnswer, readAfter, readLimit, take } from '../http/paging.ts'
import { type ManagementRequest, readOptionalJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import { isId } from '../ids.ts'
import type { App, AppGroup } from '../state/app.ts'
import type { Group } from '../state/group.ts'
import { memberIds } from '../state/members.ts'
import type { Org } from '../state/org.ts'
import { Table } from '../state/table.ts'
import type { EventDraft } from '../system-log/event.ts'
import { appParticipant, groupParticipant } from '../system-log/participants.ts'
import { accessOf, groupsOf } from './app-access.ts'
import { invalidCursor } from './app-list.ts'
import { event, membershipEvent } from './events.ts'
import { requireApp } from './require-app.ts'

const paging = { defaultLimit: 20, maxLimit: 200, keep: ['q', 'expand'] }
const CURSOR = /^(\d{1,9})_(\w+)$/
const ofApp = { path: '/api/v1/apps/{id}/groups', bucket: '/api/v1/apps' } as const
const ofGroup = { path: '/api/v1/apps/{id}/groups/{groupId}', bucket: '/api/v1/apps' } as const

/** `/api/v1/apps/{id}/groups`. */
export const appGroupRoutes: readonly ManagementRoute[] = [
  {
    ...ofApp,
    method: 'GET',
    summary: 'Lists the groups of an app by priority',
    scope: 'okta.apps.read',
    permission: 'apps.read',
    handle: listAppGroups,
  },
  {
    ...ofGroup,
    method: 'GET',
    summary: 'Reads a group of an app',
    scope: 'okta.apps.read',
    permission: 'apps.read',
    handle: (request) => {
      const app = requireApp(request, 'apps.read')
      const { assigned } = requireAssigned(request, app)
      return ok(viewAppGroup(request, app, assigned))
    },
  },
  {
    ...ofGroup,
    method: 'PUT',
    summary: 'Assigns a group to an app, or moves it to another priority',
    scope: 'okta.apps.manage',
    permission: 'apps.assign',
    handle: assignGroup,
  },
  {
    ...ofGroup,
    method: 'DELETE',
    summary: 'Takes an app from a group',
    scope: 'okta.apps.manage',
    permission: 'apps.assign',
    handle: unassignGroup,
  },
]

function listAppGroups(request: ManagementRequest): Answer {
  const { org, query } = request
  const app = requireApp(request, 'apps.read')
  const limit = readLimit(request, paging)
  const begins = (query.get('q') ?? '').toLowerCase()
  const isBehind = readCursor(request)
  const fitting = groupsOf(org, app.id).filter((assigned) => {
    const name = String(org.groups.get(assigned.id)?.profile['name'] ?? '').toLowerCase()
    return isBehind(assigned) && name.startsWith(begins)
  })
  const { rows, more } = take(fitting, limit)
  const last = rows.at(-1)
  const next = more && last !== undefined ? `${last.priority}_${last.id}` : undefined
  const items = rows.map((assigned) => viewAppGroup(request, app, assigned))
  return pageAnswer(request, { items, next }, { limit, keep: paging.keep })
}

function readCursor(request: ManagementRequest): (assigned: AppGroup) => boolean {
  const after = readAfter(request)
  if (after === undefined) return () => true
  const [, priority, groupId = ''] = CURSOR.exec(after) ?? []
  if (priority === undefined || !isId(groupId, 'group')) throw invalidCursor()
  const last = Number(priority)
  return (assigned) =>
    assigned.priority > last || (assigned.priority === last && assigned.id > groupId)
}

function assignGroup(request: ManagementRequest): Answer {
  const { org, cause } = request
  const app = requireApp(request, 'apps.assign')
  const group = requireGroup(request)
  const body = readOptionalJsonObject(request)
  const table = org.appGroups.get(app.id) ?? new Table<AppGroup>()
  const before = table.get(group.id)
  const priority = readPriority(optionalInteger(body, 'priority')) ?? before?.priority
  const assigned: AppGroup = {
    id: group.id,
    lastUpdatedMs: org.time.secondMs(),
    priority: priority ?? nextPriority(table),
    profile: optionalObject(body, 'profile') ?? before?.profile ?? {},
  }
  const gaining = before === undefined ? usersWithout(org, app, group) : []
  makeRoom(table, assigned)
  table.put(assigned)
  org.appGroups.set(app.id, table)
  const what = before === undefined ? 'add' : 'update'
  const events = [
    event(`group.application_assignment.${what}`, [groupParticipant(group), appParticipant(app)]),
    ...gaining.map((user) => membershipEvent('add', app, user)),
  ]
  const op = before === undefined ? 'created' : 'updated'
  org.record({ what: 'app-group', op, id: app.id, member: group.id, events }, cause)
  return ok(showAppGroup(request, app, assigned))
}

function unassignGroup(request: ManagementRequest): Answer {
  const { org, cause } = request
  const app = requireApp(request, 'apps.assign')
  const { group } = requireAssigned(request, app)
  org.appGroups.get(app.id)?.remove(group.id)
  const events: EventDraft[] = [
    event('group.application_assignment.remove', [groupParticipant(group), appParticipant(app)]),
    ...usersWithout(org, app, group).map((user) => membershipEvent('remove', app, user)),
  ]
  org.record({ what: 'app-group', op: 'deleted', id: app.id, member: group.id, events }, cause)
  return noContent
}

// The members of a group who have no access to an app at this moment.
function usersWithout(org: Org, app: App, group: Group) {
  return [...memberIds(org, group.id)].flatMap((id) => {
    const user = org.users.get(id)
    const without = user !== undefined && accessOf(org, app.id, id) === undefined
    return without && user.status !== 'DEPROVISIONED' ? [user] : []
  })
}

function readPriority(priority: number | undefined): number | undefined {
  if (priority === undefined || (priority >= 0 && priority < 1_000_000_000)) return priority
  throw invalid('priority', 'priority: The value must be zero or greater.')
}

function nextPriority(table: Table<AppGroup>): number {
  return Math.max(-1, ...[...table].map(({ priority }) => priority)) + 1
}

// A priority belongs to one group: who holds it moves back, and so does everybody behind without a gap.
function makeRoom(table: Table<AppGroup>, assigned: AppGroup): void {
  const others = [...table].filter(({ id }) => id !== assigned.id)
  let taken = assigned.priority
  for (const other of others.toSorted((a, b) => a.priority - b.priority)) {
    if (other.priority !== taken) continue
    taken++
    table.put({ ...other, priority: taken })
  }
}

function requireGroup({ org, params }: ManagementRequest): Group {
  const groupId = params['groupId'] ?? ''
  const group = org.groups.get(groupId)
  if (group === undefined) throw notFound(groupId, 'UserGroup')
  return group
}

function requireAssigned(request: ManagementRequest, app: App) {
  const group = requireGroup(request)
  const assigned = request.org.appGroups.get(app.id)?.get(group.id)
  if (assigned === undefined) throw notFound(group.id, 'ApplicationGroupAssignment')
  return { group, assigned }
}

/** A group of an app for reads, which show one that was recorded as it was. */
function viewAppGroup(request: ManagementRequest, app: App, assigned: AppGroup) {
  const recorded = request.query.get('expand') ? undefined : request.org.recorded.of(assigned)
  return recorded ?? showAppGroup(request, app, assigned)
}

/** A group of an app, with what `expand` asks for. */
export function showAppGroup(request: ManagementRequest, app: App, assigned: AppGroup) {
  const { baseUrl, org, query } = request
  const appHref = `${baseUrl}/api/v1/apps/${app.id}`
  const view = {
    id: assigned.id,
    lastUpdated: formatTime(assigned.lastUpdatedMs),
    priority: assigned.priority,
    profile: assigned.profile,
    _links: {
      app: { href: appHref },
      self: { href: `${appHref}/groups/${assigned.id}` },
      group: { href: `${baseUrl}/api/v1/groups/${assigned.id}` },
    },
  }
  const expand = query.get('expand')
  const group = org.groups.get(assigned.id)
  if (expand === null || expand === '') return view
  if (expand === 'group' && group !== undefined) {
    return { ...view, _embedded: { group: showGroup(request, group) } }
  }
  if (expand === 'metadata') return { ...view, _embedded: { metadata: {} } }
  throw invalid('RequestParams', 'Expand query is malformed.')
}
