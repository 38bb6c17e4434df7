import { describe, expect, test } from 'vitest'
import { matchPath, pathOf, withQuery } from '../../src/console/address.ts'

describe('an address of the console', () => {
  test.each([
    ['/', '/', {}],
    ['/feeds', '/feeds/', {}],
    ['/feeds/:feed', '/feeds/log', { feed: 'log' }],
    ['/feeds/:feed', '/feeds/a%2Fb%20c', { feed: 'a/b c' }],
    ['/feeds/:feed', '/feeds/%E0%A4%A', { feed: '%E0%A4%A' }],
    ['/feeds/:feed', '/feeds/log/runs', undefined],
    ['/feeds/:feed', '/connections/log', undefined],
    ['/feeds', '/', undefined],
  ])('of the pattern %s has these values in %s', (pattern, path, values) => {
    expect(matchPath(pattern, path)).toEqual(values)
  })

  test('is made of whatever a name is, and read back', () => {
    for (const name of ['acme', 'a/b', '../..', '?x=1#y', '<img>', 'ä %']) {
      const path = pathOf('/connections/:name', { name })
      expect(matchPath('/connections/:name', path)).toEqual({ name })
    }
  })

  test('has nothing blank in its query', () => {
    const query = { sort: '-name', search: '', page: undefined, limit: 50 }
    expect(withQuery('/feeds', query)).toBe('/feeds?sort=-name&limit=50')
    expect(withQuery('/feeds', { search: '' })).toBe('/feeds')
    expect(withQuery('/audit', { actor: 'a&b=c' })).toBe('/audit?actor=a%26b%3Dc')
  })
})
