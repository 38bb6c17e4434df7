/** @module Which rate-limit bucket a request falls into. Data only. */

/** The length of a window. @see Okta, "Rate limits" - it begins with the first request in it */
export const WINDOW_MS = 60_000

/** One bucket: its name in Okta's table, what falls into it, and the requests a minute that Okta published for it. */
export interface Bucket {
  readonly name: string
  /** Left out: every method. */
  readonly methods?: readonly string[]
  readonly path: RegExp
  /** For the whole org, by plan; a token or app gets half by default. Absent where Okta published none. */
  readonly perMinute?: {
    readonly integrator: number
    readonly enterprise: number
    readonly workforce: number
  }
}

const perMinute = (integrator: number, enterprise: number, workforce: number) => ({
  integrator,
  enterprise,
  workforce,
})

/**
 * The buckets in the order they are tried: the most specific first.
 *
 * @see okta/terraform-provider-okta, `okta/internal/apimutex/rate_limit_lines.go` - which request is in which bucket
 * @see okta/okta-developer-docs at c9c27d9, `reference/rl-global-mgmt` - the last published figures (May 2025)
 */
export const buckets: readonly Bucket[] = [
  {
    name: '/api/v1/apps/{id}',
    methods: ['GET', 'PUT', 'DELETE'],
    path: /^\/api\/v1\/apps\/[^/]+$/,
    perMinute: perMinute(100, 600, 500),
  },
  { name: '/api/v1/apps', path: /^\/api\/v1\/apps(?:\/|$)/, perMinute: perMinute(20, 100, 100) },
  {
    name: '/api/v1/groups/{id}',
    methods: ['GET', 'PUT', 'DELETE'],
    path: /^\/api\/v1\/groups\/(?!rules$)[^/]+$/,
    perMinute: perMinute(100, 600, 1_000),
  },
  {
    name: '/api/v1/groups',
    path: /^\/api\/v1\/groups(?:\/|$)/,
    perMinute: perMinute(100, 600, 500),
  },
  {
    name: '/api/v1/users/me',
    methods: ['GET'],
    path: /^\/api\/v1\/users\/me$/,
    perMinute: perMinute(100, 1_000, 2_000),
  },
  {
    name: '/api/v1/users/{idOrLogin}',
    methods: ['GET'],
    path: /^\/api\/v1\/users\/[^/]+$/,
    perMinute: perMinute(100, 1_000, 2_000),
  },
  {
    name: '/api/v1/users/{id}',
    methods: ['POST', 'PUT', 'DELETE'],
    path: /^\/api\/v1\/users\/[^/]+$/,
    perMinute: perMinute(100, 600, 600),
  },
  { name: '/api/v1/users', path: /^\/api\/v1\/users(?:\/|$)/, perMinute: perMinute(100, 600, 600) },
  { name: '/api/v1/logs', path: /^\/api\/v1\/logs$/, perMinute: perMinute(20, 50, 120) },
  {
    name: '/oauth2/v1/clients',
    path: /^\/oauth2\/v1\/clients(?:\/|$)/,
    perMinute: perMinute(25, 100, 100),
  },
  { name: '/api/v1/devices/{id}/users', path: /^\/api\/v1\/devices\/[^/]+\/users$/ },
  {
    name: '/api/v1/devices',
    path: /^\/api\/v1\/devices(?:\/|$)/,
    perMinute: perMinute(100, 150, 100),
  },
  { name: '/api/v1/iam', path: /^\/api\/v1\/iam\// },
  { name: '/api/v1/principal-rate-limits', path: /^\/api\/v1\/principal-rate-limits(?:\/|$)/ },
  { name: '/api/v1', path: /^\/api\/v1(?:\/|$)/, perMinute: perMinute(100, 600, 1_200) },
  { name: '/oauth2/v1/token', path: /^\/oauth2\/v1\/token$/ },
]

/** What falls into none of the named buckets. */
const other: Bucket = { name: 'other', path: /^/, perMinute: perMinute(1_000, 3_000, 10_000) }

/** The bucket of a request. @param pathname - without query, as `URL` gives it. */
export function bucketOf(method: string, pathname: string): Bucket {
  const upper = method.toUpperCase()
  // HEAD counts as the GET that it stands for.
  const counted = upper === 'HEAD' ? 'GET' : upper
  const found = buckets.find(
    ({ methods, path }) => path.test(pathname) && (methods?.includes(counted) ?? true),
  )
  return found ?? other
}
