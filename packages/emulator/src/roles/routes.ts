/** @module The routes of admin roles: given to clients, users and groups, narrowed to targets, and made of one's own. */

import type { Route } from '../http/route.ts'
import { assigneeRoutes } from './assignees.ts'
import { bindingRoutes } from './bindings.ts'
import { customRoleRoutes } from './custom-roles.ts'
import { orgSettingRoutes } from './org-settings.ts'
import { resourceSetRoutes } from './resource-sets.ts'
import { roleTargetRoutes } from './role-targets.ts'
import { roleRoutes } from './roles.ts'

/** Admin roles. */
export const allRoleRoutes: readonly Route[] = [
  ...roleRoutes,
  ...roleTargetRoutes,
  ...customRoleRoutes,
  ...resourceSetRoutes,
  ...bindingRoutes,
  ...assigneeRoutes,
  ...orgSettingRoutes,
]
