import type { Transport, TransportRequest } from '@postern/core'
import { expect, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { countTraffic } from '../../src/cli/traffic.ts'

const request: TransportRequest = { method: 'GET', url: 'http://127.0.0.1/', headers: {} }

test('counts requests, and the pauses in which none was under way', async () => {
  const clock = new TestClock()
  const answer: Transport = async () => {
    clock.advance(500)
    return { status: 200, headers: new Headers(), body: null }
  }
  const { transport, traffic } = countTraffic(answer, clock)
  await transport(request)
  clock.advance(26_000)
  await transport(request)
  clock.advance(20)
  await Promise.all([transport(request), transport(request)])
  expect(traffic).toEqual({ requests: 4, waitedMs: 26_000 })
})
