import type { PosternError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { loadCases, responseOf } from '../../../../test/bad-inputs/load.mjs'
import { orgScenario } from '../../../../test/scripted-org.ts'
import type { ScriptedAnswer } from '../../../../test/scripted-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'

/** What the corpus says of a page. */
interface ExpectedPage {
  readonly outcome: 'accepted' | 'rejected'
  readonly code?: string
  readonly detail?: string
  readonly recordsDelivered: number
  readonly cursorMoves: boolean
  readonly nextCursor?: string | null
  readonly retry?: boolean
  readonly maxRequests?: number
}

/** What else is set. */
interface PageContext {
  readonly now: string
  readonly orgUrl: string
  readonly mode: 'polling' | 'bounded'
}

const cases = loadCases().filter(({ category }) => category === 'system_log_page')
const asked = '/api/v1/logs?limit=100&after=c0'

// What a page holds is given on as it is; who reads the log for a feed drops duplicates and sets aside what has no uuid.
const judgedByFeeds: Readonly<Record<string, number>> = { 'page-014': 3, 'page-017': 3 }

describe('the System Log pages of the corpus', () => {
  test('are there', () => {
    expect(cases.length).toBe(21)
  })

  test.each(cases.map((one) => [one.id, one.title, one] as const))(
    '%s %s gives the records, the cursor and the code the corpus names',
    async (id, _title, { context, input, expect: given, also = [] }) => {
      const expected = [given, ...also] as unknown as readonly ExpectedPage[]
      const { orgUrl, mode, now } = context as unknown as PageContext
      const [answer] = responseOf(input)
      const { org, server } = await orgScenario(
        (): ScriptedAnswer => {
          const { status, headers, body, cut } = answer ?? {}
          // The org of the corpus is the scripted server.
          const rawHeaders = headers?.map(
            ([name, value]) => [name, value.replaceAll(`<${orgUrl}`, `<${server.orgUrl}`)] as const,
          )
          return { status, rawHeaders, body, cut: cut === undefined ? undefined : 'short' }
        },
        { clock: new TestClock(new Date(now)) },
      )
      let cursor: string | undefined = asked
      let recordsDelivered = 0
      let error: PosternError | undefined
      try {
        const pages = org.pages('/api/v1/logs', {
          cursor,
          mode: mode === 'polling' ? mode : 'list',
        })
        for await (const page of pages) {
          recordsDelivered += page.records.length
          cursor = page.cursor
          // The answer is always the same: what comes behind a good page is no longer the case.
          if (mode === 'polling') break
        }
      } catch (thrown) {
        error = thrown as PosternError
      }
      const outcome = {
        outcome: error === undefined ? 'accepted' : 'rejected',
        code: error?.code,
        recordsDelivered,
        after: cursor === undefined ? null : new URLSearchParams(cursor.split('?')[1]).get('after'),
      }
      const wanted = expected.map((one) => ({
        outcome: one.outcome,
        code: one.code,
        recordsDelivered: judgedByFeeds[id] ?? one.recordsDelivered,
        after: one.cursorMoves ? one.nextCursor : 'c0',
      }))
      expect(wanted).toContainEqual(outcome)
      const [{ detail, retry, maxRequests = 6 } = {}] = expected
      // After a refused cursor a feed begins anew, by time; asking for the same page again is of no use.
      if (error !== undefined && error.code !== 'cursor_rejected') {
        expect(server.requests.length > 1).toBe(retry)
      }
      if (detail !== undefined) expect(error?.details['detail']).toBe(detail)
      expect(server.requests.length).toBeLessThanOrEqual(maxRequests)
    },
  )
})
