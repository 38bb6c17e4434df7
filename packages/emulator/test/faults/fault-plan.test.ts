import { expect, onTestFinished, test } from 'vitest'
import { startOrg } from '../../src/index.ts'

async function start() {
  const running = await startOrg({ keyType: 'EC' })
  onTestFinished(async () => {
    expect(running.unexpected).toEqual([])
    await running.close()
  })
  const headers = { authorization: `SSWS ${running.adminToken}` }
  const ask = async (path: string) => (await fetch(`${running.url}${path}`, { headers })).status
  return { ...running, ask }
}

test('A plan switches faults on and off by the number of the request', async () => {
  const { faults, ask } = await start()
  faults.follow(
    [
      { request: 2, fault: 'server-error' },
      { request: 4, fault: 'unavailable', requests: 2 },
    ],
    { path: '/api/v1/logs' },
  )
  const statuses: number[] = []
  for (let request = 1; request <= 6; request++) {
    statuses.push(await ask('/api/v1/logs'))
    // Of another path, and not counted. A fault that is on meets it as well.
    await ask('/api/v1/groups')
  }
  expect(statuses).toEqual([200, 500, 200, 503, 503, 200])
  expect(faults.list()).toEqual([])
})

test('A plan changes the org for a few requests, and a new one ends the one before', async () => {
  const { faults, ask, org } = await start()
  faults.follow([{ request: 1, fault: 'clock-skew=86400', requests: 10 }])
  await ask('/api/v1/logs')
  expect(org.time.offsetMs).toBe(86_400_000)
  faults.follow([])
  expect(org.time.offsetMs).toBe(0)
})

test('A plan with a fault that there is none of is refused, and the one before stays', async () => {
  const { faults, ask } = await start()
  faults.follow([{ request: 1, fault: 'server-error' }])
  expect(() => faults.follow([{ request: 1, fault: 'server-eror' }])).toThrow('There is no fault')
  expect(await ask('/api/v1/logs')).toBe(500)
})
