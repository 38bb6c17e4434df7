/** @module What a credential may see: deletions are believed only while that stays as it was. */

import {
  ApiError,
  getInput,
  isParentThere,
  listRoles,
  type ObjectKind,
  readObject,
  scopeCovers,
} from '@postern/core'
import { readHeldDeletions } from '../store/held-deletions.ts'
import { type MirrorExcept, type SampledObject, sampleMirror } from '../store/sample-mirror.ts'
import type { StreamContext } from './stream.ts'

/** What a credential may see, as far as it can be told. Kept as JSON in a state. */
export interface Reach {
  /** Of the scopes that the input needs: those that the token has. Absent for an API token. */
  readonly scopes?: readonly string[]
  /** The client's admin roles; absent where they cannot be read. */
  readonly roles?: readonly string[]
}

const ROLES_SCOPE = 'okta.roles.read'
// One that is gone without a trace may be among them. A role that shows half of all is taken for a true one 1 time in 28.
const SAMPLE = 8
const MAX_UNREADABLE = 1 / 8

/** Reads what the credential may see now. */
export async function readReach(context: StreamContext): Promise<Reach> {
  const { org, feed, clientId, signal } = context
  const { resource, scopes: needed } = getInput(feed.input)
  const url = `${org.url}${resource.replace('/{id}', '')}`
  const { token } = await org.authorizer.authorize({ method: 'GET', url, signal })
  if (token === undefined) return {}
  const scopes = needed.filter((scope) => scopeCovers(token.scopes, scope))
  if (clientId === undefined || !scopeCovers(token.scopes, ROLES_SCOPE)) return { scopes }
  try {
    const roles = await listRoles(org, clientId, signal)
    const names = roles.map(({ type, roleId, resourceSetId }) =>
      [type, roleId, resourceSetId].filter((part) => part !== undefined).join(' '),
    )
    return { scopes, roles: names.toSorted() }
  } catch (error) {
    if (error instanceof ApiError) return { scopes }
    throw error
  }
}

/** What was lost between two moments, in words; undefined where nothing was. */
export function lostReach(earlier: Reach, later: Reach): string | undefined {
  const lostScopes = (earlier.scopes ?? []).filter((scope) => !later.scopes?.includes(scope))
  if (lostScopes.length > 0) return `the scope ${lostScopes.join(', ')}`
  if (earlier.roles === undefined) return undefined
  if (later.roles === undefined) return 'the right to read its own admin roles'
  const lostRoles = earlier.roles.filter((role) => !later.roles?.includes(role))
  return lostRoles.length === 0 ? undefined : `the admin role ${lostRoles.join(', ')}`
}

/**
 * Whether a few objects that were there a moment ago can still be read, all but one of eight. Where they cannot, that others are
 * not found says nothing about those. What is to be read again itself is asked for only where there is nothing else.
 *
 * @param options.seenBy - the sweep that has just come to its end: what it saw is asked for. Absent: anything that is known, also
 * what the last sweep did not see any more; and nothing is believed while deletions are held back, or several objects are gone
 * and there is no other to ask for.
 */
export async function isStillReadable(
  context: StreamContext,
  kind: ObjectKind,
  options: { readonly seenBy?: number | undefined; readonly except: MirrorExcept },
): Promise<boolean> {
  const { store, feed } = context
  const { seenBy, except } = options
  if (seenBy === undefined && (await readHeldDeletions(store, feed.id)) !== undefined) return false
  const of = { feedId: feed.id, kind: kind.name, generation: seenBy }
  const quiet = await sampleMirror(store, of, {
    except: { ...except, isListed: true },
    limit: SAMPLE,
  })
  const sample = quiet.length > 0 ? quiet : await sampleMirror(store, of, { except, limit: SAMPLE })
  if (sample.length === 0) return seenBy !== undefined || (except.ids?.length ?? 0) <= 1
  let unreadable = 0
  for (const one of sample) if (!(await isReadable(context, kind, one))) unreadable++
  return unreadable <= sample.length * MAX_UNREADABLE
}

async function isReadable(
  { org, signal }: StreamContext,
  kind: ObjectKind,
  { id, parent }: SampledObject,
): Promise<boolean> {
  const options = { priority: 'incremental', signal } as const
  const found = await unlessRefused(async () =>
    kind.path === undefined
      ? isParentThere(org, kind, parent ?? '', options)
      : (await readObject(org, kind, id, options)) !== undefined,
  )
  return found === true
}

/** What a reading gives; undefined where the role does not allow it. */
export async function unlessRefused<Result>(
  reading: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await reading()
  } catch (error) {
    if (error instanceof ApiError && error.code === 'role_insufficient') return undefined
    throw error
  }
}
