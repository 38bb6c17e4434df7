/** @module One request and its answer: who asks, whether they may, and what is told to them and to the log. */

import { randomUUID } from 'node:crypto'
import { PosternError } from '@postern/core'
import { isConnectionName } from '../config/connection-name.ts'
import type { Concurrent, Route, ServedRoute } from './api.ts'
import { type Arrival, requireOwnName } from './arrival.ts'
import { authenticate, requireAccess } from './authenticate.ts'
import { hiddenConnection, type RequestCaller } from './caller.ts'
import { type Answer, type Answered, type Incoming, SentAnswer } from './incoming.ts'
import { acceptsJsonLines, answerInLines } from './json-lines.ts'
import { countedAddress, type Limits } from './limits.ts'
import { asOktaError, type Problem, problemAnswer, problemOf, ServerError } from './problem.ts'
import { isReachable } from './readiness.ts'
import { refusalOf, storeUnreachable } from './refusal.ts'
import { parseRequest, type RawParts } from './request-parts.ts'
import { RouteCall, type RouteCallContext } from './route-call.ts'
import type { Services } from './services.ts'
import {
  giveWholeList,
  type ListFormat,
  listFormatOf,
  type Paging,
  requireWhole,
} from './whole-list.ts'

/** What an exchange begins with. */
export interface ExchangeOptions {
  readonly services: Services
  readonly limits: Limits
  readonly request: Incoming
  /** Undefined where the request is of this process. */
  readonly arrival: Arrival | undefined
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

// Of one caller, whichever they are: each keeps a page or two in memory, and asks the store for the next one.
const wholeLists: Concurrent = { together: 'whole lists', most: 4 }

// What a program that guesses would be told again and again.
const UNRECOGNISED: ReadonlySet<string> = new Set([
  'access_key_invalid',
  'connect_link_invalid',
  'connect_session_invalid',
  'console_session_invalid',
  'console_link_invalid',
])

/** One request and its answer. */
export class Exchange {
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
      const format = listFormatOf(route, this.#request)
      this.#beginAs(route, caller, format !== undefined)
      requireAccess(route, caller, raw.params['name'])
      const parsed = parseRequest(route, this.#request, raw)
      const parts = parsed instanceof Promise ? await parsed : parsed
      const [services, request, requestId] = [this.#services, this.#request, this.#requestId]
      const context = { services, caller, parts, request, requestId }
      if (format !== undefined) {
        const list = await this.#giveWholeList(served, { raw, format, context })
        endsLater = true
        answer = this.#succeed(served, list)
      } else if (route.event !== undefined && acceptsJsonLines(request)) {
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

  #giveWholeList(
    served: ServedRoute,
    of: {
      readonly raw: RawParts
      readonly format: ListFormat
      readonly context: RouteCallContext
    },
  ): Promise<Response> {
    const { route } = served
    const { raw, format, context } = of
    const { params, query } = context.parts
    requireWhole(route, raw)
    const readPage = async (paging: Paging) => {
      // It may take long, and what the caller may see by now counts.
      const caller = await this.#authenticate(served)
      requireAccess(route, caller, raw.params['name'])
      const parts = { ...context.parts, query: { ...query, ...paging } }
      const page = await served.handle(new RouteCall({ ...context, caller, parts }))
      return page as Readonly<Record<string, unknown>>
    }
    return giveWholeList(
      { route, format, params },
      {
        readPage,
        headers: this.#headers(),
        signal: context.request.signal,
        onBreak: (thrown) => this.#breakOff(thrown, raw),
        onEnd: () => this.#end(),
      },
    )
  }

  /** @returns whether there is a connection that could be cut off. */
  async #breakOff(thrown: unknown, raw: RawParts): Promise<boolean> {
    const { code } = await this.#problemOf(thrown, raw)
    this.#services.log.info({ requestId: this.#requestId, code }, 'a list was cut off')
    this.#arrival?.cutOff()
    return this.#arrival !== undefined
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
    const address = countedAddress(this.#arrival.address)
    this.#ends.push(this.#limits.begin(address))
    if (route?.forPeople) this.#ends.push(this.#limits.beginPerson(`${address} people`))
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

  #beginAs(
    { operationId, concurrent, access }: Route,
    { by: { actor } }: RequestCaller,
    isWholeList: boolean,
  ): void {
    this.#actor = actor
    if (access === 'public') return
    const isPerson = access === 'connect-session'
    this.#ends.push(isPerson ? this.#limits.beginPerson(actor) : this.#limits.begin(actor))
    const limit = isWholeList ? wholeLists : concurrent
    if (limit === undefined) return
    const { together, most } =
      typeof limit === 'number' ? { together: operationId, most: limit } : limit
    this.#ends.push(this.#limits.begin(`${actor} ${together}`, most))
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
    const refusal = refusalOf(thrown, { log, requestId })
    if (refusal === undefined)
      return problemOf((await isReachable(store)) ? thrown : storeUnreachable(), requestId)
    this.#refusal = refusal.code
    const name = refusal.details['connection'] ?? raw?.params['name']
    // Whoever says it, a connection that is not there is refused with the very words of one that may not be seen.
    const isMissing = refusal.code === 'connection_not_found' && typeof name === 'string'
    return problemOf(isMissing ? hiddenConnection(name) : refusal, requestId)
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

function isChange({ method, access }: Route): boolean {
  if (method === 'get' || method === 'head') return false
  return access === 'connect-session' || (typeof access === 'object' && access.verb !== 'read')
}

function isHandOut({ access }: Route): boolean {
  return typeof access === 'object' && access.verb === 'token'
}
