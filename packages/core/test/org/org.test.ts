import { ApiError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { TestClock } from '../../../../test/test-clock.ts'

// Without a search, a list of users leaves out those who are deprovisioned.
const query = { search: 'status pr' }

describe('Org', () => {
  test.each([{}, { dpopRequired: true }])(
    'reads every user of an org exactly once, %o',
    async (how) => {
      const { app, running } = await emulatedOrg({ users: 450, edition: 'unlimited', ...how })
      const ids = new Set<string>()
      let count = 0
      for await (const user of app.list('/api/v1/users', { limit: 100, query })) {
        ids.add((user as { readonly id: string }).id)
        count++
      }
      expect({ count, distinct: ids.size }).toEqual({ count: 450, distinct: 450 })
      expect(running.unexpected).toEqual([])
    },
  )

  test.each(['integrator', 'enterprise', 'workforce'] as const)(
    'reads a list for many windows of the plan %s without one 429',
    async (edition) => {
      const clock = new TestClock()
      const { app, running } = await emulatedOrg({ users: 2_500, edition, clock }, { clock })
      const startMs = clock.monotonicMs()
      let pages = 0
      for await (const _page of app.pages('/api/v1/users', { limit: 5, query, priority: 'log' })) {
        pages++
        clock.advance(50)
      }
      const { limitPerMinute = 0, refusals } = app.pacer.view('/api/v1/users') ?? {}
      expect({ pages, refusals, unexpected: running.unexpected }).toEqual({
        ...{ pages: 500, refusals: 0, unexpected: [] },
      })
      // As fast as the share of the limit lets it, but for the window it began in and the one it ended in.
      const windows = (clock.monotonicMs() - startMs) / 60_000
      expect(pages).toBeGreaterThanOrEqual(0.95 * limitPerMinute * 0.9 * Math.floor(windows))
    },
  )

  test('gives the JSON of an answer, with what it took to get it', async () => {
    const { admin } = await emulatedOrg()
    const answer = await admin.request({ path: '/api/v1/users/me' })
    expect(answer).toMatchObject({ status: 200, attempts: 1 })
    expect(answer.requestId).toMatch(/^[\w-]+$/)
    expect(answer.json()).toMatchObject({ status: 'ACTIVE' })
  })

  test('tells a missing scope from a missing role', async () => {
    const { app } = await emulatedOrg({ faults: ['scope-not-granted=okta.groups.read'] })
    const error = await app.request({ path: '/api/v1/groups' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ code: 'scope_insufficient', okta: { status: 403 } })
    const { app: manager } = await emulatedOrg({ scopes: ['okta.groups.manage'] })
    const refused = manager.request({ method: 'POST', path: '/api/v1/groups', body: {} })
    await expect(refused).rejects.toMatchObject({ code: 'role_insufficient' })
  })
})
