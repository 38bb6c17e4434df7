import { decodePath, parseChallenge, parseLinks, readRecords } from '@postern/core'
import { expect } from 'vitest'
import { decodeText } from '../../packages/core/src/base64url.ts'
import { parseRecord as parseMembers } from '../../packages/core/src/doctor/record.ts'
import { decodeCursor, encodeCursor } from '../../packages/core/src/inputs/cursor-text.ts'
import { readHints } from '../../packages/core/src/inputs/objects.ts'
import { inputs } from '../../packages/core/src/inputs/registry.ts'
import { readRefusal } from '../../packages/core/src/org/errors.ts'
import { parseRecord, toJsonLines } from '../../packages/core/src/org/page.ts'
import { readRateFigures } from '../../packages/core/src/org/rate-figures.ts'
import { parseAnswer } from '../../packages/core/src/org/request.ts'
import { waitBeforeRetry } from '../../packages/core/src/retry.ts'
import { parseApp } from '../../packages/core/src/service-app/app.ts'
import { parseKey } from '../../packages/core/src/service-app/public-keys.ts'
import { parseRefusal } from '../../packages/core/src/token/errors.ts'
import { ofBytes, ofText, ofValue, type Target } from './target.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const text = (given: Uint8Array) => Buffer.from(given).toString('utf8')
const headersOf = (values: Readonly<Record<string, string>>) => new Headers(values)
const userObject = { id: '00u1', status: 'ACTIVE', profile: { login: 'ada@example.com' } }
const event = {
  uuid: '1f0c',
  published: '2026-01-15T11:00:00.000Z',
  eventType: 'group.user_membership.add',
  target: [
    { id: '00u1a2b3c4d5e6f7g8h9', type: 'User' },
    { id: '00g1a2b3c4d5e6f7g8h9', type: 'UserGroup' },
  ],
}
const publicMembers = {
  kty: 'EC',
  crv: 'P-256',
  x: 'AA',
  y: 'AA',
  kid: 'k',
  alg: 'ES256',
  use: 'sig',
}
const asMembers = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/** Every parser of an answer, its headers and its pages. */
export const answerTargets: readonly Target[] = [
  ofText(
    'core/src/org/challenge.ts parseChallenge',
    parseChallenge,
    [
      'Bearer error="insufficient_scope", scope="okta.users.read"',
      'DPoP error="use_dpop_nonce", error_description="a \\" b"',
    ],
    {
      words: ['Bearer ', 'DPoP ', 'error="', '", ', 'scope="', '\\"'],
    },
  ),
  ofText(
    'core/src/org/link.ts parseLinks',
    parseLinks,
    [
      '<https://acme.okta.com/api/v1/users?after=x>; rel="next"',
      '<a>; rel=self, <b>; rel="next prev"; title="a, b"',
    ],
    {
      words: ['<', '>', '; rel="next"', ', ', 'rel=', '; '],
      holds: (links, given) => {
        for (const { target, parameters } of links ?? [])
          expect(given).toContain(`<${target}>${parameters}`)
      },
    },
  ),
  ofBytes(
    'core/src/org/page.ts readRecords',
    readRecords,
    [
      bytes('[]'),
      bytes(JSON.stringify([userObject, event])),
      bytes(' [ {"a":[1,{}]} , {"b":"]}"} ] '),
    ],
    {
      words: ['{"a":1}', ',', '[', ']', '"\\"', '{', '}'],
      // Cut or parsed, the records are those that JSON.parse finds, where it finds any.
      holds: (records, given) => {
        const whole = attempt(() => JSON.parse(decodeText(given)))
        if (whole === undefined) return
        expect(records.map((record) => JSON.parse(text(record)))).toEqual(whole)
      },
    },
  ),
  ofBytes('core/src/org/page.ts parseRecord', parseRecord, [bytes(JSON.stringify(userObject))], {
    holds: (value, given) => expect(value).toEqual(JSON.parse(decodeText(given))),
  }),
  ofBytes(
    'core/src/org/page.ts toJsonLines',
    (given) => toJsonLines([given, given]),
    [bytes('{}')],
    {
      holds: (lines, given) =>
        expect(
          Buffer.from(lines).equals(Buffer.concat([given, bytes('\n'), given, bytes('\n')])),
        ).toBe(true),
    },
  ),
  ofBytes(
    'core/src/org/request.ts parseAnswer',
    (given) => parseAnswer(given, 'GET /api/v1/users'),
    [bytes(JSON.stringify(userObject)), bytes('')],
  ),
  ofText(
    'core/src/org/rate-figures.ts readRateFigures',
    (given) => readRateFigures(headerSet('x-rate-limit-limit', given)),
    ['600', '600, 75', '0'],
  ),
  ofText(
    'core/src/org/key-calls.ts decodePath',
    decodePath,
    ['/api/v1/users?limit=1', '/api/v1/users/%2561', '/oauth2/v1/token'],
    {
      words: ['/api/v1/', '%2e', '%252e', '/..', '%5c', '//'],
      holds: (decoded) => {
        if (decoded.ok) expect(decoded.path).not.toMatch(/(?:^\/\/)|\/\.\.?(?:\/|$)|[\\#\0]/)
      },
    },
  ),
  ofBytes(
    'core/src/org/errors.ts readRefusal',
    (given) => readRefusal(403, headerSet('x-okta-request-id', text(given)), given),
    [
      bytes('{"errorCode":"E0000006","errorSummary":"No","errorCauses":[{"errorSummary":"x"}]}'),
      bytes('<html>'),
    ],
  ),
  ofValue(
    'core/src/token/errors.ts parseRefusal',
    (given) => parseRefusal(401, headersOf({}), given),
    [
      { error: 'invalid_client', error_description: 'x' },
      { errorCode: 'E0000011', errorSummary: 'Invalid token' },
    ],
  ),
  ofText(
    'core/src/retry.ts waitBeforeRetry',
    (given) =>
      waitBeforeRetry(
        { attempt: 1, status: 429, headers: headerSet('retry-after', given), orgTime: new Date(0) },
        { random: () => 0 },
      ),
    ['5', 'Thu, 01 Jan 1970 00:00:30 GMT'],
    {
      holds: (waitMs) => {
        if (waitMs !== undefined) expect(waitMs >= 1_000 && waitMs <= 65_000).toBe(true)
      },
    },
  ),
  ofText(
    'core/src/inputs/cursor-text.ts decodeCursor',
    (given) => decodeCursor('users', given),
    [encodeCursor('users', { after: 'x' }), encodeCursor('groups', {})],
    {
      words: ['users_', 'groups_'],
      isSecret: true,
      holds: (state) => expect(decodeCursor('users', encodeCursor('users', state))).toEqual(state),
    },
  ),
  ofBytes(
    'core/src/inputs/objects.ts readHints',
    (given) => hintsOf().flatMap((hints) => readHints(hints, given)),
    [bytes(JSON.stringify(event))],
    {
      words: ['"type":"User"', '"id":"', '"target":['],
    },
  ),
  ofBytes('core/src/doctor/record.ts parseRecord', parseMembers, [
    bytes(JSON.stringify(userObject)),
    bytes('[]'),
  ]),
  ofValue('core/src/service-app/app.ts parseApp', (given) => parseApp(asMembers(given)), [
    {
      id: '0oa1',
      label: 'x',
      status: 'ACTIVE',
      settings: {
        oauthClient: {
          application_type: 'service',
          grant_types: ['client_credentials'],
          jwks: { keys: [publicMembers] },
        },
      },
      credentials: {
        oauthClient: { client_id: '0oa1', token_endpoint_auth_method: 'private_key_jwt' },
      },
    },
  ]),
  ofValue('core/src/service-app/public-keys.ts parseKey', (given) => parseKey(asMembers(given)), [
    { ...publicMembers, id: 'pks1', status: 'ACTIVE' },
  ]),
]

/** A header, where HTTP has one with such a value. */
function headerSet(name: string, value: string): Headers {
  return headersOf(
    /^[\x20-\x7e\t]*$/.test(value) ? { [name]: value, 'x-rate-limit-remaining': value } : {},
  )
}

function hintsOf() {
  return inputs.flatMap((input) => (input.mirrored === undefined ? [] : [input.mirrored.hints]))
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}
