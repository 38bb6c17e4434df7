/** @module What the readings of all resources together mean: one finding for each reason, with the resources it is about. */

import type { PosternError } from '../error.ts'
import type { Examination } from './examination.ts'
import { explainFailure } from './failures.ts'
import { fromError, type Observation } from './finding.ts'
import { problem } from './problems.ts'
import type { Failed, Reading, Refused } from './reading.ts'
import { explainRole } from './roles.ts'
import { listOf } from './words.ts'

/** The findings for what could not be read; none where all is well. */
export async function judgeReadings(
  examination: Examination,
  readings: readonly Reading[],
): Promise<readonly Observation[]> {
  const failed = readings.filter((reading): reading is Failed => reading.came === 'failure')
  const refused = readings.filter((reading): reading is Refused => reading.came === 'refusal')
  const others = refused.filter(({ error }) => error.code !== 'role_insufficient')
  const role = await judgeRole(examination, readings)
  return [
    ...groups(failed).map((group) => about(group, explainFailure(examination, group[0].error))),
    ...groups(others).map((group) => about(group, explainRefusal(group[0]))),
    ...(role === undefined ? [] : [role]),
  ]
}

function explainRefusal({ error }: Refused): Observation {
  const { message, details } = error
  switch (error.code) {
    case 'scope_insufficient':
      return problem('scope_insufficient', message, { details })
    case 'api_token_refused':
      return { ...fromError(error), certainty: 'likely' }
    default:
      return fromError(error)
  }
}

/** Readings that ended for the same reason. */
function groups<Kind extends Reading & { readonly error: PosternError }>(
  readings: readonly Kind[],
): readonly (readonly [Kind, ...Kind[]])[] {
  const byCode = new Map<string, [Kind, ...Kind[]]>()
  for (const reading of readings) {
    const group = byCode.get(reading.error.code)
    if (group === undefined) byCode.set(reading.error.code, [reading])
    else group.push(reading)
  }
  return [...byCode.values()]
}

function about(group: readonly Reading[], observation: Observation): Observation {
  const names = group.map(({ resource }) => resource.name)
  const { observed, details } = observation
  const also = names.length < 2 ? '' : ` The same came for ${listOf(names.slice(1))}.`
  return { ...observation, observed: `${observed}${also}`, details: { ...details, about: names } }
}

/** Whether something is hidden or refused that the admin role decides about. */
export function isRoleInDoubt(readings: readonly Reading[]): boolean {
  return readings.some((reading) => isForbidden(reading) || isHidden(reading))
}

function isForbidden(reading: Reading): boolean {
  return reading.came === 'refusal' && reading.error.code === 'role_insufficient'
}

function isHidden({ came, resource }: Reading): boolean {
  return came === 'nothing' && !resource.mayBeEmpty
}

/**
 * Without an admin role, lists are empty or 403 E0000006, as the org likes. Every org has users, groups and apps, so that
 * such a list without records is never the truth.
 */
async function judgeRole(
  examination: Examination,
  readings: readonly Reading[],
): Promise<Observation | undefined> {
  const forbidden = readings.filter(isForbidden)
  const hidden = readings.filter(isHidden)
  const seen = readings.filter(({ came }) => came === 'records')
  const onlyEmptyLog = readings.length === 1 && isEmptyLog(readings[0])
  if (forbidden.length + hidden.length === 0 && !onlyEmptyLog) return undefined
  const seenAndNot = describe({ forbidden, hidden: onlyEmptyLog ? readings : hidden, seen })
  return explainRole(examination, seenAndNot, {
    code: seen.length > 0 ? 'role_too_narrow' : 'role_missing',
    certainty: seen.length > 0 && forbidden.length > 0 ? 'proven' : 'likely',
  })
}

function isEmptyLog(reading: Reading | undefined): boolean {
  return reading?.came === 'nothing' && reading.resource.path === '/api/v1/logs'
}

function describe(what: {
  readonly forbidden: readonly Reading[]
  readonly hidden: readonly Reading[]
  readonly seen: readonly Reading[]
}): string {
  const names = (readings: readonly Reading[]) =>
    listOf(readings.map(({ resource }) => resource.name))
  const parts = [
    what.hidden.length > 0 ? `200 without a record for ${names(what.hidden)}` : undefined,
    what.forbidden.length > 0 ? `403 E0000006 for ${names(what.forbidden)}` : undefined,
    what.seen.length > 0 ? `records of ${names(what.seen)}` : undefined,
  ]
  return listOf(parts.filter((part) => part !== undefined))
}
