/** @module Links of an org, turned into links of the proxy. */

import { parseLinks } from '@postern/core'

/** Where an org's URLs are found through the proxy. */
export interface ProxyPlace {
  readonly org: string
  /** The URL of what the caller asked for, on the org. */
  readonly url: string
  /** What stands in the place of the org's origin: `https://postern.example.com/v1/connections/acme/proxy`. */
  readonly base: string
}

/**
 * A `Link` header whose targets lead through the proxy. One that leads elsewhere is left out: whoever followed it would show
 * its access key there.
 *
 * @returns undefined where the header cannot be read, or where the next page is elsewhere.
 * @see RFC 8288, section 3
 */
export function rewriteLinks(header: string, place: ProxyPlace): string | undefined {
  const links = parseLinks(header)
  if (links === undefined) return undefined
  const rewritten: string[] = []
  for (const { target, parameters, relations } of links) {
    const found = rewriteTarget(target, place)
    if (found !== undefined) rewritten.push(`<${found}>${parameters}`)
    else if (relations.includes('next')) return undefined
  }
  return rewritten.join(', ')
}

/** A URL of the org as one of the proxy; undefined for any other. */
export function rewriteTarget(target: string, { org, url, base }: ProxyPlace): string | undefined {
  const found = URL.parse(target, url)
  if (found?.origin !== org || found.username !== '' || found.password !== '') return undefined
  return base + found.pathname + found.search + found.hash
}
