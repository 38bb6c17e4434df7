/** @module Bindings: who has which custom role over which resource set. */

import { event } from '../apps/events.ts'
import { formatTime } from '../clock.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { optionalTexts, readText } from '../http/fields.ts'
import { blank, invalid, notFound } from '../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import type { Org } from '../state/org.ts'
import type { CustomRole, ResourceSet, RoleAssignment } from '../state/role.ts'
import { customAssignment, findByName } from './custom-assignment.ts'
import { roleParticipant } from './custom-roles.ts'
import { iamReading, iamWriting } from './iam-links.ts'
import { requireSet, setParticipant } from './resource-sets.ts'
import { makeCustomAssignment } from './role-assignment.ts'
import { holderByUrl, holders, putRoles, type RoleHolder } from './role-holder.ts'

const all = '/api/v1/iam/resource-sets/{setId}/bindings'

/**
 * `/api/v1/iam/resource-sets/{setId}/bindings`.
 *
 * @see Okta, "Role assignment" - bindings and their members
 */
export const bindingRoutes: readonly ManagementRoute[] = [
  {
    ...iamReading,
    method: 'GET',
    path: all,
    summary: 'Lists the roles that are bound to a resource set',
    handle: listBindings,
  },
  {
    ...iamWriting,
    method: 'POST',
    path: all,
    summary: 'Binds members to a custom role over a resource set',
    handle: createBinding,
  },
  {
    ...iamReading,
    method: 'GET',
    path: `${all}/{roleId}`,
    summary: 'Reads a binding',
    handle: (request) => {
      const binding = requireBinding(request)
      return ok({ id: binding.role.id, _links: bindingLinks(request, binding) })
    },
  },
  {
    ...iamWriting,
    method: 'DELETE',
    path: `${all}/{roleId}`,
    summary: 'Deletes a binding with all its members',
    handle: deleteBinding,
  },
  {
    ...iamReading,
    method: 'GET',
    path: `${all}/{roleId}/members`,
    summary: 'Lists the members of a binding',
    handle: (request) => {
      const binding = requireBinding(request)
      const views = binding.members.map((member) => showMember(request, binding, member))
      return ok({ members: views, _links: { binding: { href: bindingHref(request, binding) } } })
    },
  },
  {
    ...iamWriting,
    method: 'PATCH',
    path: `${all}/{roleId}/members`,
    summary: 'Adds members to a binding',
    handle: addMembers,
  },
  {
    ...iamReading,
    method: 'GET',
    path: `${all}/{roleId}/members/{memberId}`,
    summary: 'Reads a member of a binding',
    handle: (request) => {
      const binding = requireBinding(request)
      return ok(showMember(request, binding, requireMember(request, binding)))
    },
  },
  {
    ...iamWriting,
    method: 'DELETE',
    path: `${all}/{roleId}/members/{memberId}`,
    summary: 'Takes a member out of a binding',
    handle: (request) => {
      const binding = requireBinding(request)
      unbind(request, binding, [requireMember(request, binding)])
      return noContent
    },
  },
]

interface Member {
  readonly holder: RoleHolder
  readonly assignment: RoleAssignment
}

interface Binding {
  readonly set: ResourceSet
  readonly role: CustomRole
  readonly members: readonly Member[]
}

function listBindings(request: ManagementRequest): Answer {
  const { org } = request
  const set = requireSet(request)
  const roles = [...org.customRoles].filter((role) => membersOf(org, set, role).length > 0)
  const href = setHref(request, set)
  return ok({
    roles: roles.map((role) => {
      const self = `${href}/bindings/${role.id}`
      return { id: role.id, _links: { self: { href: self }, members: { href: `${self}/members` } } }
    }),
    _links: { 'resource-set': { href }, self: { href: `${href}/bindings` } },
  })
}

function createBinding(request: ManagementRequest): Answer {
  const { org } = request
  const set = requireSet(request)
  const body = readJsonObject(request)
  const roleName = readText(body, 'role')
  const role = findByName(org.customRoles, roleName)
  if (role === undefined) throw notFound(roleName, 'CustomRole')
  const binding = { set, role, members: [] }
  bind(request, binding, readMembers(org, optionalTexts(body, 'members') ?? []))
  return ok({ id: role.id, _links: bindingLinks(request, binding) })
}

function addMembers(request: ManagementRequest): Answer {
  const binding = requireBinding(request)
  const additions = optionalTexts(readJsonObject(request), 'additions') ?? []
  bind(request, binding, readMembers(request.org, additions))
  return ok({ id: binding.role.id, _links: bindingLinks(request, binding) })
}

function deleteBinding(request: ManagementRequest): Answer {
  const binding = requireBinding(request)
  unbind(request, binding, binding.members)
  return noContent
}

function readMembers(org: Org, urls: readonly string[]): readonly RoleHolder[] {
  if (urls.length === 0) throw blank('members')
  return urls.map((url) => {
    const holder = holderByUrl(org, url)
    if (holder === undefined) throw invalid('members', `members: '${url}' is not a valid member.`)
    return holder
  })
}

function bind(request: ManagementRequest, { set, role }: Binding, bound: readonly RoleHolder[]) {
  const { org, cause } = request
  const custom = customAssignment(org, role.id, set.id)
  for (const holder of bound) {
    if (holder.roles.some((assignment) => isOf(assignment, set, role))) continue
    const assignment = makeCustomAssignment(org, custom)
    const roles = [...holder.roles, assignment]
    putRoles(org, holder, roles, { op: 'created', assignmentId: assignment.id, cause })
    const targets = [setParticipant(set), roleParticipant(role), holder.participant]
    const events = [event('iam.resourceset.bindings.add', targets)]
    org.record({ what: 'binding', op: 'created', id: set.id, member: holder.id, events }, cause)
  }
}

function unbind(request: ManagementRequest, { set, role }: Binding, gone: readonly Member[]): void {
  const { org, cause } = request
  for (const { holder, assignment } of gone) {
    const roles = holder.roles.filter(({ id }) => id !== assignment.id)
    putRoles(org, holder, roles, { op: 'deleted', assignmentId: assignment.id, cause })
    const targets = [setParticipant(set), roleParticipant(role), holder.participant]
    const events = [event('iam.resourceset.bindings.delete', targets)]
    org.record({ what: 'binding', op: 'deleted', id: set.id, member: holder.id, events }, cause)
  }
}

// A binding lives as long as it has members.
function requireBinding(request: ManagementRequest): Binding {
  const { org, params } = request
  const set = requireSet(request)
  const name = params['roleId'] ?? ''
  const role = findByName(org.customRoles, name)
  const members = role === undefined ? [] : membersOf(org, set, role)
  if (role === undefined || members.length === 0) throw notFound(name, 'IAMPolicyBinding')
  return { set, role, members }
}

function requireMember({ params }: ManagementRequest, { members }: Binding): Member {
  const memberId = params['memberId'] ?? ''
  const member = members.find(({ assignment }) => assignment.id === memberId)
  if (member === undefined) throw notFound(memberId, 'RoleAssignment')
  return member
}

function membersOf(org: Org, set: ResourceSet, role: CustomRole): readonly Member[] {
  return [...holders(org)].flatMap((holder) =>
    holder.roles
      .filter((assignment) => isOf(assignment, set, role))
      .map((assignment) => ({ holder, assignment })),
  )
}

function isOf(assignment: RoleAssignment, set: ResourceSet, role: CustomRole): boolean {
  if (assignment.type !== 'CUSTOM') return false
  const { custom } = assignment
  return custom.roleId === role.id && custom.resourceSetId === set.id
}

function setHref({ baseUrl }: ManagementRequest, { id }: ResourceSet): string {
  return `${baseUrl}/api/v1/iam/resource-sets/${id}`
}

function bindingHref(request: ManagementRequest, { set, role }: Binding): string {
  return `${setHref(request, set)}/bindings/${role.id}`
}

function bindingLinks(request: ManagementRequest, binding: Binding) {
  const href = setHref(request, binding.set)
  return {
    self: { href: bindingHref(request, binding) },
    bindings: { href: `${href}/bindings` },
    'resource-set': { href },
  }
}

function showMember(
  request: ManagementRequest,
  binding: Binding,
  { holder, assignment }: Member,
): Readonly<Record<string, unknown>> {
  return {
    id: assignment.id,
    created: formatTime(assignment.createdMs),
    lastUpdated: formatTime(assignment.lastUpdatedMs),
    _links: {
      binding: { href: bindingHref(request, binding) },
      self: { href: `${request.baseUrl}${holder.path}` },
    },
  }
}
