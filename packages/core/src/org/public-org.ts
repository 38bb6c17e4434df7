/** @module What an org says of itself to everybody: that it is one, and which scopes it offers. */

import type { OrgUrl } from '../url/org.ts'
import { textOf } from './members.ts'
import { offeredScopes } from './offered-scopes.ts'
import { type DocumentOptions, readPublicDocument } from './public-document.ts'

/** What an org says of itself. */
export interface PublicOrg {
  /** Whether it answers as an Okta org does. */
  readonly isOrg: boolean
  /** The `okta.*` scopes that it offers to service apps, sorted; none where it does not say. */
  readonly offeredScopes: readonly string[]
}

/**
 * Asks an org who it is, without a credential.
 *
 * @throws {UpstreamError} where no whole answer came.
 */
export async function readPublicOrg(org: OrgUrl, options: DocumentOptions): Promise<PublicOrg> {
  if (!(await isOktaOrg(org, options))) return { isOrg: false, offeredScopes: [] }
  const read = (url: string) => readPublicDocument(url, options)
  return { isOrg: true, offeredScopes: await offeredScopes(org, read) }
}

/**
 * Whether there is an Okta org behind a URL.
 *
 * @throws {UpstreamError} where no whole answer came.
 * @see okta/okta-management-openapi-spec - `/.well-known/okta-organization`, for everybody to read
 */
export async function isOktaOrg(org: OrgUrl, options: DocumentOptions): Promise<boolean> {
  const { status, json = {} } = await readPublicDocument(
    `${org}/.well-known/okta-organization`,
    options,
  )
  return status === 200 && textOf(json, 'id') !== undefined
}
