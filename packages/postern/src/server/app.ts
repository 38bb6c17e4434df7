/** @module The HTTP API as an app: given a request, it answers. It listens on nothing by itself. */

import { randomUUID } from 'node:crypto'
import { PosternError } from '@postern/core'
import { Hono } from 'hono'
import { addRoutes } from './api/registry.ts'
import { Api, type ServedRoute } from './api.ts'
import { authenticate, requireAccess } from './authenticate.ts'
import { acceptsJsonLines, answerInLines } from './json-lines.ts'
import { connectionNotFound, problemOf, problemResponse, ServerError } from './problem.ts'
import { parseRequest } from './request-parts.ts'
import type { Services } from './services.ts'

/** Options of {@link createApp}. */
export interface AppOptions {
  /** Adds the routes; default: every route there is. */
  readonly addRoutes?: (api: Api) => void
}

/** Makes the app. Its `fetch` answers a request of this process as it does one that came over the network. */
export function createApp(services: Services, options: AppOptions = {}): Hono {
  const api = new Api()
  const add = options.addRoutes ?? addRoutes
  add(api)
  const app = new Hono()
  for (const served of api.routes) {
    const { method, path } = served.route
    app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ':$1'), ({ req }) =>
      answer(served, { services, request: req.raw, params: req.param(), query: req.queries() }),
    )
  }
  app.notFound(() => refuse(services, randomUUID(), routeNotFound()))
  app.onError((error) => refuse(services, randomUUID(), error))
  return app
}

interface Arrived {
  readonly services: Services
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string[]>>
}

async function answer(served: ServedRoute, arrived: Arrived): Promise<Response> {
  const { route } = served
  const { services, request, params } = arrived
  const requestId = randomUUID()
  const headers = { 'x-request-id': requestId, 'cache-control': 'no-store' }
  try {
    const caller = await authenticate(route, request, { services, requestId })
    requireAccess(route, caller, params['name'])
    const parts = await parseRequest(route, request, arrived)
    const work = async (tell: (event: unknown) => void) => {
      try {
        return await served.handle({
          ...parts,
          services,
          caller,
          by: caller.by,
          get signal() {
            return request.signal
          },
          request,
          tell,
        })
      } catch (thrown) {
        throw hidden(thrown, params['name'])
      }
    }
    if (route.event !== undefined && acceptsJsonLines(request))
      return await answerInLines(work, {
        headers,
        problemOf: (thrown) => {
          logFailure(services, requestId, thrown)
          return problemOf(thrown, requestId)
        },
      })
    const result = await work(() => undefined)
    if (result instanceof Response) return withRequestId(result, requestId)
    if (route.answer === undefined) return new Response(null, { status: 204, headers })
    return new Response(JSON.stringify(result), {
      status: route.status ?? 200,
      headers: { 'content-type': 'application/json', ...headers },
    })
  } catch (thrown) {
    return refuse(services, requestId, thrown)
  }
}

/** A connection that is not there is refused with the very words of one that the caller may not see. */
function hidden(thrown: unknown, name: string | undefined): unknown {
  const isMissing = thrown instanceof PosternError && thrown.code === 'connection_not_found'
  return isMissing && name !== undefined ? connectionNotFound(name) : thrown
}

function withRequestId(response: Response, requestId: string): Response {
  response.headers.set('x-request-id', requestId)
  return response
}

function refuse(services: Services, requestId: string, thrown: unknown): Response {
  logFailure(services, requestId, thrown)
  const problem = problemOf(thrown, requestId)
  const challenge = problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}
  return problemResponse(problem, challenge)
}

function logFailure({ log }: Services, requestId: string, thrown: unknown): void {
  if (thrown instanceof PosternError) log.debug({ requestId, code: thrown.code }, 'refused')
  else log.error({ requestId, err: thrown }, 'failed')
}

function routeNotFound(): ServerError {
  return new ServerError('route_not_found', 'There is nothing at this path.', {
    remedy: 'Look the path up in /openapi.json.',
  })
}
