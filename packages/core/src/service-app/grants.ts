/** @module The scopes that are granted to an app: list, grant what is missing, revoke. */

import { ApiError } from '../org/errors.ts'
import { eachOf, requireMembers, requireText, textOf } from '../org/members.ts'
import type { Org } from '../org/org.ts'
import { removeObject } from './remove.ts'

/** A scope that was consented to for an app. */
export interface Grant {
  readonly grantId: string
  readonly scope: string
}

/** Lists the scopes that an app was granted. */
export async function listGrants(org: Org, appId: string, signal?: AbortSignal): Promise<Grant[]> {
  const answer = await org.request({ path: grantsPath(appId), signal })
  return eachOf(answer.json()).flatMap((grant) => {
    const grantId = textOf(grant, 'id')
    const scope = textOf(grant, 'scopeId')
    return grantId === undefined || scope === undefined ? [] : [{ grantId, scope }]
  })
}

/**
 * Grants those scopes that an app does not have yet. Only a Super Admin may grant.
 *
 * @returns the grants of all of them.
 * @throws {ApiError} `role_insufficient`; `endpoint_not_for_tokens` in orgs that take no access token here.
 * @see okta/terraform-provider-okta, issues 1080 and 1083 - "Invalid session" for access tokens
 */
export async function grantScopes(
  org: Org,
  appId: string,
  scopes: readonly string[],
  signal?: AbortSignal,
): Promise<Grant[]> {
  // First the list: what Okta says to a scope that is granted twice is not documented.
  const earlier = await listGrants(org, appId, signal)
  const granted: Grant[] = []
  for (const scope of scopes) {
    const grant = earlier.find((known) => known.scope === scope)
    granted.push(grant ?? (await grantScope(org, appId, scope, signal)))
  }
  return granted
}

/** Grants one scope that was not granted when the list was read last. Okta takes one at a time. */
export async function grantScope(
  org: Org,
  appId: string,
  scope: string,
  signal?: AbortSignal,
): Promise<Grant> {
  const body = { scopeId: scope, issuer: org.url }
  try {
    const answer = await org.request({ method: 'POST', path: grantsPath(appId), body, signal })
    const grant = requireMembers(answer.json(), 'the new grant')
    return { grantId: requireText(grant, 'id', 'the new grant'), scope }
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 409].includes(error.okta.status)) throw error
    // Granted by somebody else since the list was read.
    const grants = await listGrants(org, appId, signal)
    const grant = grants.find((known) => known.scope === scope)
    if (grant === undefined) throw error
    return grant
  }
}

/** Takes a scope from an app; tokens that were given keep theirs. */
export async function revokeGrant(
  org: Org,
  appId: string,
  grantId: string,
  signal?: AbortSignal,
): Promise<void> {
  await removeObject(org, `${grantsPath(appId)}/${encodeURIComponent(grantId)}`, signal)
}

function grantsPath(appId: string): string {
  return `/api/v1/apps/${encodeURIComponent(appId)}/grants`
}
