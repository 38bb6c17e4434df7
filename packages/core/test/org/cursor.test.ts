import { type OrgUrl, parseOrgUrl } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { nextCursor } from '../../src/org/cursor.ts'

const { org } = parseOrgUrl('acme.okta.com')
const users = '/api/v1/users?limit=2'

/** The cursor of a page of `asked` whose next link has this target, or the code of the refusal. */
function next(target: string, asked = users, of: OrgUrl = org): string | undefined {
  try {
    return nextCursor(of, asked, `<${target}>; rel="next"`)
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

describe('nextCursor', () => {
  test('is path and query of the next link, and nothing where the list ends', () => {
    const header =
      '<https://acme.okta.com/api/v1/users?limit=2>; rel="self", <https://acme.okta.com/api/v1/users?after=00u1&limit=2>; rel="next"'
    expect(nextCursor(org, users, header)).toBe('/api/v1/users?after=00u1&limit=2')
    expect(nextCursor(org, users, '')).toBe(undefined)
    expect(nextCursor(org, users, '<https://evil.example/>; rel="self"')).toBe(undefined)
  })

  test('keeps the query as it was sent', () => {
    const query = 'after=200u%2B%20x%3D%3D&search=status+eq+%22ACTIVE%22&limit=2'
    expect(next(`https://acme.okta.com/api/v1/users?${query}`)).toBe(`/api/v1/users?${query}`)
  })

  test('reads a link that is written relative to the page', () => {
    expect(next('?after=1')).toBe('/api/v1/users?after=1')
    expect(next('/api/v1/users?after=1')).toBe('/api/v1/users?after=1')
  })

  test.each([
    ['another host', 'https://evil.example/api/v1/users?after=1'],
    ['another org', 'https://other.okta.com/api/v1/users?after=1'],
    ['a host that begins like the org', 'https://acme.okta.com.evil.example/api/v1/users'],
    ['a host that ends like the org', 'https://evilacme.okta.com/api/v1/users'],
    ['a host without a scheme', '//evil.example/api/v1/users'],
    ['a host behind backslashes', '\\\\evil.example/api/v1/users'],
    ['http', 'http://acme.okta.com/api/v1/users?after=1'],
    ['another port', 'https://acme.okta.com:8443/api/v1/users?after=1'],
    ['user information', 'https://acme.okta.com@evil.example/api/v1/users'],
    ['a user name for the org', 'https://user@acme.okta.com/api/v1/users?after=1'],
    ['user information for the org', 'https://user:pw@acme.okta.com/api/v1/users?after=1'],
    ['another scheme', 'javascript:alert(1)'],
    ['another path', 'https://acme.okta.com/api/v1/groups?after=1'],
    ['a path below', 'https://acme.okta.com/api/v1/users/00u1?after=1'],
    ['a path above', 'https://acme.okta.com/api/v1/users/..?after=1'],
    ['a path with another case', 'https://acme.okta.com/API/v1/users?after=1'],
    ['the admin twin of another org', 'https://other-admin.okta.com/api/v1/users?after=1'],
  ])('refuses %s', (_what, target) => {
    expect(next(target)).toBe('page_link_foreign_host')
  })

  test('takes the port that goes without saying', () => {
    expect(next('https://acme.okta.com:443/api/v1/users?after=1')).toBe('/api/v1/users?after=1')
  })

  test('takes the Admin Console’s host as the org, to which lists of roles link', () => {
    const target = 'https://acme-admin.okta.com/api/v1/iam/roles?after=cr01'
    expect(next(target, '/api/v1/iam/roles')).toBe('/api/v1/iam/roles?after=cr01')
    expect(
      next('https://acme-admin.okta.com.evil.example/api/v1/iam/roles', '/api/v1/iam/roles'),
    ).toBe('page_link_foreign_host')
  })

  test('keeps to the host of a custom domain, whatever label it has', () => {
    const custom = parseOrgUrl('login.acme.com', { customDomains: ['login.acme.com'] }).org
    expect(next('https://login.acme.com/api/v1/users?after=1', users, custom)).toBe(
      '/api/v1/users?after=1',
    )
    expect(next('https://acme.okta.com/api/v1/users?after=1', users, custom)).toBe(
      'page_link_foreign_host',
    )
  })

  test('compares paths by what they say and not by how they are encoded', () => {
    const asked = '/api/v1/users/a%40b.example/groups'
    const target = 'https://acme.okta.com/api/v1/users/a@b.example/groups?after=1'
    expect(next(target, asked)).toBe('/api/v1/users/a@b.example/groups?after=1')
    expect(next('https://acme.okta.com/api/v1/%75sers?after=1')).toBe('/api/v1/%75sers?after=1')
    expect(next('https://acme.okta.com/api/v1/users%2F..?after=1')).toBe('page_link_foreign_host')
    expect(next('https://acme.okta.com/api/v1/%zz?after=1')).toBe('page_link_foreign_host')
    expect(next('/api/v1/%zz?after=1', '/api/v1/%yy')).toBe('page_link_foreign_host')
    expect(next('/api/v1/%zz?after=1', '/api/v1/%zz')).toBe('/api/v1/%zz?after=1')
  })

  test.each(['https://', 'https://[::1', 'https://acme.okta.com:99999/'])(
    'calls a next link that is no URL malformed: %s',
    (target) => {
      expect(next(target)).toBe('page_link_malformed')
    },
  )

  test('calls a header that cannot be read malformed', () => {
    expect(() => nextCursor(org, users, 'next: page 2')).toThrowError(
      expect.objectContaining({ code: 'page_link_malformed' }),
    )
  })

  test('says back neither the foreign host nor its user information', () => {
    const error = (() => {
      try {
        return nextCursor(org, users, '<https://user:hunter2@evil.example/>; rel="next"')
      } catch (thrown) {
        return thrown as Error
      }
    })()
    expect(JSON.stringify([(error as Error).message, error])).not.toMatch(/hunter2|evil/)
  })
})
