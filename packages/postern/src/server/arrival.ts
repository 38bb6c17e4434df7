/** @module How a request came: from whom, and under which names this server may be called. */

import type { Incoming } from './incoming.ts'
import { crossOrigin, ServerError } from './problem.ts'

/** What is known of a request that came over the network. One of this process has none. */
export interface Arrival {
  /** The address of the caller. */
  readonly address: string
  readonly names: ServerNames
  /** Ends the answer before its end, so that nobody takes what came of it for the whole. */
  readonly cutOff: () => void
}

/** The names of a server. */
export interface ServerNames {
  /** Host and port as they stand in a URL, lower case; no port where it is the scheme's own. */
  readonly hosts: ReadonlySet<string>
  /** Scheme, host and port. */
  readonly origins: ReadonlySet<string>
}

const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none'])

/**
 * Refuses what a page of another site has a browser send: under a name that leads here without being ours (DNS rebinding),
 * or from an origin that is not this one.
 *
 * @param fromOtherSites - whether other sites may lead here too; then the name alone is judged.
 * @throws {ServerError} `request_host_unknown`, `request_cross_origin`
 * @see Fetch Metadata Request Headers, section 2.1 - Sec-Fetch-Site; a page of another port of this host is `same-site`
 */
export function requireOwnName(
  request: Incoming,
  { names }: Arrival,
  fromOtherSites = false,
): void {
  if (!names.hosts.has(authorityOf(request.url)))
    throw new ServerError(
      'request_host_unknown',
      'The host of the request is no name of this server.',
      {
        remedy:
          'Call it by the address that `postern start` shows, or name another with --public-url.',
      },
    )
  if (fromOtherSites) return
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  const isOwn =
    (origin === null || names.origins.has(origin)) && (site === null || OWN_SITES.has(site))
  if (isOwn) return
  throw crossOrigin()
}

/** Host and port of an absolute URL. @see RFC 9112, section 3.2.2 - an absolute target counts more than Host */
function authorityOf(url: string): string {
  const start = url.indexOf('//') + 2
  const end = url.indexOf('/', start)
  return url.slice(start, end).toLowerCase()
}
