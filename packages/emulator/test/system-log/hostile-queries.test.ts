import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTraffic } from '../../src/system-log/traffic.ts'
import { type LogOrg, startLogOrg, startMs } from './log-reader.ts'

let log: LogOrg
beforeAll(async () => {
  log = await startLogOrg()
  startTraffic(log.org, { perSecond: 0, bursts: [{ atMs: startMs, count: 300 }] })
})
afterAll(() => log.close())

const instant = fc
  .date({
    min: new Date(startMs - 200 * 86_400_000),
    max: new Date(startMs + 86_400_000),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString())
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    ' ',
    '%',
    '\u0000',
    '__proto__',
    'constructor',
    '9'.repeat(400),
    '-1',
    '1e3',
    'NaN',
  ),
)
const filter = fc.oneof(
  text,
  fc
    .tuple(
      fc.constantFrom(
        'eventType',
        'target.id',
        'actor',
        'published',
        'debugContext.debugData.url',
        'securityContext.isProxy',
        'toString',
      ),
      fc.constantFrom('eq', 'ne', 'co', 'pr', 'gt', 'sw', 'xx', 'and'),
      fc.constantFrom('"user.session.start"', 'true', '1', 'null', '"', '(', ''),
    )
    .map((parts) => parts.join(' ')),
)
const query = fc.record(
  {
    since: fc.oneof(instant, text),
    until: fc.oneof(instant, text),
    after: fc.oneof(
      text,
      fc.constantFrom(`${startMs}_1`, '999999999999999_999999999', '0_0', '-1_1', '1_-1', '1_1e9'),
    ),
    filter,
    q: text,
    limit: fc.oneof(fc.integer({ min: -5, max: 2_000 }).map(String), text),
    sortOrder: fc.oneof(fc.constantFrom('ASCENDING', 'DESCENDING', 'ascending'), text),
  },
  { requiredKeys: [] },
)

test('whatever a query says, the log answers 200 with a list or 400 with a code', async () => {
  await fc.assert(
    fc.asyncProperty(query, async (drawn) => {
      const { body, self, status } = await log.read(drawn as Record<string, string>)
      if (body.errorCode === undefined) {
        expect(status).toBe(200)
        expect(Array.isArray(body)).toBe(true)
        expect(self).toBeDefined()
      } else {
        expect(status).toBe(400)
        expect(['E0000001', 'E0000031', 'E0000053']).toContain(body.errorCode)
      }
      expect(log.unexpected).toEqual([])
    }),
    { numRuns: 600 },
  )
})
