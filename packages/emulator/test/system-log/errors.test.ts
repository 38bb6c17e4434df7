import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LogOrg, startLogOrg, startMs } from './log-reader.ts'

let log: LogOrg
beforeAll(async () => {
  log = await startLogOrg()
})
afterAll(async () => {
  expect(log.unexpected).toEqual([])
  await log.close()
})

const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/)
const dateSummary =
  "'since': The date format in your query is not recognized. Please enter dates using ISO8601 string format. 'since': must be a valid date-time or empty."

describe('the System Log refuses', () => {
  test('a date that is none, with causes and without errorLink', async () => {
    const { status, body } = await log.read({ since: 'yesterday' })
    expect(status).toBe(400)
    expect(body).toEqual({
      errorCode: 'E0000001',
      errorSummary: `Api validation failed: ${dateSummary}`,
      errorId: uuid,
      errorCauses: [
        {
          errorSummary:
            'since: The date format in your query is not recognized. Please enter dates using ISO8601 string format.',
        },
        { errorSummary: 'since: must be a valid date-time or empty.' },
      ],
    })
  })

  test('a since more than 180 days ago, and takes one of 180 days', async () => {
    const since = (days: number) => new Date(startMs - days * 86_400_000 - 1).toISOString()
    const { status, body } = await log.read({ since: since(180) })
    expect(status).toBe(400)
    expect(body).toEqual({
      errorCode: 'E0000053',
      errorSummary:
        'Invalid parameter: The since parameter is over 180 days prior to the current day.',
      errorId: uuid,
    })
    expect((await log.read({ since: since(179) })).status).toBe(200)
  })

  test.each([
    ['a filter that cannot be read', { filter: 'eventType eqq "x"' }, 'E0000053'],
    ['a filter with [ ]', { filter: 'target[id eq "x"]' }, 'E0000053'],
    ['a filter on published', { filter: 'published gt "2026-01-01T00:00:00.000Z"' }, 'E0000053'],
    ['a filter on no field', { filter: 'some_invalid_field eq "x"' }, 'E0000053'],
    ['a filter on a prototype', { filter: '__proto__ eq "x"' }, 'E0000053'],
    ['co on the URL', { filter: 'debugContext.debugData.url co "/oauth/"' }, 'E0000031'],
    [
      'co on the request URI, inside not',
      { filter: 'not (debugContext.debugData.requestUri co "/x")' },
      'E0000031',
    ],
    ['a keyword of 41 characters', { q: 'x'.repeat(41) }, 'E0000001'],
    ['eleven keywords', { q: 'a b c d e f g h i j k' }, 'E0000001'],
    ['a cursor that is none', { after: 'nonsense' }, 'E0000001'],
    [
      'a polling cursor in a window',
      { after: `${startMs}_1`, sortOrder: 'DESCENDING' },
      'E0000001',
    ],
    ['a limit that is no number', { limit: 'many' }, 'E0000001'],
    ['a limit below 0', { limit: '-1' }, 'E0000001'],
    ['an order that is none', { sortOrder: 'SIDEWAYS' }, 'E0000001'],
    ['a date that does not exist', { until: '2026-13-01T00:00:00Z' }, 'E0000001'],
  ])('%s', async (_what, query: Record<string, string>, code) => {
    const { status, body } = await log.read(query)
    expect(status).toBe(400)
    expect(body).toMatchObject({ errorCode: code, errorId: uuid })
    expect(body).not.toHaveProperty('errorLink')
  })

  test('a filter by saying which field is not valid', async () => {
    const { body } = await log.read({ filter: 'severity eq "INFO" and some_invalid_field pr' })
    expect(body.errorSummary).toBe('field is not valid: some_invalid_field')
    const url = await log.read({ filter: 'debugContext.debugData.url co "/oauth/"' })
    expect(url.body.errorSummary).toBe(
      'The supplied combination of operator and field is not currently supported. Operator: co, Field: debugContext.debugData.url',
    )
  })
})
