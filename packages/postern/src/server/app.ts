/** @module The HTTP API as an app: given a request, it answers. It listens on nothing by itself. */

import { randomUUID } from 'node:crypto'
import { PosternError } from '@postern/core'
import { Hono } from 'hono'
import { isConnectionName } from '../config/connection-name.ts'
import { sqlStateOf } from '../store/sql-state.ts'
import { StoreError } from '../store/store-error.ts'
import { Api, type Route, type ServedRoute } from './api.ts'
import { type Arrival, requireOwnName } from './arrival.ts'
import { authenticate, requireAccess } from './authenticate.ts'
import { hiddenConnection, type RequestCaller } from './caller.ts'
import { routeFinder } from './find-route.ts'
import { type Answer, type Answered, type Incoming, responseOf, SentAnswer } from './incoming.ts'
import { acceptsJsonLines, answerInLines } from './json-lines.ts'
import { countedAddress, Limits, type LimitsOptions } from './limits.ts'
import { asOktaError, type Problem, problemAnswer, problemOf, ServerError } from './problem.ts'
import { isReachable } from './readiness.ts'
import { parseRequest, type RawParts } from './request-parts.ts'
import { RouteCall } from './route-call.ts'
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

// What a caller's rules do not give.
const FORBIDDEN: ReadonlySet<string> = new Set([
  'access_denied',
  'proxy_method_not_allowed',
  'proxy_path_not_allowed',
  'connect_field_not_allowed',
  'action_not_allowed',
  'action_approval_required',
  'plan_own',
])

// What a program that guesses would be told again and again.
const UNRECOGNISED: ReadonlySet<string> = new Set([
  'access_key_invalid',
  'connect_link_invalid',
  'connect_session_invalid',
  'console_session_invalid',
  'console_link_invalid',
])

/** Whether something ended because its caller is gone. */
function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError'
}

function abandoned(): ServerError {
  return new ServerError('request_abandoned', 'The caller was gone before there was an answer.', {
    remedy: 'Ask again, and wait for the answer.',
  })
}

function storeUnreachable(): ServerError {
  return new ServerError('store_unreachable', 'The database does not answer.', {
    remedy: 'Look at the database, and at what the log says under the request id; then ask again.',
  })
}

const DISK_FULL = '53100'

function storeFull(cause: unknown): StoreError {
  return new StoreError('store_disk_full', 'The disk that the database is on is full.', {
    remedy: 'Free 200 MB on that disk, then ask again.',
    cause,
  })
}

// NUL, which no text of the database has, and no JSON of it.
const UNSTORABLE: ReadonlySet<string> = new Set(['22021', '22P05'])

function unstorable(): ServerError {
  return new ServerError(
    'request_invalid',
    'A text of the request has a character that cannot be kept.',
    {
      remedy: 'Leave out the NUL character (\\u0000), and send the request again.',
    },
  )
}

function isChange({ method, access }: Route): boolean {
  if (method === 'get' || method === 'head') return false
  return access === 'connect-session' || (typeof access === 'object' && access.verb !== 'read')
}

function isHandOut({ access }: Route): boolean {
  return typeof access === 'object' && access.verb === 'token'
}

interface ExchangeOptions {
  readonly services: Services
  readonly limits: Limits
  readonly request: Incoming
  readonly arrival: Arrival | undefined
}

/** One request and its answer. */
class Exchange {
  readonly #services: Services
  readonly #limits: Limits
  readonly #request: Incoming
  readonly #arrival: Arrival | undefined
  readonly #requestId = randomUUID()
  readonly #beganMs: number
  readonly #ends: (() => void)[] = []
  #actor: string | undefined
  #refusal: string | undefined

  constructor({ services, limits, request, arrival }: ExchangeOptions) {
    this.#beganMs = services.clock.monotonicMs()
    this.#services = services
    this.#limits = limits
    this.#request = request
    this.#arrival = arrival
  }

  /** The answer to what no route takes. */
  async refuseUnknown(): Promise<Answer> {
    const response = await this.#refuseUnknown()
    this.#note(undefined, response.status)
    return response
  }

  async answer(served: ServedRoute, raw: RawParts): Promise<Answered> {
    const { route } = served
    let endsLater = false
    let caller: RequestCaller | undefined
    let answer: Answered
    try {
      this.#admit(route)
      const authenticated = this.#authenticate(served)
      caller = authenticated instanceof Promise ? await authenticated : authenticated
      this.#beginAs(route, caller)
      requireAccess(route, caller, raw.params['name'])
      const parsed = parseRequest(route, this.#request, raw)
      const parts = parsed instanceof Promise ? await parsed : parsed
      const [services, request, requestId] = [this.#services, this.#request, this.#requestId]
      const context = { services, caller, parts, request, requestId }
      if (route.event !== undefined && acceptsJsonLines(request)) {
        endsLater = true
        const work = async (tell: (event: unknown) => void) => {
          try {
            return await served.handle(new RouteCall({ ...context, tell }))
          } finally {
            this.#end()
          }
        }
        answer = await answerInLines(work, {
          headers: this.#headers(),
          problemOf: (thrown) => this.#problemOf(thrown, raw),
        })
      } else {
        answer = this.#succeed(served, await served.handle(new RouteCall(context)))
      }
    } catch (thrown) {
      if (caller !== undefined) await this.#noteRefusal(route, caller, { thrown, raw })
      answer = await this.#refuse(this.#countGuess(thrown), { raw, route })
    } finally {
      if (!endsLater) this.#end()
    }
    this.#note(route, answer.status)
    return answer
  }

  async #refuseUnknown(): Promise<Answer> {
    try {
      this.#admit()
      throw new ServerError('route_not_found', 'There is nothing at this path.', {
        remedy: 'Look the path up in /openapi.json.',
      })
    } catch (thrown) {
      return await this.#refuse(thrown)
    } finally {
      this.#end()
    }
  }

  /** What is asked before anybody asks who it is. */
  #admit(route?: Route): void {
    if (this.#arrival === undefined) return
    requireOwnName(this.#request, this.#arrival, route?.fromOtherSites)
    this.#ends.push(this.#limits.begin(countedAddress(this.#arrival.address)))
  }

  #authenticate({ route }: ServedRoute): RequestCaller | Promise<RequestCaller> {
    return authenticate(route, this.#request, {
      services: this.#services,
      requestId: this.#requestId,
      arrival: this.#arrival,
    })
  }

  /** What is told of something that was thrown: of one guess too many, that it was that. */
  #countGuess(thrown: unknown): unknown {
    if (!(thrown instanceof PosternError) || !UNRECOGNISED.has(thrown.code)) return thrown
    if (this.#arrival === undefined) return thrown
    try {
      this.#limits.countFailure(countedAddress(this.#arrival.address))
      return thrown
    } catch (tooMany) {
      return tooMany
    }
  }

  #beginAs({ operationId, concurrent, access }: Route, { by: { actor } }: RequestCaller): void {
    this.#actor = actor
    if (access === 'public') return
    const isPerson = access === 'connect-session'
    this.#ends.push(isPerson ? this.#limits.beginPerson(actor) : this.#limits.begin(actor))
    if (concurrent === undefined) return
    this.#ends.push(this.#limits.begin(`${actor} ${operationId}`, concurrent))
  }

  /** Gives a change that a caller tried and may not make a row in the audit log. */
  async #noteRefusal(
    route: Route,
    { by, permissions }: RequestCaller,
    { thrown, raw }: { readonly thrown: unknown; readonly raw: RawParts },
  ): Promise<void> {
    if (!isChange(route) || !(thrown instanceof PosternError)) return
    const name = raw.params['name']
    const isHidden = thrown.code === 'connection_not_found' && !permissions.maySee(name ?? '')
    if (!isHidden && !FORBIDDEN.has(thrown.code)) return
    if (!this.#limits.mayNoteRefusal(by.actor)) return
    const connection = name !== undefined && isConnectionName(name) ? name : undefined
    const deed = { action: 'access.refuse', target: route.operationId, outcome: thrown.code }
    try {
      await this.#services.auditBatch.add({ ...by, ...deed, connection })
    } catch {
      // It is refused whether there is a row of it or not.
    }
  }

  #succeed({ route }: ServedRoute, result: unknown): Answered {
    if (result instanceof SentAnswer) return result
    if (result instanceof Response) {
      result.headers.set('x-request-id', this.#requestId)
      // Nobody reads it, and behind it may be an open file.
      if (this.#request.method === 'HEAD') void result.body?.cancel()
      return result
    }
    if (route.answer === undefined) return { status: 204, headers: this.#headers(), body: null }
    return {
      status: route.status ?? 200,
      headers: { 'content-type': 'application/json', ...this.#headers() },
      body: JSON.stringify(result),
    }
  }

  async #refuse(
    thrown: unknown,
    { raw, route }: { readonly raw?: RawParts; readonly route?: Route } = {},
  ): Promise<Answer> {
    const problem = await this.#problemOf(thrown, raw)
    const { retryAfterSeconds } = problem.details ?? {}
    return problemAnswer(route?.isPiped ? asOktaError(problem) : problem, {
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(typeof retryAfterSeconds === 'number'
        ? { 'retry-after': String(retryAfterSeconds) }
        : {}),
    })
  }

  async #problemOf(thrown: unknown, raw?: RawParts): Promise<Problem> {
    const { log, store } = this.#services
    const requestId = this.#requestId
    if (UNSTORABLE.has(sqlStateOf(thrown))) return this.#problemOf(unstorable())
    if (isAbort(thrown)) return this.#problemOf(abandoned())
    if (!(thrown instanceof PosternError)) {
      log.error({ requestId, err: thrown }, 'failed')
      if (sqlStateOf(thrown) === DISK_FULL) return this.#problemOf(storeFull(thrown))
      return problemOf((await isReachable(store)) ? thrown : storeUnreachable(), requestId)
    }
    this.#refusal = thrown.code
    const name = thrown.details['connection'] ?? raw?.params['name']
    // Whoever says it, a connection that is not there is refused with the very words of one that may not be seen.
    const isMissing = thrown.code === 'connection_not_found' && typeof name === 'string'
    return problemOf(isMissing ? hiddenConnection(name) : thrown, requestId)
  }

  /** Counts the request, and tells it to the log: of its path the route, of its query and headers nothing. */
  #note(route: Route | undefined, status: number): void {
    const { log, metrics, clock } = this.#services
    const ms = clock.monotonicMs() - this.#beganMs
    const name = route?.operationId ?? 'unknown'
    metrics.countRequest(name, { status, seconds: ms / 1_000 })
    if (route !== undefined && isHandOut(route) && status < 300) metrics.countHandOut(name)
    const level =
      status >= 400 || (route && isChange(route) && !isHandOut(route)) ? 'info' : 'debug'
    if (!log.isLevelEnabled(level)) return
    const { address } = this.#arrival ?? {}
    const [actor, code] = [this.#actor, this.#refusal]
    const requestId = this.#requestId
    log[level]({ requestId, route: name, status, code, ms, actor, address }, 'request')
  }

  #headers() {
    return { 'x-request-id': this.#requestId, 'cache-control': 'no-store' }
  }

  #end(): void {
    for (const end of this.#ends) end()
    this.#ends.length = 0
  }
}
