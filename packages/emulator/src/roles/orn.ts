/** @module Okta Resource Names: how the resources of a set are named, and the URLs that stand for the same. */

import { invalid } from '../http/okta-error.ts'
import { isId } from '../ids.ts'
import type { Org } from '../state/org.ts'

/** A kind of resource: its place in the API, and its name behind `orn:okta:{service}:{org}:`. */
const resources: readonly {
  readonly service: 'directory' | 'idp'
  readonly url: RegExp
  readonly name: (parts: readonly string[]) => string
  readonly orn: RegExp
  readonly href: (parts: readonly string[]) => string
}[] = [
  {
    service: 'directory',
    url: /^\/api\/v1\/users$/,
    name: () => 'users',
    orn: /^users$/,
    href: () => '/api/v1/users',
  },
  {
    service: 'directory',
    url: /^\/api\/v1\/groups$/,
    name: () => 'groups',
    orn: /^groups$/,
    href: () => '/api/v1/groups',
  },
  {
    service: 'directory',
    url: /^\/api\/v1\/groups\/(\w+)$/,
    name: ([id]) => `groups:${id}`,
    orn: /^groups:(\w+)$/,
    href: ([id]) => `/api/v1/groups/${id}`,
  },
  {
    service: 'directory',
    url: /^\/api\/v1\/groups\/(\w+)\/users$/,
    name: ([id]) => `groups:${id}:contained_resources`,
    orn: /^groups:(\w+):contained_resources$/,
    href: ([id]) => `/api/v1/groups/${id}/users`,
  },
  {
    service: 'directory',
    url: /^\/api\/v1\/devices$/,
    name: () => 'devices',
    orn: /^devices$/,
    href: () => '/api/v1/devices',
  },
  {
    service: 'idp',
    url: /^\/api\/v1\/apps$/,
    name: () => 'apps',
    orn: /^apps$/,
    href: () => '/api/v1/apps',
  },
  {
    service: 'idp',
    url: /^\/api\/v1\/apps\/?\?filter=name(?:\+|%20)eq(?:\+|%20)(?:"|%22)(\w+)(?:"|%22)$/,
    name: ([name]) => `apps:${name}`,
    orn: /^apps:(\w+)$/,
    href: ([name]) => `/api/v1/apps?filter=name+eq+%22${name}%22`,
  },
  {
    service: 'idp',
    url: /^\/api\/v1\/apps\/(\w+)$/,
    name: ([id]) => `apps:${id}`,
    orn: /^apps:\w+:(\w+)$/,
    href: ([id]) => `/api/v1/apps/${id}`,
  },
]

/**
 * The name of a resource that is given by name or by URL.
 *
 * @throws {RefusedRequest} `E0000001` for any other text, and for an app or group that does not exist.
 * @see Okta, "Role assignment" - the table of supported resources
 */
export function readResource(org: Org, text: string): string {
  const named = new RegExp(`^orn:\\w+:(directory|idp|workflow):${org.id}:([\\w:]+)$`).exec(text)
  if (named !== null) {
    const [, service, name = ''] = named
    const known = resources.find((one) => one.service === service && one.orn.test(name))
    const [id] = known?.orn.exec(name)?.slice(1) ?? []
    if (known !== undefined && exists(org, name, id)) return ornOf(org, known.service, name)
    if (service === 'idp' && name === 'customizations') return ornOf(org, service, name)
    if (service === 'workflow') return `orn:okta:workflow:${org.id}:${name}`
    throw unknownResource(text)
  }
  if (!URL.canParse(text)) throw unknownResource(text)
  const { pathname, search } = new URL(text)
  // The org may live under a path of its own.
  const place = `${pathname.replace(/^.*?(?=\/api\/v1\/)/, '')}${search}`
  for (const one of resources) {
    const match = one.url.exec(place)
    if (match === null) continue
    const [, id] = match
    const app = id === undefined ? undefined : org.apps.get(id)
    const name = app === undefined ? one.name(match.slice(1)) : `apps:${app.name}:${app.id}`
    if (exists(org, name, id)) return ornOf(org, one.service, name)
  }
  throw unknownResource(text)
}

/** The path of the API that answers for a resource; undefined where none does. */
export function resourcePath(orn: string): string | undefined {
  const name = orn.split(':').slice(4).join(':')
  for (const { orn: shape, href } of resources) {
    const match = shape.exec(name)
    if (match !== null) return href(match.slice(1))
  }
  return undefined
}

function ornOf(org: Org, service: string, name: string): string {
  return `orn:okta:${service}:${org.id}:${name}`
}

function exists(org: Org, name: string, id: string | undefined): boolean {
  if (id === undefined) return true
  if (name.startsWith('groups:')) return org.groups.get(id) !== undefined
  const [, kind, appId] = name.split(':')
  return appId === undefined ? !isId(kind ?? '', 'app') : org.apps.get(appId)?.name === kind
}

function unknownResource(text: string) {
  return invalid('resources', `resources: '${text}' is not a valid resource.`)
}
