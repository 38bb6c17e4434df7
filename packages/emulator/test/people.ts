/** @module People and their API tokens, put straight into the state of an org under test, as if always there. */

import type { Org } from '../src/index.ts'
import type { RoleAssignment, StandardRole } from '../src/state/role.ts'
import type { User } from '../src/state/user.ts'

/** Puts a user into the state of an org. */
export function putPerson(org: Org, login: string, more: Partial<User> = {}): User {
  const nowMs = org.time.secondMs()
  const user: User = {
    id: org.ids.next('user'),
    status: 'ACTIVE',
    createdMs: nowMs,
    activatedMs: nowMs,
    statusChangedMs: nowMs,
    lastLoginMs: null,
    lastUpdatedMs: nowMs,
    passwordChangedMs: nowMs,
    hasPassword: true,
    provider: { type: 'OKTA', name: 'OKTA' },
    ...more,
    profile: {
      firstName: 'Test',
      lastName: 'Person',
      mobilePhone: null,
      secondEmail: null,
      login,
      email: login,
      ...more.profile,
    },
  }
  org.putUser(user, { settled: true })
  return user
}

/** An API token whose owner has one role (or none), narrowed where targets are named. */
export function tokenWithRole(
  org: Org,
  type: StandardRole | undefined,
  targets: Partial<Pick<RoleAssignment, 'groupTargets' | 'appTargets'>> = {},
): string {
  const role: RoleAssignment | undefined = type && {
    id: org.ids.next('userRole'),
    type,
    createdMs: 0,
    lastUpdatedMs: 0,
    groupTargets: [],
    appTargets: [],
    ...targets,
  }
  const login = `owner-${org.users.size}@example.com`
  const owner = putPerson(org, login, { roles: role === undefined ? [] : [role] })
  return org.addApiToken(owner.id, 'test').value
}
