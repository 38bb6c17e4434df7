/** @module The headers that every answer of an org has, in the set that fits its kind. */

import { randomText } from '../ids.ts'

/** What gave an answer: an API, the limiter before the APIs, or the gateway before both. */
export type Giver = 'api' | 'limiter' | 'gateway'

/** Headers, with a list where a name stands on several lines. */
export type Headers = Record<string, string | readonly string[]>

const everyAnswer = {
  Server: 'nginx',
  'Strict-Transport-Security': 'max-age=315360000; includeSubDomains',
} as const

const notSniffed = { 'x-content-type-options': 'nosniff' } as const

const notCached = {
  'Cache-Control': 'no-cache, no-store',
  Expires: '0',
  Pragma: 'no-cache',
} as const

const clearedCookies = [
  'sid="";Version=1;Path=/;Max-Age=0',
  'xids="";Version=1;Path=/;Max-Age=0',
  'autolaunch_triggered=""; Expires=Thu, 01 Jan 1970 00:00:10 GMT; Path=/',
  'activate_ca_modal_triggered=""; Expires=Thu, 01 Jan 1970 00:00:10 GMT; Path=/',
] as const

/** Headers of an answer that Okta's gateway gives before any API sees the request: 404 of an unknown path, 405. */
export function gatewayHeaders(): Headers {
  return { ...everyAnswer, ...notSniffed }
}

/** The headers that an answer has because of what gave it and of its status, as the recordings show them. */
export function headersOf(giver: Giver, status: number, requestId: string): Headers {
  switch (giver) {
    case 'gateway':
      return gatewayHeaders()
    case 'limiter':
      return { ...everyAnswer, ...notSniffed, ...pageHeaders(requestId, []) }
    case 'api':
      return {
        ...everyAnswer,
        ...(status === 204 ? { 'x-frame-options': 'SAMEORIGIN' } : notSniffed),
        ...notCached,
        ...pageHeaders(requestId, [`JSESSIONID=${randomText(32)}; Path=/; Secure; HttpOnly`]),
        'referrer-policy': 'strict-origin-when-cross-origin',
      }
  }
}

function pageHeaders(requestId: string, cookies: readonly string[]): Headers {
  return {
    'Set-Cookie': [...clearedCookies, ...cookies],
    'accept-ch': 'Sec-CH-UA-Platform-Version',
    'content-security-policy': "frame-ancestors 'self'",
    p3p: 'CP="HONK"',
    'x-okta-request-id': requestId,
    'x-xss-protection': '0',
  }
}
