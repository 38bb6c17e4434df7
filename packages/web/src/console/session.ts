/** @module Who is signed in. */

import { createContext, useContext, useEffect, useSyncExternalStore } from 'react'
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

let holders = 0
const listeners = new Set<() => void>()

/** Keeps the page as it is although the session ends, for as long as what uses it is shown: nothing shows that again. */
export function useHeldPage(): void {
  useEffect(() => {
    hold(1)
    // Back comes to the same place, and whoever loads the page again is asked before.
    history.pushState(null, '')
    addEventListener('beforeunload', refuse)
    return () => {
      hold(-1)
      removeEventListener('beforeunload', refuse)
    }
  }, [])
}

/** Whether something keeps the page. */
export function useIsPageHeld(): boolean {
  return useSyncExternalStore(subscribe, () => holders > 0)
}

function refuse(event: Event): void {
  event.preventDefault()
}

function hold(more: number): void {
  holders += more
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
