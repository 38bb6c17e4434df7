/** @module The parsers of the server: requests, answers, files and rows. */

import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import {
  parseLink,
  parseSessionToken,
} from '../../packages/postern/src/connections/connect-session-text.ts'
import { parseKept } from '../../packages/postern/src/connections/kept-rotation.ts'
import { parseKeptSetup } from '../../packages/postern/src/connections/stored-setup.ts'
import { readLogPage } from '../../packages/postern/src/feeds/log-page.ts'
import { parseSweepState } from '../../packages/postern/src/feeds/sweep-state.ts'
import { decodeBody } from '../../packages/postern/src/http/decode.ts'
import { parseOutboundUrl } from '../../packages/postern/src/http/outbound-url.ts'
import { parseCron } from '../../packages/postern/src/jobs/cron.ts'
import { parseAccessKey } from '../../packages/postern/src/server/access-key-text.ts'
import { Api } from '../../packages/postern/src/server/api.ts'
import { parseNetwork } from '../../packages/postern/src/server/caller-address.ts'
import { parseCookie } from '../../packages/postern/src/server/console/cookie.ts'
import { parseIssuer } from '../../packages/postern/src/server/console/issuer.ts'
import { cursorOf, placeOf } from '../../packages/postern/src/server/mcp/page-cursor.ts'
import { plainData } from '../../packages/postern/src/server/mcp/plain.ts'
import { decodedPath } from '../../packages/postern/src/server/org-call.ts'
import { parseRequest } from '../../packages/postern/src/server/request-parts.ts'
import { addRoutes } from '../../packages/postern/src/server/routes.ts'
import { toFileName } from '../../packages/postern/src/sinks/file-name.ts'
import { jsonOf } from '../../packages/postern/src/sinks/http/json-answer.ts'
import { eventRecord } from '../../packages/postern/src/sinks/record.ts'
import { parsePostgresUrl } from '../../packages/postern/src/store/postgres-url.ts'
import { checkBackup } from '../../packages/postern/src/store/restore.ts'
import { ofBytes, ofText, ofValue, type Target } from './target.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const declared = new Api()
addRoutes(declared)
const routes = declared.routes.map(({ route }) => route)
const asMembers = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
const texts = (value: unknown) =>
  Object.fromEntries(
    Object.entries(asMembers(value)).map(([name, one]) => [
      name,
      typeof one === 'string' ? one : undefined,
    ]),
  )
const event =
  '{"uuid":"1f0c","published":"2026-01-15T11:00:00.000Z","eventType":"user.session.start"}'
const secret43 = 'A'.repeat(43)

/** Every parser of requests, of answers and of what is kept. */
export const serverTargets: readonly Target[] = [
  ofText('postern/src/connections/connect-session-text.ts parseLink', parseLink, [
    `${'a'.repeat(16)}.${secret43}`,
  ]),
  ofText('postern/src/connections/connect-session-text.ts parseSessionToken', parseSessionToken, [
    `connect_${'a'.repeat(16)}_${secret43}`,
  ]),
  ofValue(
    'postern/src/connections/stored-setup.ts parseKeptSetup',
    (given) =>
      parseKeptSetup({ state: asMembers(given) } as Parameters<typeof parseKeptSetup>[0], []),
    [{ state: { version: 1 } }],
    { isSecret: true },
  ),
  ofValue(
    'postern/src/connections/kept-rotation.ts parseKept',
    (given) => parseKept({ state: asMembers(given) } as Parameters<typeof parseKept>[0], []),
    [{ state: { version: 1 }, failures: 0 }],
    { isSecret: true },
  ),
  ofText(
    'postern/src/http/outbound-url.ts parseOutboundUrl',
    (given) => parseOutboundUrl(given),
    ['https://hooks.acme.com/okta?x=1', 'https://hooks.acme.com:8443/'],
    {
      holds: (url) => expect(parseOutboundUrl(url)).toBe(url),
    },
  ),
  ofBytes(
    'postern/src/http/decode.ts decodeBody',
    async (given) => {
      const parts = decodeBody({
        body: Readable.from([given]).iterator() as AsyncIterableIterator<Uint8Array>,
        encoding: 'gzip',
        maxBytes: 100_000,
        host: 'acme.okta.com',
      })
      let length = 0
      for await (const part of parts) length += part.byteLength
      return length
    },
    [new Uint8Array(gzipSync('text')), new Uint8Array(gzipSync('x'.repeat(500_000)))],
    { holds: (length) => expect(length).toBeLessThanOrEqual(100_000) },
  ),
  ofText(
    'postern/src/jobs/cron.ts parseCron',
    (given) => parseCron(given, 'Europe/Berlin'),
    ['*/5 * * * *', '0 3 * * 1-5', '@daily', '0 0 1,15 * *'],
    {
      words: ['*', '/', '-', ',', ' ', '@hourly', 'MON', 'JAN', 'L', '#', '0', '59', '60'],
      holds: ({ expression }) =>
        expect(parseCron(expression, 'Europe/Berlin').expression).toBe(expression),
    },
  ),
  ofText('postern/src/server/access-key-text.ts parseAccessKey', parseAccessKey, [
    `postern_${'a'.repeat(16)}_${secret43}`,
  ]),
  ofText('postern/src/server/console/cookie.ts parseCookie', parseCookie, [
    `${'a'.repeat(16)}.${secret43}`,
  ]),
  ofText(
    'postern/src/server/console/issuer.ts parseIssuer',
    (given) => parseIssuer(given, { dev: false }),
    ['https://acme.okta.com', 'https://acme.okta.com/oauth2/default'],
  ),
  ofText(
    'postern/src/server/caller-address.ts parseNetwork',
    parseNetwork,
    ['10.0.0.0/8', '::1', 'fd00::/8', '::ffff:10.0.0.1'],
    { words: ['10.', '/8', '::', 'ffff:', '/129'] },
  ),
  ofText(
    'postern/src/server/org-call.ts decodedPath',
    decodedPath,
    ['/api/v1/users', '/api/v1/users/%2e'],
    {
      words: ['%2e', '%252f', '/..', '//', '\\'],
      holds: (given) => expect(given).not.toMatch(/^\/\/|\/\.\.?(?:\/|$)|\\/),
    },
  ),
  ofValue(
    'postern/src/server/request-parts.ts parseRequest',
    (given) => {
      const { body, query, params, at } = asMembers(given)
      const route = routes[typeof at === 'number' ? at % routes.length : 0] ?? routes[0]
      if (route === undefined) throw new Error('There is no route.')
      const sent = attempt(() => JSON.stringify(body)) ?? ''
      const request = new Request('http://127.0.0.1/', {
        method: 'POST',
        body: sent,
        headers: {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(sent)),
        },
      })
      const lists = Object.entries(texts(query)).map(
        ([name, value]) => [name, [value ?? '']] as const,
      )
      const raw = {
        params: Object.fromEntries(
          Object.entries(texts(params)).map(([name, value]) => [name, value ?? '']),
        ),
        query: () => Object.fromEntries(lists),
      }
      return parseRequest(route, request as unknown as Parameters<typeof parseRequest>[1], raw)
    },
    [...routes.keys()].map((at) => ({
      at,
      body: {
        name: 'acme',
        orgUrl: 'https://acme.okta.com',
        kind: 'jsonl',
        settings: {},
        rules: [{ connections: ['*'], verbs: ['read'] }],
      },
      query: { limit: '5' },
      params: { name: 'acme' },
    })),
    {
      words: ['name', 'limit', 'cursor', 'after', 'kind', 'since'],
    },
  ),
  ofText(
    'postern/src/server/mcp/page-cursor.ts placeOf',
    placeOf,
    [cursorOf({ after: 'x', skip: 3 }), ''],
    {
      holds: (place) => expect(placeOf(cursorOf(place))).toEqual(place),
    },
  ),
  ofValue('postern/src/server/mcp/plain.ts plainData', plainData, [{ profile: { login: 'ada' } }]),
  ofValue(
    'postern/src/feeds/sweep-state.ts parseSweepState',
    (given) => parseSweepState(asMembers(given) as Parameters<typeof parseSweepState>[0]),
    [{ generation: 1, phase: 'reading', startedAt: '2026-01-01T00:00:00Z', seen: 3, reach: {} }],
  ),
  ofBytes('postern/src/feeds/log-page.ts readLogPage', (given) => readLogPage([given]), [
    bytes(event),
  ]),
  ofBytes('postern/src/sinks/record.ts eventRecord', eventRecord, [bytes(event)]),
  ofText(
    'postern/src/sinks/http/json-answer.ts jsonOf',
    (given) => jsonOf({ status: 200, headers: new Headers(), text: given }),
    ['{"text":"Success","code":0}', '{"errors":true,"items":[{"index":{"status":429}}]}'],
  ),
  ofText(
    'postern/src/sinks/file-name.ts toFileName',
    toFileName,
    ['user.session.start', '2026-01-15'],
    {
      holds: (name) => expect(name).toMatch(/^[a-z0-9_-]*$/),
    },
  ),
  ofText(
    'postern/src/store/postgres-url.ts parsePostgresUrl',
    parsePostgresUrl,
    [
      'postgres://user:secret@127.0.0.1:5432/postern',
      'postgres://db.acme.com/postern?sslmode=require',
    ],
    {
      words: ['postgres://', '%', '?sslmode=', 'verify-full', '@', ':'],
      isSecret: true,
    },
  ),
  ofBytes(
    'postern/src/store/restore.ts checkBackup',
    (given) => checkBackup(Readable.from([given])),
    [new Uint8Array(gzipSync('{"postern":"backup"}\n{}\n')), bytes('{}')],
    { isSecret: true },
  ),
]

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
