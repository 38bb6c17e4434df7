/** @module Every action that is built in. */

import type { Action } from './action.ts'
import { ActionError } from './action-error.ts'
import { appAssignGroup, appCheckGroup, appUnassignGroup } from './app-groups.ts'
import { appAssignUser, appCheckUser, appUnassignUser } from './app-users.ts'
import { createGroup } from './create-group.ts'
import { createUser } from './create-user.ts'
import { expireSessions } from './expire-sessions.ts'
import { appFind, groupFind, userFind } from './find.ts'
import { groupAddMembers, groupRemoveMembers } from './group-many-members.ts'
import { groupAddMember, groupCheckMember, groupRemoveMember } from './group-members.ts'
import { requestAction, requestChangeAction } from './request.ts'
import { updateGroup } from './update-group.ts'
import { updateUser } from './update-user.ts'
import { lifecycleActions } from './user-lifecycle.ts'

/** Every built-in action, in the order they are offered. */
export const actions: readonly Action[] = [
  userFind,
  groupFind,
  appFind,
  groupCheckMember,
  groupAddMember,
  groupRemoveMember,
  groupAddMembers,
  groupRemoveMembers,
  appCheckUser,
  appAssignUser,
  appUnassignUser,
  appCheckGroup,
  appAssignGroup,
  appUnassignGroup,
  createUser,
  updateUser,
  ...lifecycleActions,
  expireSessions,
  createGroup,
  updateGroup,
  requestAction,
  requestChangeAction,
]

/** The action of a name. @throws {ActionError} `action_unknown` */
export function getAction(name: string, among: readonly Action[] = actions): Action {
  const found = among.find((action) => action.name === name)
  if (found !== undefined) return found
  throw new ActionError('action_unknown', 'There is no action of that name.', {
    remedy: 'See `postern action list` for those that there are.',
  })
}
