/** @module Creating, changing and deleting groups. */

import { type Answer, noContent, ok } from '../../http/answer.ts'
import { blank, duplicate, invalid, oktaError } from '../../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../../http/request.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { Group } from '../../state/group.ts'
import type { Org } from '../../state/org.ts'
import { type EventType, eventMessages } from '../../system-log/event-messages.ts'
import { groupParticipant } from '../../system-log/participants.ts'
import { refuseManagedGroup, requireGroup } from './find.ts'
import { showGroup } from './show.ts'

const MAX_NAME_LENGTH = 255
const MAX_DESCRIPTION_LENGTH = 1_024

/** Creates an OKTA_GROUP. Answers 200. */
export function createGroup(request: ManagementRequest): Answer {
  const { org } = request
  const profile = readProfile(org, readJsonObject(request)['profile'])
  const nowMs = org.time.secondMs()
  const group: Group = {
    id: org.ids.next('group'),
    type: 'OKTA_GROUP',
    objectClass: ['okta:user_group'],
    createdMs: nowMs,
    lastUpdatedMs: nowMs,
    lastMembershipUpdatedMs: nowMs,
    profile,
  }
  org.groups.put(group)
  record(request, group, 'created', 'group.lifecycle.create')
  return ok(showGroup(request, group))
}

/** Puts the request's profile in the place of a group's. */
export function replaceGroup(request: ManagementRequest): Answer {
  const { org } = request
  const group = requireGroup(request, 'groups.write')
  refuseManagedGroup(group)
  const profile = readProfile(org, readJsonObject(request)['profile'], group.id)
  const changed: Group = { ...group, profile, lastUpdatedMs: org.time.secondMs() }
  org.groups.put(changed)
  record(request, changed, 'updated', 'group.profile.update')
  return ok(showGroup(request, changed))
}

/** Deletes a group, its memberships and its apps. */
export function deleteGroup(request: ManagementRequest): Answer {
  const { org, cause } = request
  const group = requireGroup(request, 'groups.write')
  refuseManagedGroup(group)
  // From the end, where taking one away moves no others.
  for (const userId of org.members.rightsOf(group.id).toReversed()) {
    org.members.remove(group.id, userId)
    org.ruleMembers.remove(group.id, userId)
  }
  for (const [appId, groups] of org.appGroups) {
    if (!groups.remove(group.id)) continue
    org.record({ what: 'app-group', op: 'deleted', id: appId, member: group.id }, cause)
  }
  org.groupRoles.delete(group.id)
  org.groups.remove(group.id)
  record(request, group, 'deleted', 'group.lifecycle.delete')
  return noContent
}

function readProfile(org: Org, given: Json | undefined, groupId?: string): JsonObject {
  if (given === undefined || given === null) throw blank('name')
  if (!isJsonObject(given)) throw oktaError('E0000003')
  const { name, description = null, ...others } = given
  const unknown = Object.keys(others)
  if (unknown.length > 0) {
    const causes = unknown.map((other) => `Property name '${other}' is not defined in profile`)
    throw invalid('profile', ...causes)
  }
  if (name === undefined || name === null || name === '') throw blank('name')
  if (typeof name !== 'string' || (description !== null && typeof description !== 'string'))
    throw oktaError('E0000003')
  if (name.trim() === '') throw blank('name')
  if (name.length > MAX_NAME_LENGTH) throw invalid('name', 'name: The field is too long')
  if (description !== null && description.length > MAX_DESCRIPTION_LENGTH)
    throw invalid('description', 'description: The field is too long')
  refuseDuplicate(org, name, groupId)
  return { name, description }
}

function refuseDuplicate(org: Org, name: string, groupId: string | undefined): void {
  const folded = name.toLowerCase()
  for (const group of org.groups) {
    if (group.id === groupId || group.type === 'APP_GROUP') continue
    if (String(group.profile['name']).toLowerCase() !== folded) continue
    if (org.assumptions.duplicateGroupName === '409-E0000055') throw oktaError('E0000055')
    throw duplicate('name')
  }
}

function record(
  { org, cause }: ManagementRequest,
  group: Group,
  op: 'created' | 'updated' | 'deleted',
  eventType: Extract<EventType, `group.${string}`>,
): void {
  const event = {
    eventType,
    displayMessage: eventMessages[eventType],
    targets: [groupParticipant(group)],
  }
  org.record({ what: 'group', op, id: group.id, events: [event] }, cause)
}
