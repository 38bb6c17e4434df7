/** @module What the routes of `/api/v1/iam` share: who may call them, and URLs and pages that are not like other lists'. */

import { isIP } from 'node:net'
import { invalidCursor } from '../apps/app-list.ts'
import { type Answer, ok } from '../http/answer.ts'
import { readAfter, take } from '../http/paging.ts'
import type { ManagementRequest } from '../http/request.ts'
import { type IdKind, isId } from '../ids.ts'

/** How a route of `/api/v1/iam` that reads is limited, and who may call it. */
export const iamReading = {
  bucket: '/api/v1/iam',
  scope: 'okta.roles.read',
  permission: 'roles.read',
} as const

/** The same of a route that writes. */
export const iamWriting = {
  bucket: '/api/v1/iam',
  scope: 'okta.roles.manage',
  permission: 'roles.write',
} as const

const PAGE = 100

/**
 * The URL under which `/iam` answers speak of the org: that of its `-admin` host. Where orgs are not told apart by host
 * names there is none, and it is the caller's own.
 */
export function adminUrl({ baseUrl }: ManagementRequest): string {
  const url = new URL(baseUrl)
  const [first = '', ...rest] = url.hostname.split('.')
  const named = rest.length > 0 && isIP(url.hostname.replaceAll(/[[\]]/g, '')) === 0
  if (!named || first.endsWith('-admin')) return baseUrl
  return baseUrl.replace(`//${first}.`, `//${first}-admin.`)
}

/** The `Link` header that single objects of `/iam` carry. */
export function selfLink(href: string): { readonly Link: readonly string[] } {
  return { Link: [`<${href}>; rel="self"`] }
}

/**
 * A page of a list whose body is an object: `{ [name]: rows, _links: { next } }`, with `next` only where more follows.
 *
 * @throws {RefusedRequest} `E0000029` for what cannot be a cursor.
 */
export function objectPage<T extends { readonly id: string }>(
  request: ManagementRequest,
  name: string,
  page: {
    /** Of the rows. */
    readonly kind: IdKind
    readonly rows: (after: string | undefined) => Iterable<T>
    readonly view: (row: T) => unknown
    readonly links?: Readonly<Record<string, unknown>>
  },
): Answer {
  const after = readAfter(request)
  if (after !== undefined && !isId(after, page.kind)) throw invalidCursor()
  const { rows, more } = take(page.rows(after), PAGE)
  const href = `${adminUrl(request)}${request.path}?after=${rows.at(-1)?.id ?? ''}`
  const links = { ...page.links, ...(more && { next: { href } }) }
  const body = { [name]: rows.map(page.view) }
  return ok(Object.keys(links).length === 0 ? body : { ...body, _links: links })
}
