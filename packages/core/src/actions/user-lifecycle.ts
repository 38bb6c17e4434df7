/** @module The actions that move a user from one status to another. */

import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { membersOf, textOf } from '../org/members.ts'
import type { Query } from '../org/request.ts'
import { UpstreamError } from '../transport.ts'
import type { Action, Applied, Prepared } from './action.ts'
import type { Calls } from './calls.ts'
import { type FoundUser, findUser } from './find-user.ts'
import { userParameter } from './parameters.ts'
import { nameOf, shortOf } from './reference.ts'
import { userReach } from './user-reach.ts'
import { statusOf, statusUnsuitable, transitionOf } from './user-status.ts'

/** One move of a user's life. */
interface Move {
  /** As the path of Okta's API has it. */
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly destructive: boolean
  readonly roles: readonly string[]
  /** What Okta takes it from. */
  readonly from: readonly string[]
  /** Where it is so already. */
  readonly so: readonly string[]
  /** Where it leads, before the org has said so. */
  to(user: FoundUser): string
  /** `user.suspended` */
  readonly change: string
  /** `Suspend` */
  readonly verb: string
  /** `be suspended` */
  readonly deed: string
  readonly query?: Query
  reach?(calls: Calls, user: FoundUser): Promise<JsonObject>
}

const WRITERS = ['USER_ADMIN', 'ORG_ADMIN', 'SUPER_ADMIN']
const SUPPORTERS = ['HELP_DESK_ADMIN', ...WRITERS]
// What an active user may be in between, without anybody's doing.
const IN_USE = ['ACTIVE', 'PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED']

/** @see Okta, "User lifecycle" - the statuses, and what leads from one to another */
const moves: readonly Move[] = [
  {
    name: 'activate',
    title: 'Activate a user',
    summary:
      'Activates a user who is staged or deactivated. Okta sends the activation mail; its link is never given out here.',
    destructive: false,
    roles: WRITERS,
    from: ['STAGED', 'DEPROVISIONED'],
    so: [...IN_USE, 'LOCKED_OUT'],
    to: ({ whole }) => (canSignIn(whole) ? 'ACTIVE' : 'PROVISIONED'),
    change: 'user.activated',
    verb: 'Activate',
    deed: 'be activated',
    query: { sendEmail: true },
  },
  {
    name: 'deactivate',
    title: 'Deactivate a user',
    summary:
      'Deactivates a user, who loses every app, and the API tokens for good. The user can be activated again.',
    destructive: true,
    roles: WRITERS,
    from: [...IN_USE, 'STAGED', 'LOCKED_OUT', 'SUSPENDED'],
    so: ['DEPROVISIONED'],
    to: () => 'DEPROVISIONED',
    change: 'user.deactivated',
    verb: 'Deactivate',
    deed: 'be deactivated',
    query: { sendEmail: false },
    reach: userReach,
  },
  {
    name: 'suspend',
    title: 'Suspend a user',
    summary: 'Suspends an active user, who cannot sign in until unsuspended and keeps everything.',
    destructive: false,
    roles: WRITERS,
    from: ['ACTIVE'],
    so: ['SUSPENDED'],
    to: () => 'SUSPENDED',
    change: 'user.suspended',
    verb: 'Suspend',
    deed: 'be suspended',
  },
  {
    name: 'unsuspend',
    title: 'Unsuspend a user',
    summary: 'Lets a suspended user sign in again.',
    destructive: false,
    roles: WRITERS,
    from: ['SUSPENDED'],
    so: [...IN_USE, 'LOCKED_OUT'],
    to: () => 'ACTIVE',
    change: 'user.unsuspended',
    verb: 'Unsuspend',
    deed: 'be unsuspended',
  },
  {
    name: 'unlock',
    title: 'Unlock a user',
    summary: 'Unlocks a user who is locked out after too many attempts to sign in.',
    destructive: false,
    roles: SUPPORTERS,
    from: ['LOCKED_OUT'],
    so: IN_USE,
    to: () => 'ACTIVE',
    change: 'user.unlocked',
    verb: 'Unlock',
    deed: 'be unlocked',
  },
  {
    name: 'reset_password',
    title: 'Reset the password of a user',
    summary:
      'Takes the password from a user, to whom Okta sends a mail to choose another. Its link is a secret and never given out here.',
    destructive: true,
    roles: SUPPORTERS,
    from: ['ACTIVE', 'PROVISIONED', 'PASSWORD_EXPIRED', 'LOCKED_OUT'],
    so: ['RECOVERY'],
    to: () => 'RECOVERY',
    change: 'user.password.reset',
    verb: 'Reset the password of',
    deed: 'have the password reset',
    query: { sendEmail: true },
  },
]

/** `user.activate`, `user.deactivate`, `user.suspend`, `user.unsuspend`, `user.unlock`, `user.reset_password`. */
export const lifecycleActions: readonly Action[] = moves.map((move) => ({
  name: `user.${move.name}`,
  title: move.title,
  summary: move.summary,
  effect: 'change',
  destructive: move.destructive,
  parameters: [userParameter],
  scopes: ['okta.users.manage'],
  roles: move.roles,
  prepare: async (calls, given) => {
    return prepareMove(calls, move, await findUser(calls, given.text('user')))
  },
}))

function prepareMove(calls: Calls, move: Move, user: FoundUser): Prepared {
  const found = { objects: [shortOf(user)], before: statusOf(user) }
  if (isSo(move, user)) {
    return { ...found, after: found.before, effects: [], notes: notesOf(user) }
  }
  if (transitionOf(user) !== undefined || !move.from.includes(user.status))
    throw statusUnsuitable(user, move.deed)
  const summary = `${move.verb} ${nameOf(user)}.`
  const { reach } = move
  return {
    ...found,
    after: { status: move.to(user) },
    effects: [{ change: move.change, objects: [user.id], summary }],
    ...(reach === undefined ? {} : { reach: () => reach(calls, user) }),
    apply: () => applyMove(calls, move, user),
  }
}

async function applyMove(calls: Calls, move: Move, user: FoundUser): Promise<Applied> {
  const path = `/api/v1/users/${encodeURIComponent(user.id)}/lifecycle/${move.name}`
  const read = () => findUser(calls, `id:${user.id}`)
  const isDone = async () => isSo(move, await read())
  let changed: boolean
  try {
    const request = {
      method: 'POST',
      path,
      ...(move.query === undefined ? {} : { query: move.query }),
    }
    changed = (await calls.make(request, isDone)).changed
  } catch (error) {
    // Somebody else moved the user between the look and the change.
    if (!isRefusedByStatus(error)) throw error
    throw statusUnsuitable(await read(), move.deed, error)
  }
  try {
    const now = await read()
    return { changed, after: statusOf(now), notes: notesOf(now) }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const note = 'It is done; the org could not be asked for the status afterwards.'
    return { changed, after: { status: move.to(user) }, notes: [note] }
  }
}

function isSo(move: Move, user: FoundUser): boolean {
  return move.so.includes(transitionOf(user) ?? user.status)
}

// In the wrong status, not locked, active already, still being activated; and `Api validation failed`.
const BY_STATUS = ['E0000038', 'E0000032', 'E0000016', 'E0000112', 'E0000001']

function isRefusedByStatus(error: unknown): boolean {
  return error instanceof ApiError && BY_STATUS.includes(error.okta.errorCode ?? '')
}

function notesOf(user: FoundUser): readonly string[] {
  const transition = transitionOf(user)
  if (transition !== undefined)
    return [`Okta is still moving the user to ${transition}; that takes up to a few minutes.`]
  switch (user.status) {
    case 'LOCKED_OUT':
      return ['The user is locked out: user.unlock lets the user in again.']
    case 'PROVISIONED':
      return ['The user has not finished the activation yet.']
    case 'RECOVERY':
      return ['The user has a mail to choose a new password; no other is sent until that is done.']
    default:
      return []
  }
}

/** Whether a user has what an activation leads to ACTIVE with: a password, or an identity provider that signs in. */
function canSignIn(whole: JsonObject): boolean {
  const credentials = membersOf(whole, 'credentials')
  const provider = textOf(membersOf(credentials, 'provider'), 'type')
  return 'password' in credentials || provider === 'FEDERATION' || provider === 'SOCIAL'
}
