import {
  fetchTransport,
  type Org,
  read,
  type Transport,
  type TransportResponse,
} from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EmulatedOrg, emulatedOrg } from '../../../../test/emulated-org.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { VirtualTime } from '../../../../test/virtual-time.ts'
import type { Batch, ReadOptions } from '../../src/inputs/input.ts'
import { walkRanges } from '../../src/inputs/walk.ts'

const USERS = 120
// The newest user is this old.
const AGE_MS = 5_000

/** An org whose answers take half a second each on the clock of the test, and refuse where the test says so. */
async function slowOrg() {
  const emulated = await emulatedOrg({ users: USERS, groups: 0, apps: 0, edition: 'unlimited' })
  const clock = new TestClock()
  const asked: URL[] = []
  let refuses = (_number: number): boolean => false
  let sorts = true
  let dropsLinks = false
  const transport: Transport = async (request) => {
    const url = new URL(request.url)
    const isList = url.pathname === '/api/v1/users'
    if (isList && refuses(asked.push(url))) return refusal()
    if (!sorts) url.searchParams.delete('sortBy')
    const answer = await fetchTransport({ ...request, url: url.href })
    clock.advance(500)
    return isList && dropsLinks ? withoutLinks(answer) : answer
  }
  const org = emulated.client({ clock, transport })
  return {
    org,
    asked,
    setAnswers: (numbers: readonly number[], keepsOrder: boolean) => {
      asked.length = 0
      sorts = keepsOrder
      refuses = (number) => numbers.includes(number)
    },
    dropLinks: () => {
      dropsLinks = true
    },
    setCreated: (seconds: readonly number[]) => setCreated(emulated, seconds),
    ids: [...emulated.running.org.users].map(({ id }) => id).toSorted(),
  }
}

function withoutLinks(answer: TransportResponse): TransportResponse {
  const headers = new Headers([...answer.headers])
  headers.delete('link')
  return { ...answer, headers }
}

function refusal() {
  return { status: 403, headers: new Headers(), body: null }
}

function setCreated({ running }: EmulatedOrg, seconds: readonly number[]): void {
  const all = [...running.org.users]
  const latest = Math.max(...seconds)
  const endMs = Math.floor((Date.now() - AGE_MS) / 1_000) * 1_000
  for (const [index, user] of all.entries()) {
    const createdMs = endMs - (latest - (seconds[index] ?? 0)) * 1_000
    running.org.putUser({ ...user, createdMs }, { settled: true })
  }
}

const list = (pageLimit: number) => ({
  input: { name: 'users', resource: '/api/v1/users', pageLimit, bucket: '/api/v1/users' } as const,
  search: 'status pr',
  plain: { filter: 'status eq "ACTIVE"' },
})

const idsOf = ({ records }: Batch) =>
  records.map((record) => JSON.parse(Buffer.from(record).toString()).id as string)

/** Reads to the end, going on from the last cursor after every failure, and gives the ids in the order they came. */
async function readAll(org: Org, pageLimit: number, options: ReadOptions, stopAfter: number) {
  const ids: string[] = []
  let cursor: string | undefined
  let stops = 0
  for (;;) {
    let taken = 0
    try {
      for await (const batch of walkRanges(org, list(pageLimit), { ...options, cursor })) {
        ids.push(...idsOf(batch))
        cursor = batch.cursor
        if (cursor === undefined) return { ids, stops }
        if (++taken > stopAfter) break
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'role_insufficient' })
    }
    stops++
  }
}

const someSeconds = fc.oneof(
  // Spread, in bursts, all at once, one in every second, a burst with stragglers, and nearly in the order of ids.
  fc.array(fc.integer({ min: 0, max: 6 * 365 * 86_400 }), { minLength: USERS, maxLength: USERS }),
  fc.array(fc.integer({ min: 0, max: 7 }), { minLength: USERS, maxLength: USERS }),
  fc.constant(Array.from({ length: USERS }, () => 5)),
  fc.constant(Array.from({ length: USERS }, (_, index) => index)),
  fc.array(fc.oneof(fc.constant(100), fc.integer({ min: 0, max: 100_000 })), {
    minLength: USERS,
    maxLength: USERS,
  }),
  fc
    .array(fc.integer({ min: 0, max: USERS }), { maxLength: 5 })
    .map((stragglers) =>
      Array.from({ length: USERS }, (_, index) =>
        index < USERS - stragglers.length ? index * 60 : (stragglers[USERS - 1 - index] ?? 0) * 60,
      ),
    ),
)

describe('a walk in ranges', () => {
  test('gives every record exactly once, whatever the ages, the page size, the failures and the order', async () => {
    const slow = await slowOrg()
    await fc.assert(
      fc.asyncProperty(
        someSeconds,
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 2, max: 40 }), { maxLength: 4 }),
        fc.integer({ min: 0, max: 60 }),
        fc.boolean(),
        async (seconds, pageLimit, parallel, refusals, stopAfter, keepsOrder) => {
          slow.setCreated(seconds)
          slow.setAnswers(refusals, keepsOrder)
          const { ids } = await readAll(slow.org, pageLimit, { parallel }, stopAfter)
          expect(ids.toSorted()).toEqual(slow.ids)
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)

  test('goes on by time where every next link is dropped, each record once, whenever it is stopped', async () => {
    const slow = await slowOrg()
    slow.dropLinks()
    const pageLimits = fc.integer({ min: 4, max: 60 })
    await fc.assert(
      fc.asyncProperty(
        pageLimits,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        async (pageLimit, together, parallel, stopAfter) => {
          // Fewer were created at the same moment than a page has: more would look like the end.
          slow.setCreated(slow.ids.map((_id, index) => Math.floor(index / together)))
          slow.setAnswers([], true)
          const { ids } = await readAll(slow.org, pageLimit, { parallel }, stopAfter)
          expect(ids.toSorted()).toEqual(slow.ids)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('spends hardly more requests than there are pages, in the time that the limit allows', async () => {
    const walk = async (edition: 'workforce' | 'integrator', parallel: number) => {
      const time = new VirtualTime()
      const size = { users: 20_000, groups: 0, apps: 0, keyType: 'EC' } as const
      const { client } = await emulatedOrg({ ...size, edition, clock: time })
      const org = client({ clock: time, transport: time.delay(500) })
      let records = 0
      for await (const batch of read(org, 'users', { parallel })) records += batch.records.length
      const { budget = 0, left = 0, refusals } = org.pacer.view('/api/v1/users') ?? {}
      return { records, seconds: time.monotonicMs() / 1_000, spent: budget - left, refusals }
    }
    const alone = await walk('workforce', 1)
    expect(alone).toMatchObject({ records: 20_000, spent: 101, refusals: 0 })
    expect(alone.seconds).toBeGreaterThan(50)
    const together = await walk('workforce', 4)
    expect(together).toMatchObject({ records: 20_000, refusals: 0 })
    expect(together.spent).toBeLessThan(106)
    expect(together.seconds).toBeLessThan(15)
    // 45 a minute: 100 pages end in the third minute, however many lists there are.
    const small = await walk('integrator', 4)
    expect(small).toMatchObject({ records: 20_000, refusals: 0 })
    expect(small.seconds).toBeLessThan(125)
  })

  test('is one list without a search where the org refuses to search', async () => {
    const { running, client } = await emulatedOrg({ users: 450, groups: 0, apps: 0 })
    const transport: Transport = async (request) =>
      request.url.includes('search=') ? searchRefusal() : fetchTransport(request)
    const org = client({ transport })
    const ids: string[] = []
    for await (const batch of read(org, 'users')) ids.push(...idsOf(batch))
    expect(ids.toSorted()).toEqual([...running.org.users].map(({ id }) => id).toSorted())
  })
})

function searchRefusal() {
  const refused = { errorCode: 'E0000031', errorSummary: 'Invalid search criteria.' }
  return { status: 400, headers: new Headers(), body: bodyOf(JSON.stringify(refused)) }
}

async function* bodyOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
