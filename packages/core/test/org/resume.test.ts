import type { Org, Page, PosternError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { type EmulatedOrg, emulatedOrg } from '../../../../test/emulated-org.ts'
import { orgScenario } from '../../../../test/scripted-org.ts'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'

const USERS = 2_000
const LIMIT = 100
const path = '/api/v1/users'
// Without a search, a list of users leaves out those who are deprovisioned.
const query = { search: 'status pr' }

/** An org whose clock is that of the client: what the client waits for passes there, too. */
function orgOf(options: Parameters<typeof emulatedOrg>[0]) {
  const clock = new TestClock()
  return emulatedOrg({ edition: 'unlimited', clock, ...options }, { clock })
}

/** What a walk brought until it ended or failed. */
interface Walk {
  readonly ids: string[]
  cursor: string | undefined
  code: string | undefined
}

/** Walks the users, from a cursor if there is one. */
async function walk(org: Org, limit: number, from?: Walk): Promise<Walk> {
  const found: Walk = { ids: [...(from?.ids ?? [])], cursor: from?.cursor, code: undefined }
  try {
    for await (const page of org.pages(path, { limit, query, cursor: from?.cursor })) {
      found.ids.push(...idsOf(page))
      found.cursor = page.cursor
    }
  } catch (error) {
    found.code = (error as PosternError).code
  }
  return found
}

function idsOf({ records }: Page): readonly string[] {
  return records.map((record) => JSON.parse(new TextDecoder().decode(record)).id as string)
}

/** That every user came, and none twice. */
function expectEveryUserOnce({ ids }: Walk, running: EmulatedOrg['running'], users: number): void {
  expect({ count: ids.length, distinct: new Set(ids).size }).toEqual({
    count: users,
    distinct: users,
  })
  expect(running.unexpected).toEqual([])
}

describe('Org.pages', () => {
  test.each([
    `unavailable=path:${path},every:3`,
    `bad-gateway=path:${path},every:4`,
    `server-error=path:${path},every:5`,
    `socket-reset=path:${path},every:3`,
    `truncated-json=path:${path},every:4`,
    `body-cut=path:${path},every:4`,
    `empty-page-with-next=path:${path},every:2`,
    `html-200=path:${path},every:4`,
    'page-too-big=limit:40',
    `rate-limited=path:${path},after:7`,
    `concurrency-limited=path:${path},every:6`,
    `json-with-bom=path:${path}`,
    `link-joined=path:${path}`,
    `rate-headers-missing=path:${path}`,
    `rate-headers-doubled=path:${path}`,
  ])('gives every user exactly once through %s', async (fault) => {
    const { app, running } = await orgOf({ users: USERS, faults: [fault] })
    const found = await walk(app, LIMIT)
    expect(found.code).toBe(undefined)
    expectEveryUserOnce(found, running, USERS)
  })

  test('gives 20,000 users exactly once through everything at the same time', async () => {
    const faults = [
      `unavailable=path:${path},every:11`,
      `socket-reset=path:${path},every:13`,
      `truncated-json=path:${path},every:9`,
      `body-cut=path:${path},every:8`,
      `empty-page-with-next=path:${path},every:7`,
      `html-200=path:${path},every:17`,
      `server-error=path:${path},every:19`,
      'page-too-big=limit:150',
      `rate-limited=path:${path},after:30`,
    ]
    const { app, running } = await orgOf({ users: 20_000, faults })
    const found = await walk(app, 200)
    expect(found.code).toBe(undefined)
    expectEveryUserOnce(found, running, 20_000)
  }, 60_000)

  test.each([
    ['foreign-link=after:5', 'page_link_foreign_host'],
    ['looping-link=after:5', 'page_link_loop'],
    [`cursor-refused=path:${path},after:5`, 'cursor_rejected'],
    [`redirect=path:${path},after:5`, 'upstream_redirect_refused'],
    [`html-200=path:${path},after:5`, 'page_not_json'],
    [`truncated-json=path:${path},after:5`, 'page_body_truncated'],
    [`unavailable=path:${path},after:5`, 'upstream_unavailable'],
    [`socket-reset=path:${path},after:5`, 'upstream_connection_lost'],
    ['page-too-big=limit:2', 'upstream_unavailable'],
  ])('stops at %s, and goes on from the last cursor when that is over', async (fault, code) => {
    const { app, running } = await orgOf({ users: USERS, faults: [fault] })
    const stopped = await walk(app, LIMIT)
    expect(stopped.code).toBe(code)
    expect(stopped.ids.length).toBeLessThan(USERS)
    running.faults.clear()
    const resumed = await walk(app, LIMIT, stopped)
    expect(resumed.code).toBe(undefined)
    // A page whose way on is wrong is given, and asked for again.
    const given = code === 'page_link_loop' ? new Set(resumed.ids) : resumed.ids
    expectEveryUserOnce({ ...resumed, ids: [...given] }, running, USERS)
  })

  test('sends nothing to a foreign host that a link names, nor by another scheme', async () => {
    const elsewhere = await startScriptedServer(() => ({ body: [] }))
    const { org, server } = await orgScenario(() => ({
      headers: { link: `<${elsewhere.orgUrl}${path}?after=1>; rel="next"` },
      body: [{ id: '00u1' }],
    }))
    expect((await walk(org, LIMIT)).code).toBe('page_link_foreign_host')
    expect(server.requests.length).toBe(1)
    expect(elsewhere.requests.length).toBe(0)
    await elsewhere.close()
  })

  test('asks for a smaller page, from the same cursor, where Okta fails or a page is too large', async () => {
    const large = JSON.stringify([{ id: 'x'.repeat(40_000_000) }])
    const asked: string[] = []
    const { org } = await orgScenario(({ path: target }) => {
      const { searchParams } = new URL(target, 'http://org')
      asked.push(`${searchParams.get('after')} ${searchParams.get('limit')}`)
      if (asked.length === 1)
        return { body: large, headers: { 'content-type': 'application/json' } }
      return asked.length < 4 ? { status: 500 } : { body: [{ id: '00u1' }] }
    })
    const cursor = `${path}?after=c7&limit=200`
    expect((await walk(org, LIMIT, { ids: [], cursor, code: undefined })).ids).toEqual(['00u1'])
    expect(asked).toEqual(['c7 100', 'c7 50', 'c7 50', 'c7 25'])
  })

  test('tells of each page that it asks for again, with the wait', async () => {
    const broken = [{ body: '<html>' }, { body: '[{"id":"00u' }, { status: 500 }]
    const { org, steps, clock } = await orgScenario((_request, number) => {
      return broken[number] ?? { body: [{ id: '00u1' }] }
    })
    expect((await walk(org, LIMIT)).ids).toEqual(['00u1'])
    const repeats = steps.filter(({ waitMs }) => waitMs !== undefined)
    expect(repeats.map(({ attempt, error }) => [attempt, error.code])).toEqual([
      [1, 'page_not_json'],
      [2, 'page_body_truncated'],
      [3, 'upstream_unavailable'],
    ])
    expect(repeats.map(({ what, waitMs }) => [what, waitMs])).toEqual(
      clock.waits.map((waitMs) => [`GET ${path}`, waitMs]),
    )
    expect(clock.waits).toEqual([1_500, 3_000, 6_000])
  })

  test('asks for pages of the wanted size again some good pages later', async () => {
    const limits: (string | null)[] = []
    const { org } = await orgScenario(({ path: target }, number) => {
      const limit = new URL(target, 'http://org').searchParams.get('limit')
      if (number > 1) limits.push(limit)
      if (number < 4) return { status: 500 }
      const next = { link: `<${path}?after=${number}&limit=${limit}>; rel="next"` }
      return { headers: number < 40 ? next : {}, body: [{ id: `00u${number}` }] }
    })
    expect((await walk(org, 200)).code).toBe(undefined)
    const times = (limit: string, count: number) => Array.from({ length: count }, () => limit)
    expect(limits).toEqual(['100', '50', ...times('25', 11), '50', '100', ...times('200', 24)])
  })

  test.each([
    [8, ['8', '8', '5', '5', '5']],
    [3, ['3', '3', '3', '3', '3']],
  ])('asks for five at least, or as few as were asked for: %i', async (limit, expected) => {
    const { org, server } = await orgScenario((_request, number) =>
      number < 4 ? { status: 500 } : { body: [] },
    )
    expect((await walk(org, limit)).code).toBe(undefined)
    const asked = server.requests.map((request) => new URL(request.path, 'http://org'))
    expect(asked.map(({ searchParams }) => searchParams.get('limit'))).toEqual(expected)
  })

  test.each(['', '?limit=0', '?limit=2.5', '?limit=-7', '?limit=many'])(
    'asks for half of 200 where nobody says how many come, and else leaves a path as it is: %j',
    async (search) => {
      const { org, server } = await orgScenario((_request, number) =>
        number < 2 ? { status: 500 } : { body: [] },
      )
      for await (const _page of org.pages(path, { cursor: path + search }));
      expect(server.requests.map((request) => request.path)).toEqual([
        ...[path + search, path + search],
        `${path}?limit=100`,
      ])
    },
  )

  test.each([
    [undefined, 6],
    [2, 2],
  ])('gives up after as many attempts as it may have: %s', async (maxAttempts, requests) => {
    const { org, server } = await orgScenario(() => ({ body: '<html>' }))
    const pages = org.pages(path, maxAttempts === undefined ? {} : { maxAttempts })
    await expect(pages.next()).rejects.toMatchObject({ code: 'page_not_json' })
    expect(server.requests).toHaveLength(requests)
  })

  test('gives up where the smallest page is too large', async () => {
    const large = JSON.stringify([{ id: 'x'.repeat(40_000_000) }])
    const { org, server } = await orgScenario(() => ({ body: large }))
    expect((await walk(org, 6)).code).toBe('page_too_large')
    expect(server.requests).toHaveLength(2)
  })

  test('refuses a cursor of another list, or one that leaves the org', async () => {
    const { org, server } = await orgScenario(() => ({ body: [] }))
    const given = ['/api/v1/groups?after=1', 'https://evil.example/api/v1/users', '//evil.example/']
    for (const cursor of given) {
      expect((await walk(org, LIMIT, { ids: [], cursor, code: undefined })).code).toBe(
        'request_path_invalid',
      )
    }
    expect(server.requests).toEqual([])
  })

  test('stops where empty pages lead on for ever', async () => {
    const { org, server } = await orgScenario((_request, number) => ({
      headers: { link: `<${path}?after=${number}>; rel="next"` },
      body: [],
    }))
    expect((await walk(org, LIMIT)).code).toBe('page_link_loop')
    expect(server.requests).toHaveLength(101)
  })

  test('goes on through a hundred empty pages, again and again', async () => {
    const { org, server } = await orgScenario((_request, number) => ({
      headers: number < 250 ? { link: `<${path}?after=${number}>; rel="next"` } : {},
      body: number % 101 === 100 ? [{ id: `00u${number}` }] : [],
    }))
    expect(await walk(org, LIMIT)).toEqual({
      ids: ['00u100', '00u201'],
      ...{ cursor: undefined, code: undefined },
    })
    expect(server.requests).toHaveLength(251)
  })

  test.each([
    ['list', [], 'page_link_loop'],
    ['list', [{ id: '00u1' }], 'page_link_loop'],
    ['polling', [{ id: '00u1' }], 'page_link_loop'],
    // Nothing happened since.
    ['polling', [], undefined],
  ] as const)('of a %s with %j that leads back to itself ends: %s', async (mode, body, code) => {
    const asked = `${path}?after=1`
    const { org, server } = await orgScenario(() => ({
      ...{ headers: { link: `<${asked}>; rel="next"` }, body },
    }))
    const cursors: (string | undefined)[] = []
    const reading = async () => {
      for await (const { cursor } of org.pages(path, { mode, cursor: asked })) cursors.push(cursor)
    }
    expect(await reading().catch((error: PosternError) => error.code)).toBe(code)
    expect([cursors, server.requests.length]).toEqual([[asked], 1])
  })

  test('of a polling list ends with the first page that is not full, whose cursor goes on', async () => {
    const full = Array.from({ length: 5 }, (_, number) => ({ uuid: String(number) }))
    const { org, server } = await orgScenario((_request, number) => ({
      headers: { link: `</api/v1/logs?after=${number}&limit=5>; rel="next"` },
      body: number < 3 ? full : full.slice(3),
    }))
    const cursors: (string | undefined)[] = []
    for await (const { cursor } of org.pages('/api/v1/logs', { mode: 'polling', limit: 5 })) {
      cursors.push(cursor)
    }
    expect(server.requests.length).toBe(4)
    expect(cursors.at(-1)).toBe('/api/v1/logs?after=3&limit=5')
  })
})
