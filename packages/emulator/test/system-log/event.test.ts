import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { startTraffic } from '../../src/system-log/traffic.ts'
import { type LogOrg, startLogOrg, startMs } from './log-reader.ts'

let log: LogOrg
afterEach(async () => {
  expect(log.unexpected).toEqual([])
  await log.close()
})

const members = [
  ...['actor', 'client', 'device', 'authenticationContext', 'displayMessage', 'eventType'],
  ...['outcome', 'published', 'securityContext', 'severity', 'debugContext', 'legacyEventType'],
  ...['transaction', 'uuid', 'version', 'request', 'target'],
]

const recordedEvents = JSON.parse(
  readFileSync(new URL('../recordings/logs-01-events-only.json', import.meta.url), 'utf8'),
).response.body

/** The names of all members, in no order; those of debugData and of newer events left out. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => shapeOf(one, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [path]
  if (path.endsWith('.debugData') || path.endsWith('.detail')) return [path]
  return Object.entries(value).flatMap(([name, member]) => shapeOf(member, `${path}.${name}`))
}

describe('an event', () => {
  test('of a request names its caller, its request and its API token', async () => {
    log = await startLogOrg()
    const { org } = log
    const cause = {
      actor: {
        id: '00u1',
        type: 'User',
        alternateId: "o'b@example.com",
        displayName: 'O "B" 李\n',
      },
      requestId: 'f'.repeat(32),
      requestUri: '/api/v1/groups',
      ipAddress: '::1',
      userAgent: 'curl/8.0 "quoted"',
      apiTokenId: '00T1',
    }
    const target = { id: '00g1', type: 'UserGroup', alternateId: 'unknown', displayName: 'Café' }
    const draft = {
      eventType: 'group.user_membership.add',
      displayMessage: 'Add user to group membership',
      targets: [target],
    }
    org.record({ what: 'group', op: 'updated', id: '00g1', events: [draft] }, cause)
    const [event] = (await log.read()).body
    expect(Object.keys(event ?? {})).toEqual(members)
    expect(event).toEqual({
      actor: { ...cause.actor, detailEntry: null },
      client: {
        userAgent: { rawUserAgent: cause.userAgent, os: 'Unknown', browser: 'UNKNOWN' },
        zone: 'null',
        device: 'Unknown',
        id: null,
        ipAddress: '::1',
        geographicalContext: null,
      },
      device: null,
      authenticationContext: {
        authenticationProvider: null,
        credentialProvider: null,
        credentialType: null,
        issuer: null,
        interface: null,
        authenticationStep: 0,
        rootSessionId: null,
        externalSessionId: null,
      },
      displayMessage: draft.displayMessage,
      eventType: draft.eventType,
      outcome: { result: 'SUCCESS', reason: null },
      published: '2026-03-30T12:00:00.000Z',
      securityContext: { asNumber: null, asOrg: null, isp: null, domain: null, isProxy: null },
      severity: 'INFO',
      debugContext: {
        debugData: {
          requestId: cause.requestId,
          requestUri: cause.requestUri,
          threatSuspected: 'false',
          url: '/api/v1/groups?',
        },
      },
      legacyEventType: 'core.user_group_member.user_add',
      transaction: { type: 'WEB', id: cause.requestId, detail: { requestApiTokenId: '00T1' } },
      uuid: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      version: '0',
      request: { ipChain: [{ ip: '::1', geographicalContext: null, version: 'V6', source: null }] },
      target: [{ ...target, detailEntry: null }],
    })
  })

  test('of the org itself has no client and no request', async () => {
    log = await startLogOrg()
    log.write('user.lifecycle.activate')
    const [event] = (await log.read()).body
    expect(event).toMatchObject({
      actor: { id: 'okta-system', type: 'SystemPrincipal' },
      client: { userAgent: null, zone: 'null', device: null, ipAddress: null },
      debugContext: { debugData: {} },
      request: { ipChain: [] },
      target: null,
    })
    expect(event?.transaction).toMatchObject({ type: 'JOB', detail: {} })
  })

  test('of the traffic has every member that recorded events have', async () => {
    log = await startLogOrg()
    startTraffic(log.org, { perSecond: 0, bursts: [{ atMs: startMs, count: 500 }] })
    const { body } = await log.read({ limit: '500' })
    const known = new Set<string>(body.flatMap((event: unknown) => shapeOf(event)))
    const missing = recordedEvents
      .flatMap((event: unknown) => shapeOf(event))
      .filter(
        // A target and a geographicalContext are null in some and objects in others.
        (path: string) => !known.has(path) && path !== '.target',
      )
    expect(missing).toEqual([])
    for (const event of body) expect(Object.keys(event)).toEqual(members)
  })

  test('has a uuid whose time is its published', async () => {
    log = await startLogOrg()
    log.write('a')
    const [uuid = ''] = (await log.read()).uuids
    const [low, middle, high = ''] = uuid.split('-')
    const ticks = BigInt(`0x${high.slice(1)}${middle}${low}`)
    expect(Number(ticks / 10_000n) - 12_219_292_800_000).toBe(startMs)
  })

  test('that was recorded keeps its members and their order', async () => {
    log = await startLogOrg()
    const [first] = recordedEvents
    const event = { ...first, published: '2026-03-30T11:00:00.123Z', unknown: { new: ['x'] } }
    log.org.log.addRecorded(event)
    const { text } = await log.read()
    expect(text).toBe(JSON.stringify([event]))
    const [entry] = log.org.ledger.read().filter(({ kind }) => kind === 'event')
    expect(entry).toMatchObject({
      uuid: first.uuid,
      eventType: 'user.session.end',
      persistedMs: startMs,
    })
    expect((await log.read({ filter: 'actor.id eq "00u1abvz4pYqdM8ms4x6"' })).body).toHaveLength(1)
  })

  test('that was recorded without a uuid, a type or a date is refused', async () => {
    log = await startLogOrg()
    const whole = { uuid: 'u', eventType: 'e', published: '2026-03-30T11:00:00.123Z' }
    for (const name of ['uuid', 'eventType', 'published']) {
      expect(() => log.org.log.addRecorded({ ...whole, [name]: null })).toThrow(TypeError)
    }
  })
})
