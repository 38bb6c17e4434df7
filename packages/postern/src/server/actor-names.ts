/** @module What those are called who ask and decide: an access key by its name, a person as their provider named them last. */

import { listAudit } from '../store/list-audit.ts'
import type { Services } from './services.ts'

const OF_KEY = 'access-key:'
const OF_PERSON = 'person:'

/** Names by actor. One whose access key is forgotten, or who never signed in here, has none. */
export async function readActorNames(
  services: Pick<Services, 'store' | 'accessKeys'>,
  actors: readonly (string | undefined)[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const actor of new Set(actors)) {
    const name = actor === undefined ? undefined : await readName(services, actor)
    if (actor !== undefined && name !== undefined) names.set(actor, name)
  }
  return names
}

async function readName(
  { store, accessKeys }: Pick<Services, 'store' | 'accessKeys'>,
  actor: string,
): Promise<string | undefined> {
  if (actor.startsWith(OF_KEY)) return accessKeys.nameOf(actor.slice(OF_KEY.length))
  if (!actor.startsWith(OF_PERSON)) return undefined
  const [begun] = await listAudit(store, { actor, action: 'console-session.begin', limit: 1 })
  const { name } = begun === undefined ? {} : JSON.parse(begun.details)
  return typeof name === 'string' ? name : undefined
}
