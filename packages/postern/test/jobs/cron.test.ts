import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, type CorpusAnswer, loadCases } from '../../../../test/bad-inputs/load.mjs'
import { parseCron } from '../../src/jobs/cron.ts'
import { CronError } from '../../src/jobs/cron-error.ts'
import { nextFires } from '../../src/jobs/next.ts'
import { cronTexts } from './cron-texts.ts'

interface CronAnswer extends CorpusAnswer {
  readonly next?: readonly string[]
}

const cases = loadCases().filter(({ category }) => category === 'cron')

describe('parseCron', () => {
  test.each(cases)('$id: $title', ({ input, context = {}, expect: answer, also = [] }) => {
    const answers: readonly CronAnswer[] = [answer, ...also]
    const given = answerOf(bytesOf(input).toString(), context, answers[0]?.next?.length ?? 0)
    expect(answers.map(judged)).toContainEqual(given)
  })

  test('the corpus has twenty-one cases', () => {
    expect(cases).toHaveLength(21)
  })

  test.each([
    ['0 9 * * FRI-SUN', '0 9 * * 0,5,6'],
    ['5/15 * * * *', '5,20,35,50 * * * *'],
    ['@Weekly', '0 0 * * 0'],
    ['0 0 30 2 1', '0 0 30 2 1'],
    ['*/1 * * * *', '* * * * *'],
    ['0 0 * * 0,7', '0 0 * * 0'],
    ['30,0,20-40/10 * * * *', '0,20-40/10 * * * *'],
  ])('%s is kept as %s', (text, expression) => {
    expect(parseCron(text, 'UTC')).toEqual({ expression, timezone: 'UTC' })
  })

  test.each([
    ['0 0 * FOO *', 'cron_syntax'],
    ['1,,2 * * * *', 'cron_syntax'],
    ['*/-1 * * * *', 'cron_syntax'],
    ['1/2/3 * * * *', 'cron_syntax'],
    ['H * * * *', 'cron_syntax'],
    ['0 0 31 4,6 *', 'cron_never_fires'],
    ['0 24 * * *', 'cron_range'],
    ['0 0 * * FRI-MON', 'cron_reversed_range'],
    ['hourly', 'cron_not_cron'],
    ['every day at noon please do', 'cron_not_cron'],
    [`${'1,'.repeat(600)}1 * * * *`, 'cron_syntax'],
  ])('%s is refused with %s', (text, code) => {
    expect(() => parseCron(text, 'UTC')).toThrow(expect.objectContaining({ code }))
  })

  test.each([
    ['every 15 min', '*/15 * * * *'],
    ['2 hours', '0 */2 * * *'],
    ['once a day', '0 0 * * *'],
    ['nightly', '0 0 * * *'],
    ['weekly', '0 0 * * 0'],
    ['whenever', '*/5 * * * *'],
  ])('for "%s" it proposes %s', (text, detail) => {
    expect(() => parseCron(text, 'UTC')).toThrow(expect.objectContaining({ details: { detail } }))
  })

  test('the case of a time zone is put right, and an old name stays', () => {
    expect(parseCron('@daily', 'europe/prague').timezone).toBe('Europe/Prague')
    expect(parseCron('@daily', 'Asia/Kolkata').timezone).toBe('Asia/Kolkata')
  })

  test('an offset is no time zone', () => {
    expect(() => parseCron('@daily', '+02:00')).toThrow(
      expect.objectContaining({ code: 'timezone_unknown' }),
    )
  })

  test('a normalised expression is its own normal form', () => {
    fc.assert(
      fc.property(cronTexts, (text) => {
        const once = parseCron(text, 'UTC')
        const twice = parseCron(once.expression, 'UTC')
        expect(twice).toEqual(once)
      }),
      { numRuns: 200 },
    )
  })

  test('any text is parsed or refused with a code and a remedy', () => {
    const words = fc.array(fc.constantFrom(...'* , - / 0 7 60 x L W # ? @ MON every \t'.split(' ')))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          words.map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            parseCron(text, 'UTC')
          } catch (error) {
            expect(error).toBeInstanceOf(CronError)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

function answerOf(text: string, context: Readonly<Record<string, unknown>>, fires: number) {
  try {
    const cron = parseCron(text, String(context['timezone'] ?? 'UTC'))
    const after = new Date(String(context['after'] ?? '2026-01-15T12:00:00Z'))
    const next = nextFires(cron, after, fires).map((fire) => fire.toISOString())
    return { outcome: 'accepted', normalised: cron.expression, next }
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    const { code, details } = error
    return { outcome: 'rejected', code, detail: details['detail'] }
  }
}

function judged({ outcome, code, detail, normalised, next = [] }: CronAnswer) {
  return outcome === 'rejected'
    ? { outcome, code, detail }
    : { outcome, normalised, next: next.map((fire) => new Date(fire).toISOString()) }
}
