/** @module The route that tells whoever keeps it open that something changed. */

import { z } from '@hono/zod-openapi'
import type { Api } from '../api.ts'
import { authenticate } from '../authenticate.ts'
import type { ChangeKind } from '../changes.ts'
import type { Permissions } from '../permissions.ts'

const HEARTBEAT_MS = 15_000
const RETRY_MS = 5_000

const route = {
  method: 'get',
  path: '/v1/changes',
  operationId: 'watchChanges',
  tag: 'console',
  summary:
    'Tells, as server-sent events, that something changed which the caller may see: audit, connections, feeds, runs or plans. What it is, other routes say.',
  access: 'any-key',
  answer: z.string().describe('`event: runs`, `data: {"at":"2027-01-31T12:00:00.000Z"}`'),
  answerType: 'text/event-stream',
  refusals: ['changes_too_many'],
} as const

/** Adds the route. @param heartbeatMs - between two signs of life; default 15 seconds. */
export function addChangesRoute(api: Api, heartbeatMs = HEARTBEAT_MS): void {
  api.add(route, ({ services, caller, request, requestId }) => {
    const { actor } = caller.by
    const who = { services, requestId, arrival: undefined }
    const permissionsByNow = async (): Promise<Permissions | undefined> =>
      caller.isSignedIn
        ? services.consoleSessions.permissionsOf(caller.console.id)
        : (await authenticate(route, request, who)).permissions
    const watcher = { actor, permissions: caller.permissions }
    let end = () => {}
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        let isOpen = true
        const send = (text: string) => {
          if (isOpen) controller.enqueue(Buffer.from(text))
        }
        const onChange = (kinds: ReadonlySet<ChangeKind>, at: Date) => {
          // Whoever reads nothing is told nothing: a hint that is late is worth what one in time is.
          if ((controller.desiredSize ?? 0) < -MAX_WAITING) return
          const data = JSON.stringify({ at: at.toISOString() })
          send([...kinds].map((kind) => `event: ${kind}\ndata: ${data}\n\n`).join(''))
        }
        const onEnd = () => {
          if (!isOpen) return
          end()
          controller.close()
        }
        const unwatch = services.changes.watch(Object.assign(watcher, { onChange, onEnd }))
        // An access key may be revoked or given less, and somebody signed out, while this is open.
        const beat = setInterval(async () => {
          const permissions = await permissionsByNow().catch(() => undefined)
          if (permissions === undefined) return onEnd()
          watcher.permissions = permissions
          send(':\n\n')
        }, heartbeatMs).unref()
        end = () => {
          isOpen = false
          clearInterval(beat)
          unwatch()
        }
        send(`retry: ${RETRY_MS}\n\n`)
      },
      cancel: () => end(),
    })
    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // A proxy in front that keeps answers until they are whole would keep this one for ever.
        'x-accel-buffering': 'no',
      },
    })
  })
}

const MAX_WAITING = 64
