/** @module The route of the System Log. */

import type { Route } from '../http/route.ts'
import { listEvents } from './list-events.ts'

/** The System Log. */
export const logRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/logs',
    summary:
      'Lists events of the System Log: polling by persistence, windows by `published`, `filter` and `q`',
    bucket: '/api/v1/logs',
    scope: 'okta.logs.read',
    permission: 'logs.read',
    withoutRole: 'assumed',
    handle: listEvents,
  },
]
