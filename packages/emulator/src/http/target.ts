/** @module Which org a request is for, by its host or path, and the request taken apart. */

import type { IncomingMessage } from 'node:http'
import { requestId as newRequestId } from '../ids.ts'
import type { Org } from '../state/org.ts'
import type { OrgService, UnroutedRequest } from './exchange.ts'
import type { Interceptor } from './interceptor.ts'
import type { OrgCall } from './org-call.ts'

// What may stand in a Host header; nginx answers 400 to anything else.
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/** An org that is served, and where. */
export interface ServedOrg extends OrgService {
  readonly org: Org
  readonly interceptor: Interceptor
  /** Told apart by this `Host` … */
  readonly host?: string
  /** … or by this path before every other one, such as `/orgs/acme`; an org with neither takes what is left. */
  readonly basePath?: string
  /** Told of each request before its answer is sent. */
  readonly onCall?: ((call: OrgCall) => void) | undefined
  inFlight: number
}

/** What the first line and the `Host` of a request say. */
export interface Target {
  readonly host: string
  /** Path and query, still percent-encoded. */
  readonly path: string
}

/** The target of a request, also where it is written as a whole URL; undefined where it is none. */
export function readTarget({ url = '', headers, rawHeaders }: IncomingMessage): Target | undefined {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url) ?? []
  const host = authority ?? headers.host ?? '127.0.0.1'
  const path = authority === undefined ? url : rest.startsWith('/') ? rest : `/${rest}`
  // nginx refuses a second Host line, of which Node takes no notice.
  const hosts = rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host')
  return hosts.length <= 1 && HOST.test(host) && path.startsWith('/') ? { host, path } : undefined
}

/** The org that a target belongs to. */
export function findOrg(orgs: readonly ServedOrg[], { host, path }: Target): ServedOrg | undefined {
  const name = host.toLowerCase()
  const hostname = name.replace(/:\d+$/, '')
  const byHost = orgs.find(({ host: own, org }) =>
    [own, own && adminHost(own), org.customDomain].some(
      (known) => known === name || known === hostname,
    ),
  )
  if (byHost !== undefined) return byHost
  const byPath = orgs.find(
    ({ basePath }) => basePath !== undefined && `${pathOf(path)}/`.startsWith(`${basePath}/`),
  )
  return byPath ?? orgs.find((served) => served.host === undefined && served.basePath === undefined)
}

/** Takes a request apart. */
export function takeApart(
  { org, basePath = '' }: ServedOrg,
  { host, path: whole }: Target,
  incoming: IncomingMessage,
  { scheme, body }: { readonly scheme: string; readonly body: Buffer },
): UnroutedRequest {
  const full = pathOf(whole)
  // A custom domain leads to an org without the path that tells it apart elsewhere.
  const own = `${full}/`.startsWith(`${basePath}/`) ? basePath : ''
  const path = full.slice(own.length)
  const query = whole.slice(full.length + 1)
  return {
    org,
    method: incoming.method ?? 'GET',
    path: path === '' ? '/' : path,
    query: new URLSearchParams(query),
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    body,
    requestId: newRequestId(),
    ipAddress: incoming.socket.remoteAddress ?? '127.0.0.1',
    baseUrl: `${scheme}://${host}${own}`,
    host,
  }
}

/** The host of the Admin Console beside an org's own: `acme-admin.localhost`. */
function adminHost(host: string): string {
  return host.replace(/^[^.]+/, '$&-admin')
}

function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}
