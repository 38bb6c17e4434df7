/** @module The routes of apps: service apps and others, their keys, secrets and grants, and who is assigned. */

import type { Route } from '../http/route.ts'
import { appGroupRoutes } from './app-groups.ts'
import { appUserRoutes } from './app-users.ts'
import { appRoutes } from './apps.ts'
import { assignedAppRoutes } from './assigned-apps.ts'
import { clientRoutes } from './clients.ts'
import { grantRoutes } from './grants.ts'
import { keyRoutes } from './keys.ts'
import { secretRoutes } from './secrets.ts'

/** Apps and what belongs to them. */
export const allAppRoutes: readonly Route[] = [
  ...appRoutes,
  ...keyRoutes,
  ...secretRoutes,
  ...grantRoutes,
  ...appUserRoutes,
  ...appGroupRoutes,
  ...assignedAppRoutes,
  ...clientRoutes,
]
