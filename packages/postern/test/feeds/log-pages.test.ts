/** @module The System Log pages of the corpus, as a feed takes them: what is delivered, where its cursor stands, what is set aside. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCases, responseOf } from '../../../../test/bad-inputs/load.mjs'
import { orgScenario } from '../../../../test/scripted-org.ts'
import type { ScriptedAnswer } from '../../../../test/scripted-server.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { fromStored } from '../../src/feeds/log-state.ts'
import { listDeadLetters } from '../../src/store/dead-letters.ts'
import { putStreamState, readStreamStates } from '../../src/store/feed-streams.ts'
import { feedScenario } from './feed-scenario.ts'

/** What the corpus says of a page. */
interface ExpectedPage {
  readonly outcome: 'accepted' | 'rejected'
  readonly code?: string
  readonly recordsDelivered: number
  readonly cursorMoves: boolean
  readonly nextCursor?: string | null
  readonly deadLetters?: number
  readonly warnings?: readonly string[]
}

const cases = loadCases().filter(({ category }) => category === 'system_log_page')
const noCursor: ReadonlySet<string> = new Set(['page-021'])

// What a page is worth does not depend on the database.
describe.each(stores.slice(0, 1))('a feed takes the System Log pages of the corpus', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
  })
  afterAll(() => kept.close())

  test.each(cases.map((one) => [one.id, one.title, one] as const))(
    '%s %s',
    async (id, _title, { context, input, expect: given, also = [] }) => {
      const { orgUrl, now } = context as { readonly orgUrl: string; readonly now: string }
      const expected = [given, ...also] as unknown as readonly ExpectedPage[]
      const [answer] = responseOf(input)
      const { org, server } = await orgScenario(
        ({ path }): ScriptedAnswer => {
          // Something was published before the page.
          if (path.includes('sortOrder=DESCENDING')) return { body: [event('e-0')] }
          const { status, headers, body, cut } = answer ?? {}
          // The org of the corpus is the scripted server.
          const rawHeaders = headers?.map(
            ([name, value]) => [name, value.replaceAll(`<${orgUrl}`, `<${server.orgUrl}`)] as const,
          )
          return { status, rawHeaders, body, cut: cut === undefined ? undefined : 'short' }
        },
        { clock: new TestClock(new Date(now)) },
      )
      const { store } = kept
      const feed = await feedScenario(store, org)
      const state = {
        since: now,
        readUntil: now,
        first: now,
        page: '/api/v1/logs?limit=100&after=c0',
      }
      await putStreamState(store, { feedId: feed.feedId, name: 'log', state }, new Date(now))

      const { outcome, report } = await feed.run()

      const { page } = fromStored((await readStreamStates(store, feed.feedId)).get('log') ?? {})
      const letters = await listDeadLetters(store, feed.feedId, { limit: 10 })
      const found = {
        outcome,
        code: report.error?.code,
        recordsDelivered: feed.sinks.idsOf().length,
        after: new URLSearchParams(page?.split('?')[1]).get('after'),
        deadLetters: letters.length,
        warnings: report.notes.map((note) => note.split(':')[0]),
      }
      const wanted = expected.map((one) => ({
        outcome: one.outcome === 'accepted' ? 'ok' : 'failed',
        code: one.code,
        recordsDelivered: one.recordsDelivered,
        after: noCursor.has(id) ? null : one.cursorMoves ? one.nextCursor : 'c0',
        deadLetters: one.deadLetters ?? 0,
        warnings: noCursor.has(id) ? [one.code] : (one.warnings ?? []),
      }))
      expect(wanted).toContainEqual(found)
      expect(
        letters.every(({ sink_id, code }) => sink_id === '' && code === 'page_record_invalid'),
      ).toBe(true)
    },
  )

  const now = new Date('2026-01-15T12:00:00.000Z')
  const event = (uuid: string, more: object = {}) => ({
    ...{ uuid, published: '2026-01-15T11:30:00.000Z', eventType: 'user.session.start' },
    ...more,
  })
  const uuidsOf = ({ sinks }: Awaited<ReturnType<typeof feedScenario>>) => sinks.idsOf()

  test('what has no uuid ends no run, and what no version knows is passed on', async () => {
    const next = (after: number) => ({ link: `</api/v1/logs?after=${after}>; rel="next"` })
    const strange = [
      event('e-1', { eventType: 'kind.of.next.year', outcome: 7, actor: [null], published: 0 }),
      event('e-2', { target: 'one', debugContext: null, '': { uuid: 'no' } }),
      { uuid: 'e-3' },
    ]
    const { org } = await orgScenario(
      (_request, number) =>
        number === 0
          ? { headers: next(1), body: Array.from({ length: 1_000 }, () => ({ severity: 'INFO' })) }
          : { headers: next(2), body: strange },
      { clock: new TestClock(now) },
    )
    const feed = await feedScenario(kept.store, org)
    const { outcome } = await feed.run()
    expect({ outcome, uuids: uuidsOf(feed) }).toEqual({
      outcome: 'ok',
      uuids: ['e-1', 'e-2', 'e-3'],
    })
    expect(await listDeadLetters(kept.store, feed.feedId, { limit: 2_000 })).toHaveLength(1_000)
  })

  test.each([
    // A cursor that is too old is refused in these words, so it goes on by time.
    [400, 'E0000001', 'since='],
    [400, 'E0000053', 'since='],
    [403, 'E0000006', 'after=c0'],
    [404, 'E0000007', 'after=c0'],
    [409, 'E0000001', 'after=c0'],
  ])(
    'no refusal is an empty log: %i %s fails the run, and the next one goes on from %s',
    async (status, errorCode, goesOn) => {
      let isRefused = true
      const { org, server } = await orgScenario(
        () =>
          isRefused
            ? { status, body: { errorCode, errorSummary: 'No.' } }
            : { body: [event('e-1')] },
        { clock: new TestClock(now) },
      )
      const feed = await feedScenario(kept.store, org)
      const state = {
        since: now.toISOString(),
        readUntil: now.toISOString(),
        page: '/api/v1/logs?after=c0',
      }
      await putStreamState(kept.store, { feedId: feed.feedId, name: 'log', state }, now)
      const { outcome, report } = await feed.run()
      expect([outcome, report.error?.code]).toEqual(['failed', expect.any(String)])
      isRefused = false
      expect((await feed.run()).outcome).toBe('ok')
      expect(server.requests.at(-1)?.path).toContain(goesOn)
      expect(uuidsOf(feed)).toEqual(['e-1'])
    },
  )

  test('the link of an empty page is kept only once the org has shown something after it', async () => {
    let isShown = false
    const { org, server } = await orgScenario(
      ({ path }) => {
        if (path.includes('sortOrder=DESCENDING')) return { body: isShown ? [event('e-0')] : [] }
        return { headers: { link: '</api/v1/logs?after=c1>; rel="next"' }, body: [] }
      },
      { clock: new TestClock(now) },
    )
    const feed = await feedScenario(kept.store, org)
    const state = {
      since: now.toISOString(),
      readUntil: now.toISOString(),
      page: '/api/v1/logs?after=c0',
    }
    await putStreamState(kept.store, { feedId: feed.feedId, name: 'log', state }, now)
    const outcomes: string[] = []
    for (const shown of [false, false, true, true]) {
      isShown = shown
      outcomes.push((await feed.run()).outcome)
    }
    expect(outcomes).toEqual(['failed', 'failed', 'ok', 'ok'])
    const asked = server.requests.filter(({ path }) => path.includes('after='))
    expect(asked.map(({ path }) => path.match(/after=(\w+)/)?.[1])).toEqual([
      'c0',
      'c0',
      'c0',
      'c1',
    ])
  })

  test('a refused cursor is followed by reading from a while before the last events', async () => {
    const refused = { status: 400, body: { errorCode: 'E0000029', errorSummary: 'Invalid.' } }
    const { org, server } = await orgScenario(
      (_request, number) => (number === 0 ? refused : { body: [] }),
      {
        clock: new TestClock(now),
      },
    )
    const { store } = kept
    const feed = await feedScenario(store, org)
    const state = {
      since: '2026-01-01T00:00:00.000Z',
      readUntil: '2026-01-15T11:30:00.000Z',
      first: '2026-01-15T11:00:00.000Z',
      page: '/api/v1/logs?after=c0',
    }
    await putStreamState(store, { feedId: feed.feedId, name: 'log', state }, now)
    await feed.run()
    const [, second] = server.requests
    expect(second?.path).toBe(
      '/api/v1/logs?since=2026-01-15T10%3A45%3A00.000Z&sortOrder=ASCENDING&limit=1000',
    )
  })
})
