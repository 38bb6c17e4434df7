import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LogOrg, startLogOrg, startMs } from './log-reader.ts'

let log: LogOrg
beforeAll(async () => {
  log = await startLogOrg()
  const target = (id: string, displayName: string) => ({
    id,
    type: 'User',
    alternateId: `${id}@example.com`,
    displayName,
  })
  log.write('user.session.start', { targets: [target('00uone', 'Anne-Marie Okafor')] })
  log.write('user.session.start', {
    outcome: { result: 'FAILURE', reason: 'INVALID_CREDENTIALS' },
    severity: 'WARN',
    targets: [target('00utwo', 'Zoë Müller'), target('00gtwo', 'Sales')],
  })
  log.write('user.session.end', { debugData: { url: '/login/signout?x', risk: 'HIGH' } })
})
afterAll(async () => {
  expect(log.unexpected).toEqual([])
  await log.close()
})

const found = async (query: Record<string, string>) => {
  const { uuids } = await log.read({ ...query, since: new Date(startMs).toISOString() })
  const all = (await log.read()).uuids
  return uuids.map((uuid) => all.indexOf(uuid))
}

describe('the filter', () => {
  test.each([
    ['eventType eq "user.session.start"', [0, 1]],
    ['eventType eq "user.session.start" and outcome.result eq "FAILURE"', [1]],
    ['outcome.result ne "FAILURE"', [0, 2]],
    ['not (severity eq "INFO")', [1]],
    ['target.id eq "00utwo" and target.id eq "00gtwo"', [1]],
    ['target.id eq "00uone" or eventType ew "end"', [0, 2]],
    ['eventType sw "user." and eventType co "session"', [0, 1, 2]],
    ['target.displayName eq "zoë müller"', [1]],
    ['debugContext.debugData.risk eq "HIGH"', [2]],
    ['debugContext.debugData.url sw "/login"', [2]],
    ['target.id pr', [0, 1]],
    ['actor.id eq "okta-system"', [0, 1, 2]],
    ['client.ipAddress eq "192.0.2.1"', []],
  ])('%s finds the events that fit', async (filter, expected) => {
    expect(await found({ filter })).toEqual(expected)
  })

  test('reads the same events in a window', async () => {
    const until = new Date(startMs + 1).toISOString()
    expect(await found({ filter: 'outcome.result eq "FAILURE"', until })).toEqual([1])
  })
})

describe('the keywords', () => {
  test.each([
    ['okafor', [0]],
    ['Anne-Marie', [0]],
    ['marie OKAFOR', [0]],
    ['ann', []],
    ['müller sales', [1]],
    ['okafor müller', []],
    ['user.session.end', [2]],
    ['', [0, 1, 2]],
  ])('%s finds the events that say every word of it', async (q, expected) => {
    expect(await found({ q })).toEqual(expected)
  })

  test('narrow what a filter finds', async () => {
    expect(await found({ q: 'okafor', filter: 'eventType eq "user.session.start"' })).toEqual([0])
    expect(await found({ q: 'okafor', filter: 'eventType eq "user.session.end"' })).toEqual([])
  })
})
