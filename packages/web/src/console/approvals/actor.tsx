/** @module Who asked or decided, by name where the server knows one. */

import type { ReactNode } from 'react'
import { approvalTexts as texts } from '../../texts/console/approvals.ts'
import { useSession } from '../session.ts'

const STANDING = 'standing:'

/** Who did something: as the audit log has it, and what that is called. */
interface ActorOf {
  readonly actor: string
  readonly name: string | undefined
}

/** The actor. */
export function Actor({ actor, name }: ActorOf): ReactNode {
  const shown = useActorName({ actor, name })
  return (
    <span className="actor" title={actor}>
      <bdi>{shown}</bdi>
    </span>
  )
}

/** What an actor is called; the actor itself where nothing else is known. */
export function useActorName({ actor, name }: ActorOf): string {
  const session = useSession()
  if (actor === session.actor) return `${session.name} (${texts.you})`
  return actor.startsWith(STANDING) ? texts.standing : (name ?? actor)
}
