/** @module Checklist, 6: rate limits. */

import { describe, expect, test } from 'vitest'
import { acme, openOrgForEachTest, restart } from './checklist-org.ts'

openOrgForEachTest()

describe('6. Rate limits', () => {
  const rate = ({ headers }: { readonly headers: Headers }) =>
    ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-rate-limit-${name}`))
  const second = () => Math.floor(acme.running.org.time.nowMs() / 1_000)

  test('a caller has half of a bucket, in windows of 60 s from the first request on', async () => {
    await restart({ edition: 'workforce' })
    const start = second()
    expect(rate(await acme.call('GET', '/api/v1/users'))).toEqual(['300', '299', `${start + 60}`])
    acme.clock.advance(30_000)
    expect(rate(await acme.call('GET', '/api/v1/users'))).toEqual(['300', '298', `${start + 60}`])
    acme.clock.advance(30_000)
    expect(rate(await acme.call('GET', '/api/v1/users'))).toEqual(['300', '299', `${start + 120}`])
  })

  test('the next request is 429 in the recorded words, with figures and without Retry-After', async () => {
    await restart({ edition: 'integrator' })
    const start = second()
    for (let asked = 0; asked < 10; asked++) await acme.call('GET', '/api/v1/apps')
    const refused = await acme.call('GET', '/api/v1/apps')
    expect([refused.status, ...rate(refused)]).toEqual([429, '10', '0', `${start + 60}`])
    expect(refused.headers.get('retry-after')).toBeNull()
    expect(refused.body).toEqual({
      errorCode: 'E0000047',
      errorSummary: 'API call exceeded rate limit due to too many requests.',
      errorLink: 'E0000047',
      errorId: expect.stringMatching(/^oae[\w-]{22}$/),
      errorCauses: [],
    })
  })

  test('too many requests at once are 429 with limit and remaining 0', async () => {
    acme.running.faults.on('concurrency-limited')
    const refused = await acme.call('GET', '/api/v1/users')
    expect([refused.status, ...rate(refused).slice(0, 2)]).toEqual([429, '0', '0'])
    expect(refused.body.errorCode).toBe('E0000047')
  })
})
