/** @module Who is signed in. */

import { createContext, useContext } from 'react'
import { Permissions, type Rule } from './permissions.ts'

/** A session, as the server tells it. */
export interface Session {
  readonly name: string
  readonly actor: string
  readonly kind: 'person' | 'access-key'
  readonly expiresAt: string
  readonly permissions: readonly Rule[]
}

/** Where the session is asked for. */
export const SESSION = '/v1/console/session'

/** The session of the views below it. */
export const SessionContext = createContext<Session>({
  name: '',
  actor: '',
  kind: 'access-key',
  expiresAt: '',
  permissions: [],
})

/** The session. */
export function useSession(): Session {
  return useContext(SessionContext)
}

/** What its holder may do. */
export function usePermissions(): Permissions {
  return new Permissions(useSession().permissions)
}
