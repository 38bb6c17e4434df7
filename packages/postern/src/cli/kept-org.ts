/** @module The org of a connection that is kept: core's own client, whose requests Postern signs and sends. */

import {
  type Authorizer,
  Org,
  OrgClock,
  type OrgUrl,
  parseOrgUrl,
  Secret,
  systemClock,
  type Transport,
  type TransportRequest,
  type TransportResponse,
  UpstreamError,
  type UpstreamErrorCode,
} from '@postern/core'
import type { ConnectionView } from '../connections/view.ts'
import type { ApiClient } from './api-client.ts'
import type { ApiProblem } from './api-problem.ts'
import { tellOrgStep } from './steps.ts'
import { countTraffic, type Traffic } from './traffic.ts'

// Postern may wait for a whole window of the rate limit before it sends.
const TIMEOUT_MS = 180_000

/** The header that an answer of the org has, and none of Postern. */
const ANSWERED_BY = 'postern-answered-by'

/** Opens the org. @param path - of the connection, in the API. */
export async function openKeptOrg(
  api: ApiClient,
  path: string,
): Promise<{ readonly org: Org; readonly traffic: Traffic }> {
  const { orgUrl } = await api.call<ConnectionView>('GET', path)
  // It was judged when it was kept.
  const customDomains = [new URL(orgUrl).hostname]
  const { org: url } = parseOrgUrl(orgUrl, { dev: true, customDomains })
  const { transport, traffic } = countTraffic(throughApi(api, path))
  const authorizer = new ElsewhereAuthorizer(url)
  const common = { url, customDomains, dev: true, transport, authorizer, timeoutMs: TIMEOUT_MS }
  return { org: new Org({ ...common, onStep: tellOrgStep }), traffic }
}

/** Adds nothing: whoever has the credential signs each request. */
class ElsewhereAuthorizer implements Authorizer {
  readonly org: OrgUrl
  readonly #clock = new OrgClock(systemClock)

  constructor(org: OrgUrl) {
    this.org = org
  }

  async authorize() {
    return { headers: new Secret({}) }
  }

  async shouldRetry(
    _request: unknown,
    _used: unknown,
    { headers }: Parameters<Authorizer['shouldRetry']>[2],
  ): Promise<boolean> {
    this.#clock.observe(headers)
    return false
  }

  now(): Date {
    return this.#clock.now()
  }
}

/** A transport that has each request sent by the API, once, and gives the org's answer whatever it is. */
function throughApi(api: ApiClient, path: string): Transport {
  return async ({ method, url, headers, body, signal }: TransportRequest) => {
    const { pathname, search } = new URL(url)
    const call = { method, path: pathname + search, headers, ...parsed(body) }
    const answer = await api.send(
      { method: 'POST', path: `${path}/request`, body: call, accept: '*/*' },
      signal,
    )
    if (answer.headers[ANSWERED_BY] !== 'org') throw await refusalOf(api, answer)
    return responseOf(answer)
  }
}

function parsed(body: TransportRequest['body']): { readonly body?: unknown } {
  return typeof body === 'string' ? { body: JSON.parse(body) } : {}
}

type Answer = Awaited<ReturnType<ApiClient['send']>>

function responseOf({ status, headers, body }: Answer): TransportResponse {
  return { status, headers: new Headers({ ...headers }), body }
}

/** What core repeats is told as core would have found it. */
async function refusalOf(api: ApiClient, answer: Answer): Promise<Error> {
  const problem = await api.problemOf(answer)
  const { code, message, remedy, details } = problem
  return isUpstream(problem)
    ? new UpstreamError(code as UpstreamErrorCode, message, { remedy, details })
    : problem
}

function isUpstream({ code }: ApiProblem): boolean {
  return code.startsWith('upstream_') || code === 'tls_error' || code === 'rate_limited'
}
