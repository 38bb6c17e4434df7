/** @module The routes of apps: service apps, their keys, grants and roles, and who is assigned. */

import type { Route } from '../http/route.ts'
import { appGroupRoutes } from './app-groups.ts'
import { appUserRoutes } from './app-users.ts'
import { appRoutes } from './apps.ts'
import { assignedAppRoutes } from './assigned-apps.ts'
import { assigneeRoutes } from './assignees.ts'
import { bindingRoutes } from './bindings.ts'
import { clientRoutes } from './clients.ts'
import { customRoleRoutes } from './custom-roles.ts'
import { grantRoutes } from './grants.ts'
import { keyRoutes } from './keys.ts'
import { orgSettingRoutes } from './org-settings.ts'
import { resourceSetRoutes } from './resource-sets.ts'
import { roleTargetRoutes } from './role-targets.ts'
import { roleRoutes } from './roles.ts'
import { secretRoutes } from './secrets.ts'

/** Apps and what belongs to them. */
export const serviceAppRoutes: readonly Route[] = [
  ...appRoutes,
  ...keyRoutes,
  ...secretRoutes,
  ...grantRoutes,
  ...appUserRoutes,
  ...appGroupRoutes,
  ...assignedAppRoutes,
  ...clientRoutes,
  ...roleRoutes,
  ...roleTargetRoutes,
  ...customRoleRoutes,
  ...resourceSetRoutes,
  ...bindingRoutes,
  ...assigneeRoutes,
  ...orgSettingRoutes,
]
