import type { OrgAnswer, PosternError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { loadCases, responseOf } from '../../../../test/bad-inputs/load.mjs'
import { orgScenario } from '../../../../test/scripted-org.ts'
import { type ScriptedAnswer, startScriptedServer } from '../../../../test/scripted-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'

/** What the corpus says of an answer of the API. */
interface ExpectedAnswer {
  readonly code: string
  readonly retry: boolean
  readonly waitSeconds?: { readonly min: number; readonly max: number }
  readonly noRequestTo?: readonly string[]
}

const cases = loadCases().filter(
  ({ category, context }) => category === 'http_answer' && context?.['endpoint'] === 'api',
)

// Stands for the minute of the corpus: nobody waits for it in a test.
const TIMEOUT_MS = 50

/** The corpus's answer as a scripted one. */
function scripted(input: unknown): ScriptedAnswer {
  const [answer] = responseOf(input)
  if (answer === undefined) throw new Error('The case has no answer.')
  const { status, headers, body, cut, delayMs } = answer
  const hang = delayMs >= 60_000
  return { status, rawHeaders: headers, body, hang, ...(cut ? { cut: 'chunked' } : {}) }
}

describe('the API answers of the corpus', () => {
  test('are there', () => {
    expect(cases.length).toBe(11)
  })

  test.each(cases.map((one) => [one.id, one.title, one] as const))(
    '%s %s gets the code and the wait the corpus names',
    async (_id, _title, { context, input, expect: given }) => {
      const expected = given as unknown as ExpectedAnswer
      const answer = scripted(input)
      const { org, server, clock, steps } = await orgScenario(() => answer, {
        clock: new TestClock(new Date(String(context?.['now']))),
        // Any other answer has its time, however busy the machine is.
        ...(answer.hang ? { timeoutMs: TIMEOUT_MS } : {}),
      })
      const asked = org.request({ path: '/api/v1/users', maxAttempts: 3 })
      const result: OrgAnswer | PosternError = await asked.catch((thrown: PosternError) => thrown)
      expect(result).toMatchObject({ code: expected.code })
      expect(server.requests.length).toBe(expected.retry ? 3 : 1)
      expect(steps.map(({ error }) => error.code)).toEqual(
        Array.from({ length: server.requests.length }, () => expected.code),
      )
      const { min, max } = expected.waitSeconds ?? { min: 1, max: 61 }
      for (const waitMs of clock.waits) {
        expect(waitMs).toBeGreaterThanOrEqual(min * 1_000)
        expect(waitMs).toBeLessThanOrEqual(max * 1_000)
      }
      expect(clock.waits.length).toBe(expected.retry ? 2 : 0)
    },
  )

  test('that are whole and no list are not asked for again', async () => {
    const { org, server } = await orgScenario(() => ({ body: { id: '00u1' } }))
    await expect(org.pages('/api/v1/users/me').next()).rejects.toMatchObject({
      code: 'page_not_array',
    })
    expect(server.requests.length).toBe(1)
  })

  test('lead to no other host', async () => {
    const elsewhere = await startScriptedServer(() => ({ body: [] }))
    const location = `${elsewhere.orgUrl}/api/v1/users`
    const { org, server } = await orgScenario(() => ({ status: 307, headers: { location } }))
    const asked = org.request({ path: '/api/v1/users' })
    await expect(asked).rejects.toMatchObject({ code: 'upstream_redirect_refused' })
    expect(server.requests.length).toBe(1)
    expect(elsewhere.requests.length).toBe(0)
    await elsewhere.close()
  })
})
