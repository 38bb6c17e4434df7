/** @module Network zones: the two that every org has, read-only. */

import { formatTime } from '../../clock.ts'
import type { Attribute } from '../../expression/evaluate.ts'
import { type Answer, ok } from '../../http/answer.ts'
import { notFound } from '../../http/okta-error.ts'
import { pageAnswer, readLimit, take } from '../../http/paging.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { ManagementRoute } from '../../http/route.ts'
import { readExpression } from '../criteria.ts'
import { readIdCursor } from '../cursor.ts'
import { onePerOrg } from './once.ts'

const PAGING = { defaultLimit: 20, maxLimit: 200, keep: ['filter'] } as const

interface Zone {
  readonly id: string
  readonly name: string
  readonly usage: 'POLICY' | 'BLOCKLIST'
}

const zonesOf = onePerOrg((org): readonly Zone[] => [
  { id: org.ids.next('zone'), name: 'LegacyIpZone', usage: 'POLICY' },
  { id: org.ids.next('zone'), name: 'BlockedIpZone', usage: 'BLOCKLIST' },
])

const attributes = new Map<string, Attribute<Zone>>([
  ['id', { kind: 'string', operators: ['eq'], get: (zone) => zone.id }],
  ['usage', { kind: 'string', operators: ['eq'], get: (zone) => zone.usage }],
  ['system', { kind: 'boolean', operators: ['eq'], get: () => true }],
])

const access = {
  method: 'GET',
  scope: 'okta.networkZones.read',
  permission: 'zones.read',
  bucket: '/api/v1',
} as const

/** Network zones. */
export const zoneRoutes: readonly ManagementRoute[] = [
  {
    ...access,
    path: '/api/v1/zones',
    summary: 'Lists network zones, by `filter` where it is given',
    handle: listZones,
  },
  {
    ...access,
    path: '/api/v1/zones/{zoneId}',
    summary: 'Reads a network zone',
    handle: (request) => {
      const id = request.params['zoneId'] ?? ''
      const zone = zonesOf(request.org).find((known) => known.id === id)
      if (zone === undefined) throw notFound(id, 'NetworkZone')
      return ok(showZone(request, zone))
    },
  },
]

function listZones(request: ManagementRequest): Answer {
  const filter = request.query.get('filter') || undefined
  const rules = { find: (path: string) => attributes.get(path) }
  const fits = filter === undefined ? () => true : readExpression(filter, rules)
  const limit = readLimit(request, PAGING)
  const after = readIdCursor(request, 'zone') ?? ''
  const { rows, more } = take(
    zonesOf(request.org).filter((zone) => zone.id > after && fits(zone)),
    limit,
  )
  const items = rows.map((zone) => showZone(request, zone))
  return pageAnswer(
    request,
    { items, next: more ? rows.at(-1)?.id : undefined },
    { ...PAGING, limit },
  )
}

/** A network zone as Okta prints it. */
export function showZone({ org, baseUrl }: ManagementRequest, zone: Zone) {
  const self = `${baseUrl}/api/v1/zones/${zone.id}`
  const created = formatTime(org.createdMs)
  return {
    type: 'IP',
    id: zone.id,
    name: zone.name,
    status: 'ACTIVE',
    usage: zone.usage,
    created,
    lastUpdated: created,
    system: true,
    gateways: null,
    proxies: null,
    _links: {
      self: { href: self, hints: { allow: ['GET', 'PUT', 'DELETE'] } },
      deactivate: { href: `${self}/lifecycle/deactivate`, hints: { allow: ['POST'] } },
    },
  }
}
