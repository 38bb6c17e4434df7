/** @module The headers of an org's answer as a caller of the proxy gets them. */

import { UpstreamError } from '@postern/core'
import type { ReceivedHeaders } from '../../http/received-headers.ts'
import { type ProxyPlace, rewriteLinks, rewriteTarget } from './links.ts'

// What a client of the org reads. No cookie, no word about the connection or the host, and nothing that a browser would hold
// against the host of Postern.
const PASSED: ReadonlySet<string> = new Set([
  'accept-ranges',
  // Without it the `Date` of what a cache gives would be taken for the time.
  'age',
  'allow',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'deprecation',
  'etag',
  'expires',
  'last-modified',
  'link',
  'location',
  'retry-after',
  'sunset',
  'vary',
  'warning',
  'www-authenticate',
])
const PASSED_BEGIN = /^x-(?:okta|rate-limit)-/

/**
 * The headers that go on, by an allow-list; what points to the org points to the proxy.
 *
 * @param placeOf - asked where something does.
 * @throws {UpstreamError} `upstream_bad_response` for a list that goes on where the proxy does not lead: left out, it would
 *   look as if the list were at its end. A change is made, and its answer is told without that.
 */
export function answerHeaders(
  headers: ReceivedHeaders,
  placeOf: () => ProxyPlace,
  { isChange }: { readonly isChange: boolean },
): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name of headers.names) {
    if (!PASSED.has(name) && !PASSED_BEGIN.test(name)) continue
    const value = headers.get(name)
    if (value === null) continue
    const rewritten =
      name === 'link'
        ? linksOf(value, placeOf(), isChange)
        : name === 'location'
          ? rewriteTarget(value, placeOf())
          : value
    if (rewritten !== undefined) passed[name] = rewritten
  }
  return passed
}

function linksOf(header: string, place: ProxyPlace, isChange: boolean): string | undefined {
  const links = rewriteLinks(header, place)
  if (links !== undefined || isChange) return links
  throw new UpstreamError(
    'upstream_bad_response',
    'The list goes on at a place that is not on the org.',
    { remedy: 'Check the org URL, and for proxies that answer in the place of Okta.' },
  )
}
