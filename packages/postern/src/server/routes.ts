/** @module Every route there is. */

import { addRoutes as addApiRoutes } from './api/registry.ts'
import type { Api } from './api.ts'
import { addMcpRoutes } from './mcp/routes.ts'
import { addProxyRoutes } from './proxy/routes.ts'

/** Adds all routes. */
export function addRoutes(api: Api): void {
  addApiRoutes(api)
  addMcpRoutes(api)
  addProxyRoutes(api)
}
