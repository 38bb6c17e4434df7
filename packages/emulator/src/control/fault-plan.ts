/** @module A plan of faults, read from the JSON of the control API. */

import type { PlannedFault } from '../faults/fault-plan.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { SetupError } from '../setup-error.ts'

/** The members of a body that is a plan. */
export const planMembers = ['planned', 'path'] as const

/**
 * The plan of a body: `planned` lists `request`, `fault` and, for more than one request, `requests`.
 *
 * @throws {SetupError} `request_invalid` for anything else.
 */
export function readPlan({ planned = [], path }: JsonObject): {
  readonly planned: readonly PlannedFault[]
  readonly path?: string
} {
  if (!Array.isArray(planned) || (path !== undefined && typeof path !== 'string')) throw invalid()
  return { planned: planned.map(readPlanned), ...(path === undefined ? {} : { path }) }
}

function readPlanned(value: unknown): PlannedFault {
  const { request, fault, requests = 1 } = isJsonObject(value) ? value : {}
  if (!isCount(request) || !isCount(requests) || typeof fault !== 'string') throw invalid()
  return { request, fault, requests }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0
}

function invalid(): SetupError {
  return new SetupError(
    'request_invalid',
    'The body is no plan of faults.',
    'Send {"planned": [{"request": 3, "fault": "server-error", "requests": 1}]}.',
  )
}
