import type { PosternError, Token } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { type CorpusAnswer, loadCases, responseOf } from '../../../../test/bad-inputs/load.mjs'
import type { ScriptedAnswer } from '../../../../test/scripted-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { tokenScenario } from '../../../../test/token-source.ts'

/** What the context of a token answer holds. */
interface AnswerContext {
  readonly endpoint?: string
  readonly now: string
  readonly dpop?: boolean
  readonly askedScopes?: readonly string[]
}

const cases = loadCases().filter(({ context }) => context?.['endpoint'] === 'token')

/** What the product made of an answer, in the words of the corpus. */
function outcomeOf(result: Token | PosternError): CorpusAnswer {
  if (result instanceof Error) {
    const detail = result.details['detail']
    return { outcome: 'rejected', code: result.code, ...(detail ? { detail: String(detail) } : {}) }
  }
  return {
    outcome: 'accepted',
    normalised: {
      tokenType: result.type,
      expiresIn: result.expiresInSeconds,
      scopes: [...result.scopes],
    },
    warnings: result.warnings.map(({ code }) => code),
  }
}

describe('the token answers of the corpus', () => {
  test('are there', () => {
    expect(cases.length).toBe(11)
  })

  test.each(cases.map((one) => [one.id, one.title, one] as const))(
    '%s %s gets the answer the corpus names',
    async (_id, _title, { context: given, input, expect: expected, also }) => {
      const context = given as unknown as AnswerContext
      const answers = responseOf(input).map(
        ({ status, headers, body }): ScriptedAnswer => ({
          status,
          headers: Object.fromEntries(headers),
          body: body.toString('utf8'),
        }),
      )
      const { source, server } = await tokenScenario(
        (_request, number) => answers[number] ?? answers.at(-1) ?? {},
        {
          scopes: context.askedScopes ?? ['okta.users.read'],
          // The corpus speaks of automatic DPoP switched off.
          dpopRequired: context.dpop ?? false,
        },
        { clock: new TestClock(new Date(context.now)) },
      )
      const result = await source.token().catch((thrown: PosternError) => thrown)
      const outcome = outcomeOf(result)
      // A challenge that is repeated for ever ends in the loop it is; the challenge is its cause.
      const first =
        outcome.code === 'dpop_nonce_loop'
          ? outcomeOf((result as Error).cause as PosternError)
          : outcome
      expect([expected, ...(also ?? [])].some((one) => agrees(first, one))).toBe(true)
      expect(server.requests.length).toBeLessThanOrEqual(expected.maxRequests ?? 1)
      const jtis = server.requests.map(({ assertion }) => assertion?.claims['jti'])
      expect(new Set(jtis).size).toBe(jtis.length)
    },
  )
})

function agrees(outcome: CorpusAnswer, expected: CorpusAnswer): boolean {
  if (outcome.outcome !== expected.outcome || outcome.code !== expected.code) return false
  if (expected.detail !== undefined && outcome.detail !== expected.detail) return false
  if (expected.outcome === 'rejected') return true
  const warnings = expected.warnings ?? []
  return (
    JSON.stringify(outcome.normalised) === JSON.stringify(expected.normalised) &&
    warnings.every((warning) => outcome.warnings?.includes(warning))
  )
}
