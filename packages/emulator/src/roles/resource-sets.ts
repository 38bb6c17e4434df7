/** @module Resource sets: what custom roles reach. */

import { event } from '../apps/events.ts'
import { formatTime } from '../clock.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { optionalText, optionalTexts, readText } from '../http/fields.ts'
import { blank, duplicate, notFound } from '../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import type { Org } from '../state/org.ts'
import type { ResourceSet, SetResource } from '../state/role.ts'
import type { Participant } from '../system-log/event.ts'
import type { EventType } from '../system-log/event-messages.ts'
import { findByName, renewCustomAssignments } from './custom-assignment.ts'
import { iamReading, iamWriting, objectPage, selfLink } from './iam-links.ts'
import { readResource, resourcePath } from './orn.ts'

/**
 * `/api/v1/iam/resource-sets` and their resources.
 *
 * @see Okta, "Role assignment" - resource sets
 */
export const resourceSetRoutes: readonly ManagementRoute[] = [
  {
    ...iamReading,
    method: 'GET',
    path: '/api/v1/iam/resource-sets',
    summary: 'Lists the resource sets',
    handle: (request) =>
      objectPage(request, 'resource-sets', {
        kind: 'resourceSet',
        rows: (after) => request.org.resourceSets.after(after),
        view: (set) => showResourceSet(request, set),
      }),
  },
  {
    ...iamWriting,
    method: 'POST',
    path: '/api/v1/iam/resource-sets',
    summary: 'Creates a resource set',
    handle: createSet,
  },
  {
    ...iamReading,
    method: 'GET',
    path: '/api/v1/iam/resource-sets/{setId}',
    summary: 'Reads a resource set',
    handle: (request) => setAnswer(request, requireSet(request)),
  },
  {
    ...iamWriting,
    method: 'PUT',
    path: '/api/v1/iam/resource-sets/{setId}',
    summary: 'Renames a resource set',
    handle: updateSet,
  },
  {
    ...iamWriting,
    method: 'DELETE',
    path: '/api/v1/iam/resource-sets/{setId}',
    summary: 'Deletes a resource set with its bindings',
    handle: deleteSet,
  },
  {
    ...iamReading,
    method: 'GET',
    path: '/api/v1/iam/resource-sets/{setId}/resources',
    summary: 'Lists the resources of a set',
    handle: listResources,
  },
  {
    ...iamWriting,
    method: 'PATCH',
    path: '/api/v1/iam/resource-sets/{setId}/resources',
    summary: 'Adds resources to a set',
    handle: addResources,
  },
  {
    ...iamWriting,
    method: 'DELETE',
    path: '/api/v1/iam/resource-sets/{setId}/resources/{resourceId}',
    summary: 'Takes a resource out of a set',
    handle: removeResource,
  },
]

/**
 * The set that the path names by id or label.
 *
 * @throws {RefusedRequest} `E0000007` where there is none.
 */
export function requireSet({ org, params }: ManagementRequest): ResourceSet {
  const name = params['setId'] ?? ''
  const set = findByName(org.resourceSets, name)
  if (set === undefined) throw notFound(name, 'IAMPolicy')
  return set
}

/** A resource set as the System Log names it. */
export function setParticipant({ id, label }: ResourceSet): Participant {
  return {
    id,
    type: 'RESOURCE_SET',
    alternateId: `/api/v1/iam/resource-sets/${id}`,
    displayName: label,
  }
}

function createSet(request: ManagementRequest): Answer {
  const { org } = request
  const body = readJsonObject(request)
  const label = readText(body, 'label')
  requireFreeLabel(org, label)
  const resources = readResources(org, optionalTexts(body, 'resources') ?? [])
  if (resources.length === 0) throw blank('resources')
  const atMs = org.time.secondMs()
  const set: ResourceSet = {
    id: org.ids.next('resourceSet'),
    label,
    description: optionalText(body, 'description') ?? '',
    createdMs: atMs,
    lastUpdatedMs: atMs,
    resources,
  }
  put(request, set, { op: 'created', eventType: 'iam.resourceset.create' })
  return setAnswer(request, set)
}

function updateSet(request: ManagementRequest): Answer {
  const { org } = request
  const before = requireSet(request)
  const body = readJsonObject(request)
  const label = readText(body, 'label')
  if (label !== before.label) requireFreeLabel(org, label)
  const description = optionalText(body, 'description') ?? before.description
  const set = { ...before, label, description, lastUpdatedMs: org.time.secondMs() }
  put(request, set, { op: 'updated', eventType: 'iam.resourceset.update' })
  return setAnswer(request, set)
}

function deleteSet(request: ManagementRequest): Answer {
  const { org, cause } = request
  const set = requireSet(request)
  org.resourceSets.remove(set.id)
  renewCustomAssignments(org)
  const events = [event('iam.resourceset.delete', [setParticipant(set)])]
  org.record({ what: 'resource-set', op: 'deleted', id: set.id, events }, cause)
  return noContent
}

function listResources(request: ManagementRequest): Answer {
  const set = requireSet(request)
  const href = setHref(request, set)
  return ok(
    {
      resources: set.resources.map((resource) => showResource(request, set, resource)),
      _links: { 'resource-set': { href }, self: { href: `${href}/resources` } },
    },
    selfLink(`${href}/resources`),
  )
}

function addResources(request: ManagementRequest): Answer {
  const { org } = request
  const set = requireSet(request)
  const added = readResources(org, optionalTexts(readJsonObject(request), 'additions') ?? [])
  const known = new Set(set.resources.map(({ orn }) => orn))
  const resources = [...set.resources, ...added.filter(({ orn }) => !known.has(orn))]
  const changed = { ...set, resources, lastUpdatedMs: org.time.secondMs() }
  put(request, changed, { op: 'updated', eventType: 'iam.resourceset.resources.add' })
  return setAnswer(request, changed)
}

function removeResource(request: ManagementRequest): Answer {
  const { org, params } = request
  const set = requireSet(request)
  const resourceId = params['resourceId'] ?? ''
  const resources = set.resources.filter(({ id }) => id !== resourceId)
  if (resources.length === set.resources.length) throw notFound(resourceId, 'Resource')
  const changed = { ...set, resources, lastUpdatedMs: org.time.secondMs() }
  put(request, changed, { op: 'updated', eventType: 'iam.resourceset.resources.delete' })
  return noContent
}

function put(
  { org, cause }: ManagementRequest,
  set: ResourceSet,
  trace: { readonly op: 'created' | 'updated'; readonly eventType: EventType },
): void {
  org.resourceSets.put(set)
  renewCustomAssignments(org)
  const events = [event(trace.eventType, [setParticipant(set)])]
  org.record({ what: 'resource-set', op: trace.op, id: set.id, events }, cause)
}

function readResources(org: Org, texts: readonly string[]): readonly SetResource[] {
  const createdMs = org.time.secondMs()
  const orns = new Set(texts.map((text) => readResource(org, text)))
  return [...orns].map((orn) => ({ id: org.ids.next('setResource'), orn, createdMs }))
}

function requireFreeLabel(org: Org, label: string): void {
  if (findByName(org.resourceSets, label) === undefined) return
  throw duplicate('label')
}

function setAnswer(request: ManagementRequest, set: ResourceSet): Answer {
  return ok(showResourceSet(request, set), selfLink(setHref(request, set)))
}

// Sets link to the host that was asked, roles to the -admin host: so it was recorded.
function setHref({ baseUrl }: ManagementRequest, { id }: ResourceSet): string {
  return `${baseUrl}/api/v1/iam/resource-sets/${id}`
}

/** A resource set as Okta prints it. */
export function showResourceSet(request: ManagementRequest, set: ResourceSet) {
  const href = setHref(request, set)
  return {
    id: set.id,
    label: set.label,
    description: set.description,
    created: formatTime(set.createdMs),
    lastUpdated: formatTime(set.lastUpdatedMs),
    _links: {
      bindings: { href: `${href}/bindings` },
      self: { href },
      resources: { href: `${href}/resources` },
    },
  }
}

function showResource(
  request: ManagementRequest,
  set: ResourceSet,
  { id, orn, createdMs }: SetResource,
) {
  const path = resourcePath(orn)
  return {
    id,
    orn,
    created: formatTime(createdMs),
    lastUpdated: formatTime(createdMs),
    _links: {
      ...(path !== undefined && { self: { href: `${request.baseUrl}${path}` } }),
      resource: { href: `${setHref(request, set)}/resources/${id}` },
    },
  }
}
