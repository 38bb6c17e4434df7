/** @module Which headers go through the proxy, in both directions, and where links lead. */

import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type HeaderFields, ReceivedHeaders } from '../../../src/http/received-headers.ts'
import { answerHeaders } from '../../../src/server/proxy/answer-headers.ts'
import { callerHeaders } from '../../../src/server/proxy/caller-headers.ts'
import { type ProxyPlace, rewriteLinks, rewriteTarget } from '../../../src/server/proxy/links.ts'

/** A request with these header lines, names and values in turn. */
function messageOf(...rawHeaders: string[]): IncomingMessage {
  const headers: Record<string, string> = {}
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers[rawHeaders[at]?.toLowerCase() ?? ''] = rawHeaders[at + 1] ?? ''
  }
  return { headers, rawHeaders } as unknown as IncomingMessage
}

const place: ProxyPlace = {
  org: 'https://acme.okta.com',
  url: 'https://acme.okta.com/api/v1/users?limit=2',
  base: 'https://postern.example/v1/connections/acme/proxy',
}

describe('a header of a caller', () => {
  test.each([
    ...['Accept', 'Accept-Encoding', 'Accept-Language', 'Content-Type', 'If-Match', 'Prefer'],
    ...['If-None-Match', 'User-Agent', 'X-Okta-User-Agent-Extended', 'X-Okta-Retry-For'],
    'X-Okta-Retry-Count',
  ])('goes on: %s', (name) => {
    expect(callerHeaders(messageOf(name, 'x'))).toEqual({ [name.toLowerCase()]: 'x' })
  })

  test.each([
    ...['Authorization', 'Cookie', 'Content-Length', 'DPoP', 'Host', 'Proxy-Authorization'],
    ...['Transfer-Encoding', 'X-Forwarded-For', 'X-Custom', 'X_Custom', 'Range'],
  ])('is left behind: %s', (name) => {
    expect(callerHeaders(messageOf(name, 'x'))).toEqual({})
  })

  test.each([
    ...['Upgrade', 'X-HTTP-Method', 'X-HTTP-Method-Override', 'X-Method-Override'],
    ...['X_HTTP_Method', 'X-Method_Override', 'Proxy_Authorization', 'Content_Length', 'If_Match'],
    ...['Content_Type', 'Transfer_Encoding', 'User_Agent', 'X-Okta_Retry-For'],
  ])('is refused: %s', (name) => {
    expect(() => callerHeaders(messageOf('Accept', '*/*', name, 'x'))).toThrow(
      expect.objectContaining({ code: 'proxy_header_refused' }),
    )
  })

  test('is refused where it says twice what a body is', () => {
    const twice = messageOf('Content-Type', 'a/b', 'content-type', 'a/b')
    expect(() => callerHeaders(twice)).toThrow(
      expect.objectContaining({ code: 'proxy_header_refused' }),
    )
  })

  test('says that a body is encoded, which no org takes', () => {
    expect(() => callerHeaders(messageOf('Content-Encoding', 'identity'))).toThrow(
      expect.objectContaining({ code: 'request_media_type' }),
    )
  })

  test.each(['keep-alive', 'close', 'Keep-Alive', 'x-custom', 'close, x-custom'])(
    'about the connection is left behind: %s',
    (connection) => {
      expect(callerHeaders(messageOf('Connection', connection))).toEqual({})
    },
  )

  test.each([
    ...['authorization', 'connection', 'content-length', 'cookie', 'dpop', 'host'],
    ...['proxy-authorization', 'transfer-encoding', 'close, If-Match', 'close,user-agent'],
  ])('that takes back another is refused: %s', (connection) => {
    expect(() => callerHeaders(messageOf('Connection', connection))).toThrow(
      expect.objectContaining({ code: 'proxy_header_refused' }),
    )
  })
})

describe('a header of an answer', () => {
  const passed = (fields: HeaderFields, isChange = false) =>
    answerHeaders(new ReceivedHeaders(fields), () => place, { isChange })

  test.each([
    ...['accept-ranges', 'allow', 'content-disposition', 'content-encoding', 'content-language'],
    ...['content-length', 'content-range', 'content-type', 'date', 'deprecation', 'etag'],
    ...['expires', 'last-modified', 'retry-after', 'sunset', 'vary', 'warning'],
    ...['www-authenticate', 'x-okta-request-id', 'x-rate-limit-reset'],
  ])('goes on: %s', (name) => {
    expect(passed({ [name]: 'x' })).toEqual({ [name]: 'x' })
  })

  test.each([
    ...['set-cookie', 'server', 'connection', 'transfer-encoding', 'strict-transport-security'],
    ...['content-security-policy', 'dpop-nonce', 'x-custom', 'my-x-okta-id', 'x-okta'],
  ])('is left behind: %s', (name) => {
    expect(passed({ [name]: 'x' })).toEqual({})
  })

  test('that is not shown is left behind', () => {
    const headers = new ReceivedHeaders({ etag: 'x', vary: 'y' }).without('etag')
    expect(answerHeaders(headers, () => place, { isChange: false })).toEqual({ vary: 'y' })
  })

  test('leads where the org leads, through the proxy', () => {
    expect(
      passed({
        link: ['</api/v1/users?after=1>; rel="next"', '<https://acme.okta.com/x>; rel="self"'],
        location: '/api/v1/users/00u1',
      }),
    ).toEqual({
      link: `<${place.base}/api/v1/users?after=1>; rel="next", <${place.base}/x>; rel="self"`,
      location: `${place.base}/api/v1/users/00u1`,
    })
  })

  test('is no place that is not on the org', () => {
    expect(passed({ location: 'https://evil.example/' })).toEqual({})
  })

  test('that leads elsewhere does not hide what a change came to', () => {
    const headers = { etag: 'x', link: '<https://evil.example/>; rel="next"' }
    expect(passed(headers, true)).toEqual({ etag: 'x' })
  })

  test.each(['<https://evil.example/>; rel="next"', 'next'])(
    'that leads a list elsewhere makes the answer a bad one: %s',
    (link) => {
      expect(() => passed({ link })).toThrow(
        expect.objectContaining({
          code: 'upstream_bad_response',
          remedy: expect.stringContaining('org URL'),
        }),
      )
    },
  )
})

describe('a link', () => {
  test.each([
    ['/api/v1/groups?q=1#a', '/api/v1/groups?q=1#a'],
    ['?after=1', '/api/v1/users?after=1'],
    ['https://acme.okta.com', '/'],
    ['https://acme.okta.com:443/x', '/x'],
  ])('%s leads to %s of the proxy', (target, path) => {
    expect(rewriteTarget(target, place)).toBe(place.base + path)
  })

  test.each([
    ...['https://evil.example/x', 'http://acme.okta.com/x', 'https://acme.okta.com:8443/x'],
    ...['https://user@acme.okta.com/x', 'https://:secret@acme.okta.com/x', 'https://', 'data:,x'],
  ])('%s leads nowhere', (target) => {
    expect(rewriteTarget(target, place)).toBeUndefined()
  })

  test('that leads elsewhere is left out, unless the list goes on there', () => {
    const help = '<https://evil.example/>; rel="help"'
    expect(rewriteLinks(`${help}, </x>;rel=self`, place)).toBe(`<${place.base}/x>;rel=self`)
    expect(rewriteLinks(help, place)).toBe('')
    expect(rewriteLinks('</x>; rel="self", <//evil.example/>; rel="next"', place)).toBeUndefined()
    expect(rewriteLinks('no link', place)).toBeUndefined()
  })
})
