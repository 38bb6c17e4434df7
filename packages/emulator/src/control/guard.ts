/** @module Who may use the control API: programs of this machine, and no page that a browser has open. */

import type { MiddlewareHandler } from 'hono'
import { isLoopback } from '../http/loopback.ts'

const READS = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses a `Host` that is not loopback (a name that was rebound to 127.0.0.1), an `Origin` of another site, and a body
 * that is not JSON (what a form of another site can send without being asked).
 */
export const guard: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host') ?? ''
  const refuse = (code: string, observed: string, remedy: string, status: 403 | 415) =>
    context.json({ error: { code, observed, remedy } }, status)
  if (!isLoopback(host.replace(/:\d+$/, ''))) {
    return refuse(
      'host_forbidden',
      'The Host of the request is not loopback.',
      'Ask at 127.0.0.1 or localhost.',
      403,
    )
  }
  const origin = context.req.header('origin')
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return refuse(
      'origin_forbidden',
      'The request comes from a page of another site.',
      'Call the control API from a program, not from a page.',
      403,
    )
  }
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  const hasBody =
    Number(context.req.header('content-length') ?? 0) > 0 ||
    context.req.header('transfer-encoding') !== undefined
  const plain = type === undefined ? !hasBody : type === 'application/json'
  if (!READS.includes(context.req.method) && !plain) {
    return refuse(
      'body_not_json',
      'The body is not declared as JSON.',
      'Send Content-Type: application/json.',
      415,
    )
  }
  return next()
}
