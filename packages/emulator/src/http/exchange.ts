/** @module One request from its route to its answer: limits, credentials, scope and role, then the handler. */

import { authenticate } from '../authorization/authenticate.ts'
import { causeOf } from '../authorization/cause.ts'
import { reachOf } from '../authorization/permissions.ts'
import { actorOf, type Principal, rateKey } from '../authorization/principal.ts'
import { requireScope } from '../authorization/require-scope.ts'
import type { Answer } from './answer.ts'
import type { Bucket } from './buckets.ts'
import { gatewayHeaders } from './headers.ts'
import { type AnswerHeaders, type OktaErrorCode, oktaError, RefusedRequest } from './okta-error.ts'
import { type RateLimits, type RateState, rateHeaders } from './rate-limit.ts'
import { logRateViolation } from './rate-violation.ts'
import type { ApiRequest } from './request.ts'
import { isPublic, type ManagementRoute, type Route } from './route.ts'
import type { Found, Router } from './router.ts'

// Recorded without rate-limit headers, wherever it was recorded.
const withoutRate: readonly unknown[] = ['E0000019'] satisfies readonly OktaErrorCode[]

/** A request whose route is not known yet. */
export type UnroutedRequest = Omit<ApiRequest, 'params'>

/** What answers the requests of one org. */
export interface OrgService {
  readonly router: Router
  readonly limits: RateLimits
  /** Called before every request: brings about what became due since the last one. */
  readonly catchUp: () => void
  /** Called with what no handler expected; the caller gets `E0000009`. */
  readonly onUnexpected: (error: unknown) => void
}

/** An answer, and whether the gateway gave it, which has fewer headers. */
export interface Settled {
  readonly answer: Answer
  readonly fromGateway: boolean
  /** How the request was counted; absent where it was not. */
  readonly counted?: RateState | undefined
}

/** Answers one request. Never throws. */
export async function answerRequest(
  service: OrgService,
  request: UnroutedRequest,
): Promise<Settled> {
  const found = service.router.find(request.method, request.path)
  if (typeof found === 'string') return { answer: refuseRoute(found), fromGateway: true }
  let rate: AnswerHeaders = {}
  let counted: RateState | undefined
  const countRate: CountRate = (caller, bucket) => {
    if (bucket === 'none') return
    const state = service.limits.count(caller, bucket, request.org.time.nowMs())
    counted = state
    rate = rateHeaders(state)
    logRateViolation(request, bucket, state)
    if (state.exceeded) throw oktaError('E0000047')
  }
  const withRate = (answer: Answer): Settled => ({
    answer: { ...answer, headers: { ...rate, ...answer.headers } },
    fromGateway: false,
    counted,
  })
  try {
    service.catchUp()
    const routed = { ...request, params: found.params }
    return withRate(await dispatch(found.route, routed, countRate))
  } catch (thrown) {
    if (thrown instanceof RefusedRequest) {
      const answer = answerOf(thrown)
      return hasRate(thrown) ? withRate(answer) : { answer, fromGateway: false }
    }
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
  requireRole(request, route, principal)
  const apiTokenId = principal.kind === 'api-token' ? principal.token.id : undefined
  const cause = causeOf(request, actorOf(principal), apiTokenId)
  return route.handle({ ...request, principal, cause })
}

// Okta answers many lists with nothing instead of with a refusal, the silent `200 []`: then the handler answers, which
// shows what the roles reach, and judges the parameters as for everybody.
function requireRole({ org }: ApiRequest, route: ManagementRoute, { roles }: Principal): void {
  const { permission, withoutRole } = route
  if (permission === undefined || reachOf(roles, permission) !== 'nothing') return
  const isEmpty =
    withoutRole === 'empty-list' ||
    (withoutRole === 'assumed' && org.assumptions.listsWithoutRole === 'empty')
  if (!isEmpty) throw oktaError('E0000006')
}

function hasRate({ body }: RefusedRequest): boolean {
  return !withoutRate.includes(body?.['errorCode'])
}

function refuseRoute(found: Exclude<Found, object>): Answer {
  if (found === 'no-such-method') return answerOf(oktaError('E0000022'))
  return {
    status: 404,
    text: '{"status":404,"message":"Resource not found"}\n',
    headers: gatewayHeaders(),
  }
}
