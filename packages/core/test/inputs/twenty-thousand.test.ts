import { type InputError, read, type Transport } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { VirtualTime } from '../../../../test/virtual-time.ts'

const USERS = 20_000
// Enough for every fault to come several times.
const FEWER_USERS = 6_000
const PAGE = 200
const idMember = /^\{"id":"(\w+)"/

/** An org of so many users whose answers take half a second. */
async function largeOrg(users: number) {
  const time = new VirtualTime()
  const size = { users, groups: 0, apps: 0, edition: 'unlimited' } as const
  const { client, running } = await emulatedOrg({ ...size, clock: time, keyType: 'EC' })
  const origins = new Set<string>()
  const send = time.delay(500)
  const transport: Transport = (request) => {
    origins.add(new URL(request.url).origin)
    return send(request)
  }
  const org = client({ clock: time, transport, random: () => 0.5 })
  return { org, running, time, origins }
}

/** Reads to the end, going on from the cursor that a stopped walk names. */
async function readAll(org: Parameters<typeof read>[0]) {
  const ids: string[] = []
  const stops: (string | undefined)[] = []
  let largestBatch = 0
  for (let cursor: string | undefined, isEnded = false; !isEnded; ) {
    try {
      for await (const { records } of read(org, 'users', { cursor })) {
        for (const record of records) ids.push(idOf(record))
        largestBatch = Math.max(largestBatch, records.length)
      }
      isEnded = true
    } catch (thrown) {
      const { code, details } = thrown as InputError
      expect({ code, records: details['records'] }).toEqual({
        code: 'input_incomplete',
        records: stops.length === 0 ? ids.length : expect.any(Number),
      })
      stops.push(details['because'] as string)
      cursor = details['cursor'] as string
    }
  }
  return { ids, stops, largestBatch }
}

function idOf(record: Uint8Array): string {
  return (
    idMember.exec(Buffer.from(record.buffer, record.byteOffset, 40).toString('latin1'))?.[1] ?? ''
  )
}

describe('every user arrives exactly once', () => {
  test.each<[string, string, readonly string[]]>([
    ['503 from a gateway', 'unavailable=path:/api/v1/users,every:7', []],
    ['connections that break before an answer', 'socket-reset=path:/api/v1/users,every:7', []],
    ['whole answers whose JSON is cut', 'truncated-json=path:/api/v1/users,every:7', []],
    ['answers that are cut on the way', 'body-cut=path:/api/v1/users,every:7', []],
    ['empty pages with more behind them', 'empty-page-with-next=path:/api/v1/users', []],
    ['a web page in the place of JSON', 'html-200=path:/api/v1/users,every:7', []],
    ['pages that come twice', 'duplicate-page=path:/api/v1/users,every:9', []],
    ['links that are dropped on the way', 'link-missing-next=path:/api/v1/users', []],
    ['pages too big for Okta', 'page-too-big=path:/api/v1/users,limit:100', []],
    ['others who use up the limit', 'rate-limited=path:/api/v1/users,after:20', []],
    [
      'a list that leads to itself',
      'looping-link=path:/api/v1/users,after:20,times:1',
      ['page_link_loop'],
    ],
    [
      'a link to another host',
      'foreign-link=path:/api/v1/users,after:20,times:1',
      ['page_link_foreign_host'],
    ],
  ])('through %s', async (_what, fault, stops) => {
    await expectEveryUser(FEWER_USERS, fault, stops)
  })

  test('20,000 of 20,000 through whole answers whose JSON is cut', async () => {
    await expectEveryUser(USERS, 'truncated-json=path:/api/v1/users,every:7')
  })

  async function expectEveryUser(users: number, fault: string, stops: readonly string[] = []) {
    const { org, running, origins } = await largeOrg(users)
    running.faults.on(fault)
    const got = await readAll(org)
    expect(got.stops).toEqual(stops)
    // Memory is bounded by pages, whatever happens to them.
    expect(got.largestBatch).toBeLessThanOrEqual(PAGE)
    expect(new Set(got.ids).size).toBe(users)
    expect(got.ids.length).toBe(users)
    expect([...origins]).toEqual([running.url])
    expect(running.unexpected).toEqual([])
  }
})
