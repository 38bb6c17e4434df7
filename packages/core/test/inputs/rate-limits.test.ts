import { type InputName, read, type Transport } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { VirtualTime } from '../../../../test/virtual-time.ts'

const size = {
  users: 300,
  groups: 60,
  apps: 40,
  keyType: 'EC',
  traffic: { perSecond: 0.2 },
} as const

/** Walks an input of an org whose answers take half a second, on a clock that the org goes by too. */
async function walk(name: InputName, edition: 'integrator' | 'workforce', others?: string) {
  const time = new VirtualTime(new Date('2026-03-30T12:00:00.000Z'))
  const { client, running } = await emulatedOrg({ ...size, edition, clock: time })
  await time.sleep(86_400_000)
  if (others !== undefined) running.faults.on(others)
  const statuses: number[] = []
  const send = time.delay(500)
  const transport: Transport = async (request) => {
    const answer = await send(request)
    statuses.push(answer.status)
    return answer
  }
  const org = client({ clock: time, transport, random: () => 0.5 })
  const startMs = time.monotonicMs()
  let records = 0
  for await (const batch of read(org, name)) records += batch.records.length
  const refused = statuses.filter((status) => status === 429).length
  const seconds = (time.monotonicMs() - startMs) / 1_000
  return { records, refused, seconds }
}

describe('a walk under the limits of a plan gets no 429', () => {
  test.each<[InputName, 'integrator' | 'workforce', number, number]>([
    // 10 requests a minute for logs, 50 for groups and users, 10 for apps: nine tenths of them are used.
    ['system-log', 'integrator', 17_000, 130],
    ['group-members', 'integrator', 800, 90],
    ['app-assignments', 'integrator', 500, 660],
    ['group-members', 'workforce', 800, 15],
    ['app-assignments', 'workforce', 500, 130],
    ['system-log', 'workforce', 17_000, 15],
  ])('%s of an org on %s', async (name, edition, leastRecords, mostSeconds) => {
    const { records, refused, seconds } = await walk(name, edition)
    expect(refused).toBe(0)
    expect(records).toBeGreaterThan(leastRecords)
    expect(seconds).toBeLessThan(mostSeconds)
  })

  test('but for those under way when somebody else uses the limit up', async () => {
    const others = 'rate-limited=path:/api/v1/groups,after:20'
    const { records, refused } = await walk('group-members', 'workforce', others)
    expect(refused).toBeLessThanOrEqual(4)
    expect(records).toBeGreaterThan(800)
  })
})
