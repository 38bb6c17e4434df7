import { expect, test } from 'vitest'
import { startOrg } from '../../src/index.ts'
import { routes } from '../../src/routes.ts'

/**
 * Which request is in which bucket: a method or `*`, and a path in which `*` is one segment and `**` any number of them.
 * The first line that fits decides.
 *
 * @see okta/terraform-provider-okta, `okta/internal/apimutex/rate_limit_lines.go`
 */
const table: readonly (readonly [method: string, path: string, bucket: string])[] = [
  ['*', '/api/v1/apps', '/api/v1/apps'],
  ['*', '/api/v1/apps/*', '/api/v1/apps/{id}'],
  ['*', '/api/v1/apps/*/**', '/api/v1/apps'],
  ['*', '/api/v1/groups', '/api/v1/groups'],
  ['*', '/api/v1/groups/rules/**', '/api/v1/groups'],
  ['*', '/api/v1/groups/rules', '/api/v1/groups'],
  ['*', '/api/v1/groups/*', '/api/v1/groups/{id}'],
  ['*', '/api/v1/groups/*/**', '/api/v1/groups'],
  ['*', '/api/v1/users', '/api/v1/users'],
  ['*', '/api/v1/users/me', '/api/v1/users/me'],
  ['GET', '/api/v1/users/*', '/api/v1/users/{idOrLogin}'],
  ['*', '/api/v1/users/*', '/api/v1/users/{id}'],
  ['*', '/api/v1/users/*/**', '/api/v1/users'],
  ['*', '/api/v1/logs', '/api/v1/logs'],
  ['*', '/oauth2/v1/clients/**', '/oauth2/v1/clients'],
  ['*', '/oauth2/v1/clients', '/oauth2/v1/clients'],
  ['*', '/api/v1/devices/*/users', '/api/v1/devices/{id}/users'],
  ['*', '/api/v1/devices/**', '/api/v1/devices'],
  ['*', '/api/v1/devices', '/api/v1/devices'],
  ['*', '/api/v1/iam/**', '/api/v1/iam'],
  ['*', '/api/v1/**', '/api/v1'],
  ['*', '/oauth2/v1/token', '/oauth2/v1/token'],
  ['*', '/oauth2/v1/keys', 'none'],
  ['*', '/oauth2/*/v1/keys', 'none'],
  ['*', '/.well-known/okta-organization', 'other'],
  ['*', '/.well-known/**', 'none'],
  ['*', '/oauth2/*/.well-known/**', 'none'],
  ['*', '/**', 'other'],
]

const patterns = table.map(([method, path, bucket]) => {
  const source = path
    .replaceAll('.', '\\.')
    .replaceAll('**', '.+')
    .replaceAll(/(?<!\.)\*/g, '[^/]+')
  return { method, path: new RegExp(`^${source}$`), bucket }
})

function bucketOf(method: string, path: string): string | undefined {
  return patterns.find((line) => ['*', method].includes(line.method) && line.path.test(path))
    ?.bucket
}

test('every route is in the bucket that Okta counts it in', () => {
  const found = routes.map(({ method, path, bucket }) => `${method} ${path}: ${bucket}`)
  const right = routes.map(({ method, path }) => `${method} ${path}: ${bucketOf(method, path)}`)
  expect(found).toEqual(right)
})

test.each([
  ['GET', '/api/v1/users', 300],
  ['GET', '/api/v1/users/me', 1_000],
  ['GET', '/api/v1/users/admin@example.com', 1_000],
  ['PUT', '/api/v1/users/x', 300],
  ['POST', '/api/v1/users/x/lifecycle/suspend', 300],
  ['GET', '/api/v1/users/x/groups', 300],
  ['GET', '/api/v1/groups', 250],
  ['GET', '/api/v1/groups/x', 500],
  ['PUT', '/api/v1/groups/x/users/y', 250],
  ['GET', '/api/v1/groups/rules', 250],
  ['GET', '/api/v1/apps', 50],
  ['GET', '/api/v1/apps/x', 250],
  ['GET', '/api/v1/apps/x/users', 50],
  ['GET', '/api/v1/logs', 60],
  ['GET', '/oauth2/v1/clients/x/roles', 50],
  ['GET', '/api/v1/devices', 50],
  ['GET', '/api/v1/devices/x/users', 150],
  ['GET', '/api/v1/iam/roles', 50],
  ['GET', '/api/v1/zones', 600],
  ['POST', '/oauth2/v1/token', 150],
  ['POST', '/oauth2/v1/introspect', 5_000],
  ['GET', '/oauth2/v1/keys', undefined],
] as const)(
  '%s %s shows a limit of %j to a caller of a workforce org',
  async (method, path, limit) => {
    const { url, adminToken, close } = await startOrg({ edition: 'workforce', keyType: 'EC' })
    const headers = { authorization: `SSWS ${adminToken}` }
    const answer = await fetch(url + path, { method, headers })
    await close()
    expect(answer.headers.get('x-rate-limit-limit')).toBe(
      limit === undefined ? null : String(limit),
    )
  },
)
