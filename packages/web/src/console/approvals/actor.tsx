/** @module Who asked or decided, by name where the person may know it. */

import type { ReactNode } from 'react'
import { approvalTexts as texts } from '../../texts/console/approvals.ts'
import { ACCESS_KEYS } from '../access-keys/access-key.ts'
import { useAnswer } from '../server.ts'
import { usePermissions, useSession } from '../session.ts'

const OF_KEY = 'access-key:'
const STANDING = 'standing:'

/** The actor, as the audit log has it. */
export function Actor({ actor }: { readonly actor: string }): ReactNode {
  const name = useActorName(actor)
  return (
    <span className="actor" title={actor}>
      <bdi>{name}</bdi>
    </span>
  )
}

/** What an actor is called; the actor itself where nothing else is known. */
export function useActorName(actor: string): string {
  const session = useSession()
  const mayKnow = usePermissions().maySomewhere('admin')
  const { data } = useAnswer<{
    readonly accessKeys: readonly { readonly id: string; readonly name: string }[]
  }>(ACCESS_KEYS, { isAsked: mayKnow && actor.startsWith(OF_KEY) })
  if (actor === session.actor) return `${session.name} (${texts.you})`
  if (actor.startsWith(STANDING)) return texts.standing
  const known = data?.accessKeys.find(({ id }) => actor === `${OF_KEY}${id}`)
  return known?.name ?? actor
}
