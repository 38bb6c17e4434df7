/** @module Devices: a few in every org, read-only. */

import { reachOf } from '../../authorization/permissions.ts'
import { formatTime } from '../../clock.ts'
import type { Attribute, ExpressionRules } from '../../expression/evaluate.ts'
import type { Operator } from '../../expression/parse.ts'
import { type Answer, ok } from '../../http/answer.ts'
import { notFound, oktaError } from '../../http/okta-error.ts'
import { pageAnswer, readAfter, readLimit, take } from '../../http/paging.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { ManagementRoute } from '../../http/route.ts'
import { isId } from '../../ids.ts'
import type { JsonObject } from '../../json.ts'
import { fraction, hash } from '../../random.ts'
import type { Org } from '../../state/org.ts'
import { readExpression } from '../criteria.ts'
import { showListedUser } from '../users/show.ts'
import { onePerOrg } from './once.ts'

const PAGING = { defaultLimit: 200, maxLimit: 200, keep: ['search', 'expand'] } as const
const operators: readonly Operator[] = ['eq', 'sw', 'gt', 'ge', 'lt', 'le', 'pr']
const models: readonly JsonObject[] = [
  { platform: 'IOS', manufacturer: 'APPLE', model: 'iPhone15,4', osVersion: '18.5.0' },
  { platform: 'MACOS', manufacturer: 'Apple Inc.', model: 'MacBookPro18,3', osVersion: '15.5.0' },
  { platform: 'WINDOWS', manufacturer: 'Dell Inc.', model: 'XPS 13 9340', osVersion: '10.0.26100' },
]

/** A device, as it is kept. */
interface Device {
  readonly id: string
  readonly status: 'ACTIVE'
  readonly createdMs: number
  readonly lastUpdatedMs: number
  readonly profile: JsonObject
}

const devicesOf = onePerOrg((org): readonly Device[] =>
  models.map((model, index) => makeDevice(org, model, index)),
)

const access = {
  method: 'GET',
  scope: 'okta.devices.read',
  permission: 'devices.read',
} as const

/** Devices and whose they are. */
export const deviceRoutes: readonly ManagementRoute[] = [
  {
    ...access,
    path: '/api/v1/devices',
    summary: 'Lists devices, by `search` where it is given',
    bucket: '/api/v1/devices',
    withoutRole: 'assumed',
    handle: listDevices,
  },
  {
    ...access,
    path: '/api/v1/devices/{deviceId}',
    summary: 'Reads a device',
    bucket: '/api/v1/devices',
    handle: (request) => ok(showDevice(request, requireDevice(request))),
  },
  {
    ...access,
    path: '/api/v1/devices/{deviceId}/users',
    summary: 'Lists the users of a device',
    bucket: '/api/v1/devices/{id}/users',
    handle: (request) => ok(showOwners(request, requireDevice(request))),
  },
]

function listDevices(request: ManagementRequest): Answer {
  const search = request.query.get('search') || undefined
  const fits = search === undefined ? () => true : readExpression(search, rules)
  const limit = readLimit(request, PAGING)
  const after = readAfter(request) ?? ''
  if (after !== '' && !isId(after, 'device'))
    throw oktaError('E0000031', { causes: ['Invalid cursor.'] })
  const isHidden = reachOf(request.principal.roles, 'devices.read') === 'nothing'
  const devices = isHidden ? [] : devicesOf(request.org)
  const found = devices.filter((device) => device.id > after && fits(device))
  const { rows, more } = take(found, limit)
  const withUsers = ['user', 'userSummary'].includes(request.query.get('expand') ?? '')
  const items = rows.map((device) => ({
    ...showDevice(request, device),
    ...(withUsers && { _embedded: { users: showOwners(request, device) } }),
  }))
  const next = more ? rows.at(-1)?.id : undefined
  return pageAnswer(request, { items, next }, { ...PAGING, limit })
}

const attributes = new Map<string, Attribute<Device>>([
  ['id', { kind: 'string', operators, get: (device) => device.id }],
  ['status', { kind: 'string', operators, get: (device) => device.status }],
  ['lastUpdated', { kind: 'date', operators, get: (device) => device.lastUpdatedMs }],
])

const rules: ExpressionRules<Device> = {
  find: (path) => {
    const name = /^profile\.(\w+)$/.exec(path)?.[1]
    if (name === undefined) return attributes.get(path)
    return {
      kind: 'any',
      operators: [...operators, 'co'],
      get: ({ profile }) => (Object.hasOwn(profile, name) ? profile[name] : undefined),
    }
  },
}

function makeDevice(org: Org, model: JsonObject, index: number): Device {
  const createdMs = org.createdMs
  const number = hash(org.seed, index)
  return {
    id: org.ids.next('device'),
    status: 'ACTIVE',
    createdMs,
    lastUpdatedMs: createdMs + Math.floor(fraction(number) * 3_600) * 1_000,
    profile: {
      displayName: `Device ${index + 1}`,
      ...model,
      serialNumber: number.toString(36).toUpperCase(),
      udid: number.toString(16).toUpperCase().padStart(40, '0'),
      registered: true,
      secureHardwarePresent: true,
      authenticatorAppKey: number.toString(36),
    },
  }
}

function requireDevice({ org, params }: ManagementRequest): Device {
  const id = params['deviceId'] ?? ''
  const device = devicesOf(org).find((known) => known.id === id)
  if (device === undefined) throw notFound(id, 'Device')
  return device
}

/** A device as Okta prints it. */
export function showDevice({ baseUrl }: ManagementRequest, device: Device) {
  const self = `${baseUrl}/api/v1/devices/${device.id}`
  const link = (href: string, ...allow: readonly string[]) => ({ href, hints: { allow } })
  return {
    id: device.id,
    status: device.status,
    created: formatTime(device.createdMs),
    lastUpdated: formatTime(device.lastUpdatedMs),
    profile: device.profile,
    resourceType: 'UDDevice',
    resourceDisplayName: { value: device.profile['displayName'], sensitive: false },
    resourceId: device.id,
    resourceAlternateId: null,
    _links: {
      suspend: link(`${self}/lifecycle/suspend`, 'POST'),
      self: link(self, 'GET', 'PATCH', 'PUT'),
      users: link(`${self}/users`, 'GET'),
      deactivate: link(`${self}/lifecycle/deactivate`, 'POST'),
    },
  }
}

// Each device belongs to the user of the same place in the list, as far as there are users.
function showOwners(request: ManagementRequest, device: Device): readonly JsonObject[] {
  const place = devicesOf(request.org).indexOf(device)
  const owners = take(request.org.users, place + 1).rows.slice(place)
  return owners.map((user) => ({
    created: formatTime(device.createdMs),
    managementStatus: 'NOT_MANAGED',
    screenLockType: 'BIOMETRIC',
    user: showListedUser(request, user),
  }))
}
