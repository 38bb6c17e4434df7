/** @module The routes of the directory: users, groups, group rules, devices and the settings around them. */

import type { Route } from '../http/route.ts'
import { groupRoutes } from './groups/routes.ts'
import { groupRuleRoutes } from './rules/routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import { userRoutes } from './users/routes.ts'

/** Users, groups and what is around them. Rules come before groups, because `rules` looks like the id of one. */
export const directoryRoutes: readonly Route[] = [
  ...userRoutes,
  ...groupRuleRoutes,
  ...groupRoutes,
  ...settingsRoutes,
]
