/** @module Disturbances in which the org, or something before it, refuses, falls silent or loses the answer. */

import type { Answer } from '../http/answer.ts'
import { answerOf } from '../http/exchange.ts'
import type { Interception } from '../http/interceptor.ts'
import { oktaError, RefusedRequest } from '../http/okta-error.ts'
import { afterOrg, insteadOfOrg } from './disturbance.ts'
import type { Fault } from './fault.ts'

/** Faults of refused and lost exchanges. */
export const outageFaults: readonly Fault[] = [
  insteadOfOrg(
    {
      name: 'server-error',
      summary: 'Okta fails inside.',
      answers: '500 E0000009 Internal Server Error',
    },
    () => ({ answer: answerOf(oktaError('E0000009')) }),
  ),
  insteadOfOrg(
    {
      name: 'bad-gateway',
      summary: "Okta's gateway does not reach what is behind it.",
      answers: '502 with a web page of nginx',
    },
    () => fromGateway(502, 'Bad Gateway'),
  ),
  insteadOfOrg(
    {
      name: 'unavailable',
      summary: 'Okta is down for maintenance.',
      answers: '503 with a web page of nginx',
    },
    () => fromGateway(503, 'Service Temporarily Unavailable'),
  ),
  insteadOfOrg(
    {
      name: 'read-only-mode',
      summary: 'The org is in read-only mode while Okta works on it.',
      answers: '503 E0000010 Service is in read only mode, for every write',
    },
    ({ method, path }) =>
      method === 'GET' || !path.startsWith('/api/')
        ? undefined
        : { answer: answerOf(oktaError('E0000010')) },
  ),
  insteadOfOrg(
    {
      name: 'feature-not-licensed',
      summary: 'The org does not have the feature behind an endpoint.',
      answers: '401 E0000015, which does not mean that the credential is bad',
      parameters: {
        feature: {
          meaning: 'the path of the feature',
          type: 'text',
          default: '/api/v1/devices',
        },
      },
    },
    ({ path }, { values }) =>
      path.startsWith(values.text('feature') ?? '')
        ? { answer: answerOf(oktaError('E0000015')) }
        : undefined,
  ),
  insteadOfOrg(
    {
      name: 'endpoint-not-for-tokens',
      summary: 'The endpoint takes API tokens, but no access tokens.',
      answers: '403 E0000005 Invalid session for an access token',
    },
    ({ path, headers }) =>
      path.startsWith('/api/') && !/^SSWS /i.test(headers.authorization ?? '')
        ? { answer: answerOf(oktaError('E0000005')) }
        : undefined,
  ),
  insteadOfOrg(
    {
      name: 'token-endpoint-overloaded',
      summary: 'The authorization server has more to do than it can.',
      answers: '400 temporarily_unavailable at the token endpoint',
    },
    ({ path }) => (path.endsWith('/v1/token') ? { answer: answerOf(overloaded()) } : undefined),
  ),
  insteadOfOrg(
    {
      name: 'timeout',
      summary: 'The request is swallowed on the way.',
      answers: 'Nothing: the connection stays open in silence, and the org did not see the request',
    },
    () => ({ loss: { kind: 'silence' } }),
  ),
  insteadOfOrg(
    {
      name: 'socket-reset',
      summary: 'The connection breaks before the org sees the request.',
      answers: 'ECONNRESET; nothing was done',
    },
    () => ({ loss: { kind: 'reset' } }),
  ),
  afterOrg(
    {
      name: 'socket-reset-after-write',
      summary: 'The connection breaks after the org did what it was asked.',
      answers: 'ECONNRESET; the write happened',
    },
    ({ method }) => (method === 'GET' ? undefined : { delivery: { kind: 'reset' } }),
  ),
  insteadOfOrg(
    {
      name: 'redirect',
      summary: 'A proxy or a moved org sends every request elsewhere.',
      answers: '302 with a Location on another host',
      parameters: {
        location: {
          meaning: 'where to',
          type: 'text',
          default: 'https://login.example/',
        },
      },
    },
    (_request, { values }) => ({
      answer: { status: 302, headers: { Location: asciiOf(values.text('location') ?? '') } },
      fromGateway: true,
    }),
  ),
]

function fromGateway(status: number, title: string): Interception {
  const line = `${status} ${title}`
  const answer: Answer = {
    status,
    text: `<html>\r\n<head><title>${line}</title></head>\r\n<body>\r\n<center><h1>${line}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
    headers: { 'Content-Type': 'text/html' },
  }
  return { answer, fromGateway: true }
}

function overloaded(): RefusedRequest {
  return new RefusedRequest(400, {
    error: 'temporarily_unavailable',
    error_description:
      'The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.',
  })
}

// A header cannot carry anything else, and a server that redirects there encodes it the same way.
function asciiOf(location: string): string {
  return location.replaceAll(/[^!-~]+/g, encodeURIComponent)
}
