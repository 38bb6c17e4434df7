/** @module The URL that a proof must name in `htu`, in the form in which Okta compares it. */

import type { ApiRequest } from '../http/request.ts'

/**
 * Whether a claim names the URL of a request: scheme, host and path, the path as Okta's own form has it.
 *
 * That form is the decoded path in which only `%`, space, `"` and `#` stay encoded; the claim is not decoded. So
 * `test.user%40example.com` is refused and `test.user@example.com` passes.
 *
 * @see RFC 9449, section 4.3
 * @see okta/okta-sdk-python, issue 541; okta/okta-sdk-java, pull request 1526
 */
export function namesUrlOf(request: ApiRequest, htu: unknown): boolean {
  if (typeof htu !== 'string') return false
  const claimed = split(htu)
  const called = split(request.baseUrl + request.path)
  if (claimed === undefined || called === undefined) return false
  return claimed.origin === called.origin && claimed.path === normalPath(called.path)
}

function split(url: string): { readonly origin: string; readonly path: string } | undefined {
  const match = /^(https?:\/\/[^/?#]+)(.*)$/is.exec(url)
  if (match === null || !URL.canParse(match[1] ?? '')) return undefined
  return { origin: new URL(match[1] ?? '').origin, path: match[2] ?? '' }
}

function normalPath(path: string): string {
  try {
    return decodeURIComponent(path).replace(/[% "#]/g, encodeURIComponent)
  } catch {
    return path
  }
}
