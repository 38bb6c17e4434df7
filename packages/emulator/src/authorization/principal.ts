/** @module Who calls: a service app with its token's scopes, or the owner of an API token. */

import type { ApiToken } from '../state/api-token.ts'
import type { App } from '../state/app.ts'
import type { RoleAssignment } from '../state/role.ts'
import type { User } from '../state/user.ts'
import type { Participant } from '../system-log/event.ts'
import { clientParticipant, userParticipant } from '../system-log/participants.ts'

/** The caller of a management API, proven. */
export type Principal =
  | {
      readonly kind: 'service-app'
      readonly app: App
      readonly clientId: string
      readonly scopes: ReadonlySet<string>
      readonly scheme: 'Bearer' | 'DPoP'
      readonly roles: readonly RoleAssignment[]
    }
  | {
      readonly kind: 'api-token'
      readonly token: ApiToken
      readonly owner: User
      readonly roles: readonly RoleAssignment[]
    }

/** The caller's own key into the rate limits: each token and each app has its own share. */
export function rateKey(principal: Principal): string {
  return principal.kind === 'service-app' ? principal.clientId : principal.token.id
}

/** The caller as the System Log names it. */
export function actorOf(principal: Principal): Participant {
  return principal.kind === 'service-app'
    ? clientParticipant(principal.app)
    : userParticipant(principal.owner)
}
