/** @module The HTTP API as an app: given a request, it answers. It listens on nothing by itself. */

import { Hono } from 'hono'
import { Api } from './api.ts'
import type { Arrival } from './arrival.ts'
import { Exchange } from './exchange.ts'
import { routeFinder } from './find-route.ts'
import { type Answered, type Incoming, responseOf, SentAnswer } from './incoming.ts'
import { Limits, type LimitsOptions } from './limits.ts'
import { addRoutes } from './routes.ts'
import type { Services } from './services.ts'

/** Options of {@link createApp}. */
export interface AppOptions {
  /** Adds the routes; default: every route there is. */
  readonly addRoutes?: (api: Api) => void
  /** How much one caller may ask. */
  readonly limits?: LimitsOptions
}

/** Answers a request that came over the network and whose path it was found by. */
export type DirectAnswer = (request: Incoming, arrival: Arrival) => Promise<Answered>

/** What the app is given beside a request. */
export interface AppEnv {
  readonly Bindings: { readonly arrival?: Arrival }
}

/** The app. What came over the network has an {@link Arrival}; a request of this process has none. */
export type App = Hono<AppEnv> & {
  /**
   * The answer past Hono: of a route that is asked thousands of times a second, or that writes into the connection. Undefined
   * for every other one.
   *
   * @param target - as it came.
   */
  findDirect(method: string, target: string): DirectAnswer | undefined
}

/** Makes the app. Its `fetch` answers a request of this process as it does one that came over the network. */
export function createApp(services: Services, options: AppOptions = {}): App {
  const api = new Api()
  const add = options.addRoutes ?? addRoutes
  add(api)
  const limits = new Limits({ clock: services.clock, limits: options.limits })
  const app = new Hono<AppEnv>()
  const begin = (request: Incoming, arrival: Arrival | undefined) =>
    new Exchange({ services, limits, request, arrival })
  for (const served of api.routes) {
    const { method, path, isPiped, takesRest } = served.route
    const rest = isPiped || takesRest ? '{.+}' : ''
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1') + rest
    app.on(method.toUpperCase(), pattern, async ({ req, env }) => {
      const raw = { params: req.param(), query: () => req.queries() }
      return asResponse(await begin(req.raw, env?.arrival).answer(served, raw))
    })
  }
  app.notFound(async ({ req, env }) =>
    responseOf(await begin(req.raw, env?.arrival).refuseUnknown()),
  )
  const findRoute = routeFinder(api.routes)
  const findDirect: App['findDirect'] = (method, target) => {
    const found = findRoute(method, target)
    if (found === undefined) return undefined
    const raw = { params: found.params, query: noQuery }
    return (request, arrival) => begin(request, arrival).answer(found.served, raw)
  }
  return Object.assign(app, { findDirect })
}

function noQuery(): Readonly<Record<string, string[]>> {
  return {}
}

function asResponse(answer: Answered): Response {
  if (answer instanceof SentAnswer) throw new TypeError('There is no connection to answer over.')
  return answer instanceof Response ? answer : responseOf(answer)
}
