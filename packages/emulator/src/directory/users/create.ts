/** @module `POST /api/v1/users`. */

import { type Answer, ok } from '../../http/answer.ts'
import { blank, invalid, notFound, oktaError } from '../../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../../http/request.ts'
import { isJsonObject, type Json } from '../../json.ts'
import type { Org } from '../../state/org.ts'
import type { User, UserStatus } from '../../state/user.ts'
import { refuseManagedGroup } from '../groups/find.ts'
import { addMember, touchMembership } from '../membership.ts'
import { applyRules } from '../rules/apply.ts'
import { readCredentials } from './credentials.ts'
import { readProfile } from './profile.ts'
import { showUser } from './show.ts'
import { recordUser } from './trace.ts'

/**
 * Creates a user: STAGED with `activate=false`, else ACTIVE with a password and PROVISIONED without one. Answers 200.
 *
 * @see Okta, "Create a user"
 */
export function createUser(request: ManagementRequest): Answer {
  const { org, query } = request
  const body = readJsonObject(request)
  const profile = readProfile(org, body['profile'], { object: 'newUser' })
  const credentials = readCredentials(body['credentials'], profile)
  const groupIds = readGroupIds(request, body['groupIds'])
  requireType(org, body['type'])
  if (query.get('provider') === 'true' && credentials.provider === undefined)
    throw blank('provider')
  const activate = query.get('activate') !== 'false'
  const changePassword = query.get('nextLogin') === 'changePassword'
  if (changePassword && !(activate && credentials.hasPassword))
    throw invalid('nextLogin', 'nextLogin: changePassword needs a password and an activation')
  const nowMs = org.time.secondMs()
  const staged: User = {
    id: org.ids.next('user'),
    status: 'STAGED',
    createdMs: nowMs,
    activatedMs: null,
    statusChangedMs: null,
    lastLoginMs: null,
    lastUpdatedMs: nowMs,
    passwordChangedMs: credentials.hasPassword ? nowMs : null,
    profile,
    hasPassword: credentials.hasPassword ?? false,
    provider: credentials.provider ?? { type: 'OKTA', name: 'OKTA' },
    ...(credentials.recoveryQuestion !== undefined && {
      recoveryQuestion: credentials.recoveryQuestion,
    }),
  }
  const user = activate
    ? activated(org, staged, changePassword ? 'PASSWORD_EXPIRED' : statusAfterActivation(staged))
    : staged
  org.putUser(user)
  touchMembership(org, org.everyoneId)
  recordUser(
    request,
    'created',
    user,
    'user.lifecycle.create',
    ...(activate ? (['user.lifecycle.activate'] as const) : []),
  )
  for (const groupId of groupIds) addMember(org, groupId, user.id, request.cause)
  applyRules(org, user, request.cause)
  return ok(showUser(request, user))
}

/** The user once activated: at once, or after the time that an activation takes. */
export function activated(org: Org, user: User, to: UserStatus): User {
  const { activationLagMs } = org.assumptions
  const nowMs = org.time.secondMs()
  if (activationLagMs > 0)
    return { ...user, transition: { to, untilMs: org.time.nowMs() + activationLagMs } }
  return {
    ...user,
    status: to,
    activatedMs: nowMs,
    statusChangedMs: nowMs,
    lastUpdatedMs: nowMs,
  }
}

/** The state into which an activation leads: with something to sign in with, ACTIVE. */
export function statusAfterActivation({ hasPassword, provider }: User): UserStatus {
  const federated = ['FEDERATION', 'SOCIAL'].includes(provider.type)
  return hasPassword || federated ? 'ACTIVE' : 'PROVISIONED'
}

function readGroupIds({ org }: ManagementRequest, given: Json | undefined): readonly string[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given)) throw oktaError('E0000003')
  return given.map((id: unknown) => {
    if (typeof id !== 'string') throw oktaError('E0000003')
    const group = org.groups.get(id)
    if (group === undefined) throw notFound(id, 'UserGroup')
    refuseManagedGroup(group)
    return id
  })
}

function requireType(org: Org, given: Json | undefined): void {
  if (given === undefined || given === null) return
  const id = isJsonObject(given) ? given['id'] : undefined
  if (typeof id !== 'string') throw oktaError('E0000003')
  if (id !== org.userTypeId) throw notFound(id, 'UserType')
}
