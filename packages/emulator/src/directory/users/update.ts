/** @module `POST` and `PUT /api/v1/users/{id}`: a part of a user, or the whole. */

import { type Answer, ok } from '../../http/answer.ts'
import { oktaError } from '../../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../../http/request.ts'
import type { User } from '../../state/user.ts'
import { applyRules } from '../rules/apply.ts'
import { readCredentials } from './credentials.ts'
import { requireUser } from './find.ts'
import { readProfile } from './profile.ts'
import { requireSettled } from './settled.ts'
import { showUser, userEtag } from './show.ts'
import { recordUser } from './trace.ts'

/** Changes what the request names and leaves the rest. */
export function updateUser(request: ManagementRequest): Answer {
  const user = requireUser(request, 'users.write')
  return change(request, user, { base: user.profile })
}

/** Puts the request's profile in the place of the user's: what it does not name is gone. */
export function replaceUser(request: ManagementRequest): Answer {
  return change(request, requireUser(request, 'users.write'), {})
}

function change(
  request: ManagementRequest,
  user: User,
  options: { readonly base?: User['profile'] },
): Answer {
  const { org } = request
  requireMatch(request, user)
  requireSettled(user)
  const body = readJsonObject(request)
  if (body['profile'] !== undefined) refuseMastered(request, user)
  const profile = readProfile(org, body['profile'], {
    object: 'user',
    userId: user.id,
    ...options,
  })
  const { hasPassword, recoveryQuestion, provider } = readCredentials(body['credentials'], profile)
  const nowMs = org.time.secondMs()
  const changed: User = {
    ...user,
    profile,
    lastUpdatedMs: nowMs,
    ...(hasPassword && { hasPassword, passwordChangedMs: nowMs }),
    ...(recoveryQuestion !== undefined && { recoveryQuestion }),
    ...(provider !== undefined && { provider }),
  }
  org.putUser(changed)
  recordUser(
    request,
    'updated',
    changed,
    'user.account.update_profile',
    ...(hasPassword ? (['user.account.update_password'] as const) : []),
  )
  applyRules(org, changed, request.cause)
  return ok(showUser(request, changed), { Etag: userEtag(changed) })
}

const masters = ['ACTIVE_DIRECTORY', 'LDAP']

function refuseMastered({ org }: ManagementRequest, { provider }: User): void {
  if (org.assumptions.changeOfMasteredProfile === '200' || !masters.includes(provider.type)) return
  throw oktaError('E0000023')
}

function requireMatch({ headers }: ManagementRequest, user: User): void {
  const wanted = headers['if-match']
  if (wanted === undefined || wanted === '*') return
  const etags = wanted.split(',').map((etag) => etag.trim())
  if (!etags.includes(userEtag(user))) throw oktaError('E0000231')
}
