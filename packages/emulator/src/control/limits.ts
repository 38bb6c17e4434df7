/** @module The rate limits of an org, looked at and changed. */

import { buckets } from '../http/buckets.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { suggestNames } from '../nearest-names.ts'
import type { RunningOrg } from '../running-org.ts'
import { SetupError } from '../setup-error.ts'

type LimitedBucket = keyof typeof buckets

const names = Object.keys(buckets)
const MAX_LIMIT = 1_000_000_000

/** The share of one caller, and what such a share of each bucket comes to, per minute. */
export function describeLimits({ limits }: RunningOrg) {
  const perCaller = names.filter(isBucket).map((name) => [name, limits.limitOf(name)])
  return { share: limits.share, perCaller: Object.fromEntries(perCaller) }
}

/**
 * Changes limits: `{ "share": 0.5, "buckets": { "/api/v1/users": 20 } }`, where a bucket's is that of the whole org and
 * null gives back the plan's.
 *
 * @throws {SetupError} `bucket_unknown` or `request_invalid`; nothing is changed then.
 */
export function changeLimits({ limits }: RunningOrg, body: JsonObject): void {
  const { share = limits.share, buckets: given = {} } = body
  if (typeof share !== 'number' || !(share > 0 && share <= 1))
    throw invalid('share', 'above 0, up to 1')
  if (!isJsonObject(given)) throw invalid('buckets', 'for each bucket, in an object')
  const changes = Object.entries(given)
  for (const [name, limit] of changes) {
    if (!isBucket(name)) {
      throw new SetupError(
        'bucket_unknown',
        `There is no bucket ${JSON.stringify(name.slice(0, 60))}.`,
        `${suggestNames(name, names)}Name one of ${names.join(', ')}.`,
      )
    }
    if (
      limit !== null &&
      !(Number.isInteger(limit) && Number(limit) > 0 && Number(limit) <= MAX_LIMIT)
    ) {
      throw invalid(name, `that is whole, from 1 to ${MAX_LIMIT}, or null`)
    }
  }
  limits.share = share
  for (const [name, limit] of changes) {
    if (limit === null) limits.overrides.delete(name)
    else limits.overrides.set(name, Number(limit))
  }
}

function isBucket(name: string): name is LimitedBucket {
  return Object.hasOwn(buckets, name)
}

function invalid(name: string, wanted: string): SetupError {
  return new SetupError(
    'request_invalid',
    `The limit ${name} cannot have that value.`,
    `Give a number ${wanted}.`,
  )
}
