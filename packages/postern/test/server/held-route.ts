/** @module A route whose requests wait until the test lets them go. */

import { z } from '@hono/zod-openapi'
import type { Api } from '../../src/server/api.ts'

/** `GET /held`, and a hand on it. */
export interface HeldRoute {
  readonly addRoutes: (api: Api) => void
  /** Resolves once so many requests have arrived, since the beginning. */
  arrived(count: number): Promise<void>
  /** Lets all that wait be answered. */
  release(): void
}

/** Makes the route. @param concurrent - how many one caller may have under way. */
export function heldRoute(concurrent?: number): HeldRoute {
  const releases: (() => void)[] = []
  const watchers: { readonly count: number; readonly resolve: () => void }[] = []
  let seen = 0
  const hold = () =>
    new Promise<void>((resolve) => {
      releases.push(resolve)
      seen += 1
      for (const watcher of watchers) if (seen >= watcher.count) watcher.resolve()
    })
  return {
    addRoutes: (api) =>
      api.add(
        {
          method: 'get',
          path: '/held',
          operationId: 'held',
          tag: 'test',
          summary: 'Waits.',
          access: 'any-key',
          ...(concurrent === undefined ? {} : { concurrent }),
          answer: z.object({}),
        },
        async () => {
          await hold()
          return {}
        },
      ),
    arrived: (count) =>
      new Promise((resolve) => {
        if (seen >= count) resolve()
        else watchers.push({ count, resolve })
      }),
    release: () => {
      for (const release of releases.splice(0)) release()
    },
  }
}
