/** @module The schema and the type of users: Okta's own attributes and those that an administrator added. */

import { formatTime } from '../../clock.ts'
import { type Answer, ok } from '../../http/answer.ts'
import { readMembers } from '../../http/fields.ts'
import { invalid, notFound } from '../../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../../http/request.ts'
import type { ManagementRoute } from '../../http/route.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { CustomAttribute } from '../../state/user.ts'
import { eventMessages } from '../../system-log/event-messages.ts'
import { baseAttributes, requiredAttributes } from '../users/attributes.ts'

const TYPES = ['string', 'number', 'integer', 'boolean', 'array'] as const
const MAX_ATTRIBUTES = 256
const access = { bucket: '/api/v1', permission: 'org.read' } as const
const schemas = {
  ...access,
  scope: 'okta.schemas.read',
  path: '/api/v1/meta/schemas/user/{schemaId}',
}
const types = { ...access, scope: 'okta.userTypes.read', method: 'GET' } as const

/** The schema of users, and the one type of users. */
export const schemaRoutes: readonly ManagementRoute[] = [
  {
    ...schemas,
    method: 'GET',
    summary: 'Reads the schema of users: `default`, or by its id',
    handle: (request) => ok(showSchema(requireSchema(request))),
  },
  {
    ...schemas,
    method: 'POST',
    scope: 'okta.schemas.manage',
    permission: 'org.write',
    summary: 'Adds attributes to the schema of users, or takes them away with `null`',
    handle: changeSchema,
  },
  {
    ...types,
    path: '/api/v1/meta/types/user',
    summary: 'Lists the types of users: one',
    handle: (request) => ok([showType(request)]),
  },
  {
    ...types,
    path: '/api/v1/meta/types/user/{typeId}',
    summary: 'Reads a type of users',
    handle: (request) => {
      const id = request.params['typeId'] ?? ''
      if (id !== 'default' && id !== request.org.userTypeId) throw notFound(id, 'UserType')
      return ok(showType(request))
    },
  },
]

function requireSchema(request: ManagementRequest): ManagementRequest {
  const id = request.params['schemaId'] ?? ''
  if (id !== 'default' && id !== request.org.userSchemaId) throw notFound(id, 'UserSchema')
  return request
}

function changeSchema(request: ManagementRequest): Answer {
  const { org } = requireSchema(request)
  const custom = readMembers(readMembers(readJsonObject(request)['definitions'])['custom'])
  const changes = Object.entries(readMembers(custom['properties'])).map(
    ([name, value]) => [name, readAttribute(name, value)] as const,
  )
  if (org.userAttributes.size + changes.length > MAX_ATTRIBUTES)
    throw invalid('userSchema', `There are more than ${MAX_ATTRIBUTES} custom attributes.`)
  for (const [name, attribute] of changes) {
    if (attribute === undefined) org.userAttributes.delete(name)
    else org.userAttributes.set(name, attribute)
  }
  const eventType = 'user.profile.schema.update'
  const event = { eventType, displayMessage: eventMessages[eventType] }
  org.record(
    { what: 'user-schema', op: 'updated', id: org.userSchemaId, events: [event] },
    request.cause,
  )
  return ok(showSchema(request))
}

function readAttribute(name: string, value: Json | undefined): CustomAttribute | undefined {
  // A name that every object has would be found where no user has a value.
  if (!/^[A-Za-z_]\w{0,99}$/.test(name) || baseAttributes.has(name) || name in {})
    throw invalid(name, `${name}: This variable name cannot be used`)
  if (value === null || value === undefined) return undefined
  const { type, title } = readMembers(value)
  const known = TYPES.find((one) => one === type)
  if (known === undefined) throw invalid(name, `${name}: The type is not known`)
  return { type: known, title: typeof title === 'string' ? title : name }
}

function showSchema({ org, baseUrl }: ManagementRequest): JsonObject {
  const id = `${baseUrl}/api/v1/meta/schemas/user/${org.userSchemaId}`
  const created = formatTime(org.createdMs)
  const common = {
    mutability: 'READ_WRITE',
    scope: 'NONE',
    permissions: [{ principal: 'SELF', action: 'READ_ONLY' }],
    master: { type: 'PROFILE_MASTER' },
  }
  const base = [...baseAttributes].map(([name, title]) => [
    name,
    { title, type: 'string', ...common },
  ])
  const custom = [...org.userAttributes].map(([name, { type, title }]) => [
    name,
    { title, type, ...(type === 'array' && { items: { type: 'string' } }), ...common },
  ])
  return {
    id,
    $schema: 'http://json-schema.org/draft-04/schema#',
    name: 'user',
    title: 'User',
    description: 'Okta user profile template with default permission settings',
    lastUpdated: created,
    created,
    definitions: {
      custom: {
        id: '#custom',
        type: 'object',
        properties: Object.fromEntries(custom),
        required: [],
      },
      base: {
        id: '#base',
        type: 'object',
        properties: Object.fromEntries(base),
        required: requiredAttributes,
      },
    },
    type: 'object',
    properties: {
      profile: { allOf: [{ $ref: '#/definitions/custom' }, { $ref: '#/definitions/base' }] },
    },
    _links: {
      self: { rel: 'self', href: id, method: 'GET' },
      type: { rel: 'type', href: `${baseUrl}/api/v1/meta/types/user/${org.userTypeId}` },
    },
  }
}

/** The type of every user, as Okta prints it. */
export function showType({ org, baseUrl }: ManagementRequest) {
  const created = formatTime(org.createdMs)
  const schema = `${baseUrl}/api/v1/meta/schemas/user/${org.userSchemaId}`
  return {
    id: org.userTypeId,
    displayName: 'User',
    name: 'user',
    description: 'Okta user profile template with default permission settings',
    createdBy: 'sprOkta',
    lastUpdatedBy: 'sprOkta',
    created,
    lastUpdated: created,
    default: true,
    _links: {
      schema: { rel: 'schema', href: schema, method: 'GET' },
      self: {
        rel: 'self',
        href: `${baseUrl}/api/v1/meta/types/user/${org.userTypeId}`,
        method: 'GET',
      },
    },
  }
}
