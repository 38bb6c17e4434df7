/** @module A plan as text, for whoever reads it before anything is done. */

import { labelOfRole } from '../service-app/admin-roles.ts'
import { type PlannedRequest, type SetupPlan, stepsOf } from './plan.ts'

/** A plan as lines of text: what shall be, then each step with its request. Holds no secret. */
export function describePlan(plan: SetupPlan): string {
  const { org, label, clientId, publicJwk, jwksUri, scopes, roles, dpopRequired } = plan
  const facts = [
    ['Org', org],
    [
      'App',
      `${label} (API Services, ${plan.via === 'apps' ? 'Apps API' : 'dynamic registration'})`,
    ],
    ['Client ID', clientId ?? 'chosen by the org'],
    ['Public key', `${publicJwk.kid} (${publicJwk.alg}), ${jwksUri ?? 'kept in Okta'}`],
    ['Scopes', scopes.join(' ')],
    ['Admin roles', roles.map(labelOfRole).join(', ') || 'none'],
    ['DPoP', dpopRequired ? 'required' : 'not required'],
  ] as const
  const width = Math.max(...facts.map(([name]) => name.length))
  const steps = stepsOf(plan).flatMap(({ title, request }, index) => [
    `${String(index + 1).padStart(3)}. ${title}`,
    ...(request === undefined ? [] : [`     ${describeRequest(request)}`]),
  ])
  return [...facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`), '', ...steps].join(
    '\n',
  )
}

function describeRequest({ method, path, body }: PlannedRequest): string {
  return body === undefined ? `${method} ${path}` : `${method} ${path} ${JSON.stringify(body)}`
}
