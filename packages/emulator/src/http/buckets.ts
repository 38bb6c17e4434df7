/** @module The rate-limit buckets of an org, and how many requests a minute each takes. */

import type { Edition } from '../state/org.ts'

/**
 * Requests per minute of the whole org, by bucket and plan. An API token or app gets half of it.
 *
 * @see okta/okta-developer-docs at c9c27d9, `reference/rl-global-mgmt` - the last published table
 * @see okta/terraform-provider-okta, `okta/internal/apimutex/rate_limit_lines.go` - which request is in which bucket
 */
export const buckets = {
  '/api/v1/apps': { integrator: 20, enterprise: 100, workforce: 100 },
  '/api/v1/apps/{id}': { integrator: 100, enterprise: 600, workforce: 500 },
  '/api/v1/groups': { integrator: 100, enterprise: 600, workforce: 500 },
  '/api/v1/groups/{id}': { integrator: 100, enterprise: 600, workforce: 1_000 },
  '/api/v1/users': { integrator: 100, enterprise: 600, workforce: 600 },
  '/api/v1/users/{id}': { integrator: 100, enterprise: 600, workforce: 600 },
  '/api/v1/users/{idOrLogin}': { integrator: 100, enterprise: 1_000, workforce: 2_000 },
  '/api/v1/users/me': { integrator: 100, enterprise: 1_000, workforce: 2_000 },
  '/api/v1/logs': { integrator: 20, enterprise: 50, workforce: 120 },
  '/oauth2/v1/clients': { integrator: 25, enterprise: 100, workforce: 100 },
  '/api/v1/devices': { integrator: 100, enterprise: 150, workforce: 100 },
  '/api/v1/devices/{id}/users': { integrator: 300, enterprise: 300, workforce: 300 },
  '/api/v1/iam': { integrator: 100, enterprise: 100, workforce: 100 },
  '/api/v1': { integrator: 100, enterprise: 600, workforce: 1_200 },
  '/oauth2/v1/token': { integrator: 300, enterprise: 300, workforce: 300 },
  other: { integrator: 1_000, enterprise: 3_000, workforce: 10_000 },
} as const satisfies Readonly<
  Record<string, Readonly<Record<Exclude<Edition, 'unlimited'>, number>>>
>

/** The name of a bucket; `none` is what is not limited at all. */
export type Bucket = keyof typeof buckets | 'none'

/** Requests that an org answers at the same time. */
export const concurrency: Readonly<Record<Edition, number>> = {
  integrator: 35,
  enterprise: 75,
  workforce: 75,
  unlimited: Number.POSITIVE_INFINITY,
}
