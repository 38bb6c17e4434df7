/** @module One request from its route to its answer: limits, credentials, scope and role, then the handler. */

import { authenticate } from '../authorization/authenticate.ts'
import { causeOf } from '../authorization/cause.ts'
import { reachOf } from '../authorization/permissions.ts'
import { rateKey } from '../authorization/principal.ts'
import { requireScope } from '../authorization/require-scope.ts'
import { type Answer, ok } from './answer.ts'
import type { Bucket } from './buckets.ts'
import { gatewayHeaders } from './headers.ts'
import { type AnswerHeaders, oktaError, RefusedRequest } from './okta-error.ts'
import { pageLinks } from './paging.ts'
import type { RateLimits, RateState } from './rate-limit.ts'
import { logRateViolation } from './rate-violation.ts'
import type { ApiRequest } from './request.ts'
import { isPublic, type ManagementRoute, type Route } from './route.ts'
import type { Found, Router } from './router.ts'

/** A request whose route is not known yet. */
export type UnroutedRequest = Omit<ApiRequest, 'params'>

/** What answers the requests of one org. */
export interface OrgService {
  readonly router: Router
  readonly limits: RateLimits
  /** Called with what no handler expected; the caller gets `E0000009`. */
  readonly onUnexpected: (error: unknown) => void
}

/** An answer, and whether the gateway gave it, which has fewer headers. */
export interface Settled {
  readonly answer: Answer
  readonly fromGateway: boolean
}

/** Answers one request. Never throws. */
export async function answerRequest(
  service: OrgService,
  request: UnroutedRequest,
): Promise<Settled> {
  const found = service.router.find(request.method, request.path)
  if (typeof found === 'string') return { answer: refuseRoute(found), fromGateway: true }
  const rateHeaders: Record<string, string> = {}
  const countRate: CountRate = (caller, bucket) => {
    if (bucket === 'none') return
    const state = service.limits.count(caller, bucket, request.org.time.nowMs())
    Object.assign(rateHeaders, describeRate(state))
    logRateViolation(request, bucket, state)
    if (state.exceeded) throw oktaError('E0000047')
  }
  const withRate = (answer: Answer): Settled => ({
    answer: { ...answer, headers: { ...rateHeaders, ...answer.headers } },
    fromGateway: false,
  })
  try {
    const routed = { ...request, params: found.params }
    return withRate(await dispatch(found.route, routed, countRate))
  } catch (thrown) {
    if (thrown instanceof RefusedRequest) return withRate(answerOf(thrown))
    service.onUnexpected(thrown)
    return withRate(answerOf(oktaError('E0000009')))
  }
}

/** The answer that a refusal is. */
export function answerOf(refusal: RefusedRequest): Answer {
  const body = refusal.body === undefined ? {} : { json: refusal.body }
  return { status: refusal.status, ...body, headers: refusal.headers }
}

type CountRate = (caller: string, bucket: Bucket) => void

async function dispatch(route: Route, request: ApiRequest, countRate: CountRate): Promise<Answer> {
  if (isPublic(route)) {
    countRate(route.rateKey?.(request) ?? request.ipAddress, route.bucket)
    return route.handle(request)
  }
  const principal = authenticate(request, route)
  countRate(rateKey(principal), route.bucket)
  requireScope(request, principal, route.scope)
  if (lacksPermission(principal.roles, route)) return refuseRole(request, route)
  return route.handle({ ...request, principal, cause: causeOf(request, principal) })
}

function lacksPermission(
  roles: Parameters<typeof reachOf>[0],
  { permission }: ManagementRoute,
): boolean {
  return permission !== undefined && reachOf(roles, permission) === 'nothing'
}

// Okta answers many lists with nothing instead of with a refusal: the silent `200 []`.
function refuseRole(request: ApiRequest, route: ManagementRoute): Answer {
  const empty =
    route.withoutRole === 'empty-list' ||
    (route.withoutRole === 'assumed' && request.org.assumptions.listsWithoutRole === 'empty')
  if (!empty) throw oktaError('E0000006')
  const limit = Number(request.query.get('limit')) || 200
  const keep = ['filter', 'search', 'q']
  return ok([], { Link: pageLinks(request, undefined, { limit, keep }) })
}

function describeRate(state: RateState): AnswerHeaders {
  return {
    'x-rate-limit-limit': String(state.limit),
    'x-rate-limit-remaining': String(state.remaining),
    'x-rate-limit-reset': String(state.reset),
  }
}

function refuseRoute(found: Exclude<Found, object>): Answer {
  if (found === 'no-such-method') return answerOf(oktaError('E0000022'))
  return {
    status: 404,
    text: '{"status":404,"message":"Resource not found"}\n',
    headers: gatewayHeaders(),
  }
}
