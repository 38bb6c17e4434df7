/** @module How much this credential may ask, and whether somebody else uses it up. */

import { type Bucket, bucketOf } from '../../org/buckets.ts'
import { type RateFigures, readRateFigures } from '../../org/rate-figures.ts'
import type { Check } from '../check.ts'
import type { Examination } from '../examination.ts'
import type { Exchange } from '../exchanges.ts'
import { information, type Observation, ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { listOf } from '../words.ts'

/** The first answer of a bucket. */
interface FirstLook {
  readonly bucket: Bucket
  readonly figures: RateFigures
}

// A token or app gets half of a bucket unless somebody chose otherwise.
const LOW_SHARE = 0.25
// Limits are whole numbers, so that one share of small buckets is not exactly that of large ones.
const SAME_SHARE = 0.95
const LOW_REMAINING = 0.2

/**
 * Reads the headers of the answers that came so far; asks nothing more.
 *
 * @see Okta, "Rate limits" - the headers, and that a token or app gets half of a bucket by default
 */
export const rateLimitsCheck: Check = {
  name: 'rate-limits',
  question: 'How much may this credential ask?',
  needs: ['reading'],
  async *run(examination) {
    const answers = apiAnswers(examination)
    const looks = firstLooks(answers)
    if (looks.length === 0) {
      const observed = `None of ${answers.length} answers had the x-rate-limit headers.`
      yield problem('rate_headers_missing', observed, { status: 'warning' })
      return true
    }
    if (looks.some(({ figures }) => figures.isDoubled)) {
      yield information(
        'rate_headers_doubled',
        'The x-rate-limit headers come twice: two limits apply, and the lower one is kept.',
      )
    }
    const troubles = [judgeShare(looks), judgeUse(looks)].filter((found) => found !== undefined)
    yield* troubles
    if (troubles.length === 0) yield ok(`Requests a minute: ${listOf(looks.map(describe))}.`)
    return true
  },
}

/** The answers that always have the headers: those of the org's APIs that brought something. */
function apiAnswers(examination: Examination): readonly Exchange[] {
  const org = examination.known('org')
  return examination.exchanges.all.filter(
    ({ origin, path, status }) => origin === org && path.startsWith('/api/') && status === 200,
  )
}

function firstLooks(answers: readonly Exchange[]): readonly FirstLook[] {
  const looks = new Map<string, FirstLook>()
  for (const { method, path, headers } of answers) {
    const bucket = bucketOf(method, path)
    const figures = headers && readRateFigures(headers)
    if (figures?.resetSeconds === undefined || looks.has(bucket.name)) continue
    looks.set(bucket.name, { bucket, figures })
  }
  return [...looks.values()]
}

/** The plan is not known, so the share is the largest one that fits the figures of some plan in every bucket. */
function judgeShare(looks: readonly FirstLook[]): Observation | undefined {
  const known = looks.flatMap(({ bucket: { perMinute }, figures: { limit } }) =>
    perMinute === undefined ? [] : [{ perMinute, limit }],
  )
  const shares = (['integrator', 'enterprise', 'workforce'] as const).flatMap((plan) => {
    const ofPlan = known.map(({ perMinute, limit }) => limit / perMinute[plan])
    const [least, most] = [Math.min(...ofPlan), Math.max(...ofPlan)]
    return ofPlan.length > 1 && least > most * SAME_SHARE ? [most] : []
  })
  const share = Math.max(...shares)
  if (shares.length === 0 || share >= LOW_SHARE) return undefined
  const part = `about ${Math.round(share * 100)} %`
  const observed = `The credential may use ${part} of the org's limits: ${listOf(looks.map(describe))} requests a minute.`
  return problem('rate_share_low', observed, { status: 'warning', certainty: 'likely' })
}

/** At the first request of a diagnosis nearly everything should be left. */
function judgeUse(looks: readonly FirstLook[]): Observation | undefined {
  const used = looks.filter(({ figures }) => figures.remaining < figures.limit * LOW_REMAINING)
  if (used.length === 0) return undefined
  const observed = listOf(
    used.map(
      ({ bucket, figures }) => `${bucket.name}: ${figures.remaining} of ${figures.limit} are left`,
    ),
  )
  return problem('rate_share_used', `Somebody else uses this limit: ${observed}.`, {
    status: 'warning',
  })
}

function describe({ bucket, figures }: FirstLook): string {
  return `${figures.limit} of ${bucket.name}`
}
