/** @module Where a list goes on: the next link, reduced to a path and query of the org that was asked. */

import type { OrgUrl } from '../url/org.ts'
import { parseLinks } from './link.ts'
import { type PageErrorCode, pageError } from './page.ts'

/**
 * The cursor behind a page: path and query of its next link. Undefined where the list ends.
 *
 * Only the path and query are used, never the host. Okta links lists of `/api/v1/iam` to the Admin Console's host, which
 * stands for the org; every other host, scheme or path is refused.
 *
 * @param asked - the path and query that gave the page.
 * @throws {PageError} `page_link_malformed`, `page_link_foreign_host`
 */
export function nextCursor(org: OrgUrl, asked: string, header: string): string | undefined {
  const links = parseLinks(header)
  if (links === undefined) {
    throw linkError('page_link_malformed', 'The Link header of a page cannot be read.')
  }
  const next = links.find(({ relations }) => relations.includes('next'))
  if (next === undefined) return undefined
  const { origin, pathname, href } = new URL(asked, org)
  const url = URL.canParse(next.target, href) ? new URL(next.target, href) : undefined
  if (url === undefined)
    throw linkError('page_link_malformed', 'The next link of a page is no URL.')
  const isOfOrg = url.origin === origin || url.origin === adminOrigin(origin)
  if (!isOfOrg || url.username !== '' || url.password !== '') {
    throw linkError('page_link_foreign_host', `The next link of a page leads away from ${origin}.`)
  }
  if (decoded(url.pathname) !== decoded(pathname)) {
    const observed = `The next link of ${pathname} leads to another path.`
    throw linkError('page_link_foreign_host', observed)
  }
  return url.pathname + url.search
}

/** `https://acme-admin.okta.com` for `https://acme.okta.com`. */
function adminOrigin(origin: string): string {
  return origin.replace(/^(https:\/\/[^.:]+)\./, '$1-admin.')
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

function linkError(code: PageErrorCode, observed: string) {
  return pageError(
    code,
    observed,
    'Check for a proxy between Postern and Okta that rewrites links; nothing was sent there.',
  )
}
