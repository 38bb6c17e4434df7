/** @module Checklist, 5: the System Log. */

import { describe, expect, test } from 'vitest'
import { startTraffic } from '../../src/system-log/traffic.ts'
import { acme, cursorOf, isoAt, openOrgForEachTest, query, restart } from './checklist-org.ts'

openOrgForEachTest()

describe('5. The System Log', () => {
  const log = (parameters: Readonly<Record<string, string>>) =>
    acme.call('GET', `/api/v1/logs?${query(parameters)}`)
  const write = (publishedMs: number, persistedMs: number) => {
    const uuid = crypto.randomUUID()
    const event = { uuid, eventType: 'test.event', published: isoAt(publishedMs) }
    acme.running.org.log.addRecorded(event, { persistedMs })
    return uuid
  }
  const uuids = (body: readonly { readonly uuid: string }[]) => body.map(({ uuid }) => uuid)

  test('polling has a next link on every page, and what comes later is behind the last one', async () => {
    const first = await log({ since: isoAt(acme.running.org.time.nowMs()) })
    expect(first.body).toEqual([])
    const nowMs = acme.running.org.time.nowMs()
    const later = write(nowMs, nowMs + 1_000)
    acme.clock.advance(1_000)
    const second = await acme.call('GET', first.links['next'] ?? '')
    expect(uuids(second.body)).toEqual([later])
    const third = await acme.call('GET', second.links['next'] ?? '')
    expect([third.body, Object.keys(third.links)]).toEqual([[], ['self', 'next']])
  })

  test('polling is in the order of persistence; a window in that of publication', async () => {
    const nowMs = acme.running.org.time.nowMs()
    const late = write(nowMs, nowMs + 5_000)
    const prompt = write(nowMs + 1_000, nowMs + 1_000)
    acme.clock.advance(10_000)
    const since = isoAt(nowMs)
    expect(uuids((await log({ since })).body)).toEqual([prompt, late])
    const until = isoAt(nowMs + 9_000)
    expect(uuids((await log({ since, until })).body)).toEqual([late, prompt])
    const falling = await log({ since, sortOrder: 'DESCENDING' })
    expect([uuids(falling.body), Object.keys(falling.links)]).toEqual([[prompt, late], ['self']])
  })

  test('a window that was asked for too early misses a late event for good', async () => {
    const nowMs = acme.running.org.time.nowMs()
    const early = [write(nowMs, nowMs), write(nowMs, nowMs)]
    const late = write(nowMs, nowMs + 60_000)
    acme.clock.advance(1_000)
    const window = { since: isoAt(nowMs), until: isoAt(nowMs + 1_000), limit: '1' }
    const pages = await acme.walk(`/api/v1/logs?${query(window)}`)
    expect(pages.flatMap(({ body }) => uuids(body))).toEqual(early)
    expect(Object.keys(pages.at(-1)?.links ?? {})).toEqual(['self'])
    expect(cursorOf(pages[0]?.links['next'])).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/)
    acme.clock.advance(60_000)
    expect(uuids((await log({ since: window.since })).body)).toContain(late)
  })

  test('nothing is older than 90 days; a since of more than 180 is refused', async () => {
    const nowMs = acme.running.org.time.nowMs()
    const day = 86_400_000
    write(nowMs - 91 * day, nowMs)
    const kept = write(nowMs - 89 * day, nowMs)
    const window = { since: isoAt(nowMs - 120 * day), until: isoAt(nowMs) }
    const { status, body } = await log(window)
    expect([status, uuids(body)]).toEqual([200, [kept]])
    const older = await log({ since: isoAt(nowMs - 181 * day) })
    expect([older.status, older.body.errorCode]).toEqual([400, 'E0000053'])
  })

  test.each([{ after: 'x' }, { after: '1_2_3' }, { after: '0oa' }])(
    'the cursor $after is 400',
    async (wrong) => {
      expect((await log(wrong)).status).toBe(400)
    },
  )

  test('a page comes twice where duplicate-page is on', async () => {
    const nowMs = acme.running.org.time.nowMs()
    const uuid = write(nowMs, nowMs)
    acme.running.faults.on('duplicate-page')
    const first = await log({ since: isoAt(nowMs), limit: '1' })
    const second = await acme.call('GET', first.links['next'] ?? '')
    const third = await acme.call('GET', second.links['next'] ?? '')
    expect([first, second, third].map(({ body }) => uuids(body))).toEqual([[uuid], [uuid], []])
  })

  test('events name users, groups and apps that are there', async () => {
    await restart({ users: 60, groups: 15, apps: 5 })
    const { org } = acme.running
    startTraffic(org, { perSecond: 2 })
    acme.clock.advance(600_000)
    const { body } = await log({ since: isoAt(org.time.nowMs() - 900_000), limit: '1000' })
    expect(body.length).toBeGreaterThan(1_000 - 1)
    const known: Readonly<Record<string, (id: string) => boolean>> = {
      User: (id) => org.users.get(id) !== undefined,
      UserGroup: (id) => org.groups.get(id) !== undefined,
      AppInstance: (id) => org.apps.get(id) !== undefined,
      PublicClientApp: (id) => org.apps.get(id) !== undefined,
    }
    type Named = { readonly id: string; readonly type: string }
    const named: Named[] = body.flatMap((event: { actor: Named; target: Named[] | null }) => [
      event.actor,
      ...(event.target ?? []),
    ])
    expect(new Set(named.map(({ type }) => type))).toContain('UserGroup')
    expect(named.filter(({ id, type }) => known[type]?.(id) === false)).toEqual([])
  })
})
