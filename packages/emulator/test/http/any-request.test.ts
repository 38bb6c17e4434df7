import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningOrg, startOrg } from '../../src/index.ts'
import { routes } from '../../src/routes.ts'
import { request } from './wire.ts'

let running: RunningOrg
beforeAll(async () => {
  running = await startOrg({ users: 5, keyType: 'EC', edition: 'unlimited' })
})
afterAll(() => running.close())

const word = fc.string({
  unit: fc.constantFrom(...'abz019-_.~%2FfF;:@=+()"\\\'*|^`{}<>é'),
  maxLength: 12,
})
const path = fc.oneof(
  fc.array(word, { maxLength: 5 }).map((words) => `/${words.join('/')}`),
  fc
    .tuple(fc.constantFrom(...routes.map((route) => route.path)), word)
    .map(([pattern, value]) => pattern.replaceAll(/\{\w+\}/g, value || 'x')),
)
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'limit',
        'after',
        'q',
        'search',
        'filter',
        'since',
        'until',
        'sortBy',
        'sortOrder',
        'expand',
        'activate',
      ),
      fc.oneof(
        word,
        fc.constantFrom('-1', '0', '9999999999', 'NaN', 'profile.login eq', '(((', '""'),
      ),
    ),
    { maxLength: 4 },
  )
  .map((pairs) =>
    pairs.map(([name, value]) => `${name}=${value.replaceAll(/[^!-~]/g, '')}`).join('&'),
  )
const headers = fc.array(
  fc.constantFrom(
    'Accept: text/html',
    'Accept-Encoding: gzip',
    'Content-Type: application/json',
    'Content-Type: text/plain',
    'Content-Type: application/x-www-form-urlencoded',
    'DPoP: x.y.z',
    'DPoP: ',
    'Authorization: Bearer a.b.c',
    'Authorization: DPoP eyJhbGciOiJub25lIn0.e30.',
    'Authorization: Basic eDp5',
    'Authorization: SSWS',
    'Authorization: ',
    'Expect: 100-continue',
    'If-Match: "x"',
    'X-Forwarded-For: 10.0.0.1, é',
  ),
  { maxLength: 4 },
)
const body = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.string({ maxLength: 30 }),
  fc.constantFrom(
    '',
    'null',
    '[]',
    '{"profile":null}',
    '{"__proto__":{"x":1}}',
    'grant_type=client_credentials&scope=%',
  ),
)

test.each([[false], [true]])(
  'no request hangs, ends in 500 or shows a stack, as the admin: %s',
  async (asAdmin) => {
    const method = fc.constantFrom(
      'GET',
      'POST',
      'PUT',
      'DELETE',
      'PATCH',
      'HEAD',
      'OPTIONS',
      'BREW',
    )
    await fc.assert(
      fc.asyncProperty(method, path, query, headers, body, async (verb, at, asked, sent, text) => {
        const bytes = Buffer.from(text).toString('latin1')
        const target = `${at.replaceAll(/[^!-~]/g, '')}${asked === '' ? '' : `?${asked}`}`
        const admin = asAdmin ? [`Authorization: SSWS ${running.adminToken}`] : []
        const lines = sent.filter((line) => !asAdmin || !line.startsWith('Authorization'))
        const all = [...admin, ...lines, `Content-Length: ${bytes.length}`]
        const answer = await request(running.url, `${verb} ${target}`, all, bytes)
        expect(answer.status).toBeGreaterThanOrEqual(verb === 'BREW' ? 400 : 200)
        expect(answer.status).toBeLessThan(500)
        expect(answer.body).not.toMatch(/\.ts:\d|\bat \w+ \(/)
        expect(running.unexpected).toEqual([])
      }),
      { numRuns: 300 },
    )
  },
)
