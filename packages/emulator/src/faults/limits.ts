/** @module Disturbances of the rate limits, and of their headers. */

import { answerOf } from '../http/exchange.ts'
import { oktaError } from '../http/okta-error.ts'
import { rateHeaderNames, rateHeaders, refuseConcurrency } from '../http/rate-limit.ts'
import { afterOrg, insteadOfOrg } from './disturbance.ts'
import type { Disturbance, Fault, FaultPlace } from './fault.ts'
import { Occasion, occasionParameters } from './occasion.ts'
import type { ParameterValues } from './parameter.ts'

/** Faults of limits. */
export const limitFaults: readonly Fault[] = [
  {
    kind: 'disturbance',
    name: 'rate-limited',
    summary: 'Others used the whole bucket up: nothing passes until its window is over.',
    answers:
      '429 E0000047 with x-rate-limit-remaining 0 and no Retry-After, until x-rate-limit-reset',
    parameters: {
      seconds: {
        meaning: 'how long the window is, from the first request on',
        type: 'number',
        default: 60,
        range: [1, 3600],
      },
      limit: {
        meaning: 'what x-rate-limit-limit says',
        type: 'number',
        default: 300,
        range: [1, 1e6],
      },
      ...occasionParameters,
    },
    begin: limitRate,
  },
  insteadOfOrg(
    {
      name: 'concurrency-limited',
      summary: 'Too many requests of the org are open at the same time.',
      answers: '429 E0000047 with x-rate-limit-limit 0 and x-rate-limit-remaining 0',
    },
    (_request, { place }) => ({ answer: answerOf(refuseConcurrency(place.org.time.nowMs())) }),
  ),
  afterOrg(
    {
      name: 'page-too-big',
      summary: 'A page of that size is more than Okta can put together in time.',
      answers: '500 E0000009 for a list whose limit is above it, or who names none',
      parameters: {
        limit: {
          meaning: 'the greatest limit that works',
          type: 'number',
          default: 100,
          range: [1, 10_000],
        },
      },
    },
    ({ method, query }, { status, rows, json, headers = {} }, { values }) => {
      if (method !== 'GET' || status !== 200 || !Array.isArray(rows ?? json)) return undefined
      const asked = query.get('limit')
      const fits = asked !== null && Number(asked) <= (values.number('limit') ?? 0)
      if (fits) return undefined
      // The request was counted all the same.
      const counted = Object.entries(headers).filter(([name]) => rateHeaderNames.includes(name))
      return { answer: answerOf(oktaError('E0000009', { headers: Object.fromEntries(counted) })) }
    },
  ),
  afterOrg(
    {
      name: 'rate-headers-missing',
      summary: 'Something on the way removes the rate-limit headers.',
      answers: 'Answers without x-rate-limit-limit, -remaining and -reset',
    },
    (_request, answer) => {
      const headers = Object.entries(answer.headers ?? {})
      const kept = headers.filter(([name]) => !rateHeaderNames.includes(name))
      if (kept.length === headers.length) return undefined
      return { answer: { ...answer, headers: Object.fromEntries(kept) } }
    },
  ),
  afterOrg(
    {
      name: 'rate-headers-doubled',
      summary: 'Two limits apply, and each says so.',
      answers: 'Each of the x-rate-limit headers twice: of the caller, and of the org',
    },
    (_request, answer) => {
      const { headers = {} } = answer
      const rates = rateHeaderNames.filter((name) => typeof headers[name] === 'string')
      if (rates.length === 0) return undefined
      const doubled = rates.map((name) => {
        const own = String(headers[name])
        return [name, [own, name === 'x-rate-limit-reset' ? own : String(Number(own) * 2)]]
      })
      return { answer: { ...answer, headers: { ...headers, ...Object.fromEntries(doubled) } } }
    },
  ),
]

// One window, which the first request opens; when it is over, the bucket is free again and stays so.
function limitRate({ org }: FaultPlace, values: ParameterValues): ReturnType<Disturbance['begin']> {
  const occasion = new Occasion('rate-limited', org.seed, values)
  let endsMs: number | undefined
  return {
    before: (request) => {
      if (!occasion.matches(request)) return undefined
      const nowMs = org.time.nowMs()
      if (endsMs !== undefined && nowMs >= endsMs) return undefined
      if (!occasion.take()) return undefined
      endsMs ??= nowMs + (values.number('seconds') ?? 60) * 1_000
      const figures = { limit: values.number('limit') ?? 0, remaining: 0 }
      const headers = rateHeaders({ ...figures, resetSeconds: Math.ceil(endsMs / 1_000) })
      return { answer: answerOf(oktaError('E0000047', { headers })) }
    },
  }
}
