/** @module Every route of an org, in one list: the more special path before the more general one. */

import { allAppRoutes } from './apps/routes.ts'
import { authorizationRoutes } from './authorization/routes.ts'
import { directoryRoutes } from './directory/routes.ts'
import type { Route } from './http/route.ts'
import { allRoleRoutes } from './roles/routes.ts'
import { logRoutes } from './system-log/routes.ts'

/** The routes. docs/emulator.md lists them. */
export const routes: readonly Route[] = [
  ...authorizationRoutes,
  ...allAppRoutes,
  ...allRoleRoutes,
  ...directoryRoutes,
  ...logRoutes,
]
