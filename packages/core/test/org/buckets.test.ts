import { describe, expect, test } from 'vitest'
import { bucketOf, buckets } from '../../src/org/buckets.ts'

describe('bucketOf', () => {
  test.each([
    ['GET', '/api/v1/users', '/api/v1/users'],
    ['POST', '/api/v1/users', '/api/v1/users'],
    ['GET', '/api/v1/users/00u1', '/api/v1/users/{idOrLogin}'],
    ['HEAD', '/api/v1/users/00u1', '/api/v1/users/{idOrLogin}'],
    ['get', '/api/v1/users/a%40b.example', '/api/v1/users/{idOrLogin}'],
    ['GET', '/api/v1/users/me', '/api/v1/users/me'],
    ['POST', '/api/v1/users/me', '/api/v1/users/{id}'],
    ['PUT', '/api/v1/users/00u1', '/api/v1/users/{id}'],
    ['DELETE', '/api/v1/users/00u1', '/api/v1/users/{id}'],
    ['POST', '/api/v1/users/00u1/lifecycle/suspend', '/api/v1/users'],
    ['GET', '/api/v1/users/00u1/groups', '/api/v1/users'],
    ['GET', '/api/v1/groups', '/api/v1/groups'],
    ['GET', '/api/v1/groups/00g1', '/api/v1/groups/{id}'],
    ['PUT', '/api/v1/groups/00g1/users/00u1', '/api/v1/groups'],
    ['GET', '/api/v1/groups/rules', '/api/v1/groups'],
    ['GET', '/api/v1/apps', '/api/v1/apps'],
    ['GET', '/api/v1/apps/0oa1', '/api/v1/apps/{id}'],
    ['GET', '/api/v1/apps/0oa1/users', '/api/v1/apps'],
    ['POST', '/api/v1/apps/0oa1/grants', '/api/v1/apps'],
    ['GET', '/api/v1/logs', '/api/v1/logs'],
    ['GET', '/api/v1/devices', '/api/v1/devices'],
    ['GET', '/api/v1/devices/guo1/users', '/api/v1/devices/{id}/users'],
    ['GET', '/api/v1/iam/roles', '/api/v1/iam'],
    ['GET', '/api/v1/principal-rate-limits', '/api/v1/principal-rate-limits'],
    ['GET', '/api/v1/zones', '/api/v1'],
    ['POST', '/oauth2/v1/clients', '/oauth2/v1/clients'],
    ['GET', '/oauth2/v1/clients/0oa1/roles', '/oauth2/v1/clients'],
    ['POST', '/oauth2/v1/token', '/oauth2/v1/token'],
    ['GET', '/api/v1users', 'other'],
    ['GET', '/attack-protection/api/v1/user-lockout-settings', 'other'],
  ])('%s %s is of %s', (method, path, name) => {
    expect(bucketOf(method, path).name).toBe(name)
  })

  test('has a name of its own for every bucket', () => {
    expect(new Set(buckets.map(({ name }) => name)).size).toBe(buckets.length)
  })
})
