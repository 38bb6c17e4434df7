/** @module The user that a path names: by id, login, unambiguous short login, or `me`. */

import { type Permission, reachesUser, reachOf } from '../../authorization/permissions.ts'
import { notFound, oktaError } from '../../http/okta-error.ts'
import type { ManagementRequest } from '../../http/request.ts'
import { isId } from '../../ids.ts'
import type { Org } from '../../state/org.ts'
import type { User } from '../../state/user.ts'

/**
 * The user whom the path names by `{id}`, or the caller where the path has none.
 *
 * @throws {RefusedRequest} `E0000007` where there is none; `E0000006` where the caller's role does not reach the user.
 */
export function requireUser(request: ManagementRequest, permission: Permission): User {
  const { org, principal, params } = request
  const name = params['id'] ?? 'me'
  const user = name === 'me' ? findCaller(request) : findUser(org, name)
  if (user === undefined) throw notFound(name, 'User')
  const isSelf =
    permission === 'users.read' && principal.kind === 'api-token' && principal.owner.id === user.id
  const reached = isSelf || reachesUser(org, reachOf(principal.roles, permission), user.id)
  if (!reached) throw outOfReach(request, user.id, 'User')
  return user
}

/** The refusal where a role covers other groups only; reading may, by assumption, find nothing. */
export function outOfReach({ org, method }: ManagementRequest, id: string, type: string): Error {
  const hidden = method === 'GET' && org.assumptions.userOutOfReach === '404'
  return hidden ? notFound(id, type) : oktaError('E0000006')
}

/** The user with this id, login (in any case), or short login that no other user has. */
export function findUser(org: Org, name: string): User | undefined {
  const exact = org.users.get(name) ?? userOfLogin(org, name)
  if (exact !== undefined || name.includes('@') || isId(name, 'user')) return exact
  const start = `${name.toLowerCase()}@`
  let only: string | undefined
  for (const [login, id] of org.userIdsByLogin) {
    if (!login.startsWith(start)) continue
    if (only !== undefined) return undefined
    only = id
  }
  return only === undefined ? undefined : org.users.get(only)
}

function userOfLogin(org: Org, login: string): User | undefined {
  const id = org.userIdsByLogin.get(login.toLowerCase())
  return id === undefined ? undefined : org.users.get(id)
}

// An API token has an owner; behind a service app there is no user.
function findCaller({ org, principal }: ManagementRequest): User | undefined {
  if (principal.kind === 'api-token') return org.users.get(principal.owner.id)
  if (org.assumptions.meOfServiceApp === '403') throw oktaError('E0000006')
  return undefined
}
