/** @module The checks of a try as rows: those that have found something, and those that are still to come. */

import type { Finding, FindingStatus } from '@postern/core'
import { checkNames } from '../texts/trial.ts'
import type { Method } from './answers.ts'

/** One check. */
export interface CheckRow {
  readonly check: string
  readonly findings: readonly Finding[]
  /** The worst of its findings; undefined before it has any. */
  readonly status: FindingStatus | undefined
}

// Each is made for one way to sign in; the others for both. A test holds this to what core does.
const ONLY: Readonly<Record<string, Method>> = {
  'client-id': 'service-app',
  assertion: 'service-app',
  scopes: 'service-app',
  key: 'service-app',
  token: 'service-app',
  'granted-scopes': 'service-app',
  'token-life': 'service-app',
  log: 'service-app',
  'api-token': 'api-token',
  owner: 'api-token',
}

const WORST_FIRST: readonly FindingStatus[] = [
  'failed',
  'warning',
  'unknown',
  'information',
  'ok',
  'skipped',
]

/** The names of the checks that a try makes, in their order. */
export function checksOf(method: Method): readonly string[] {
  return Object.keys(checkNames).filter((name) => (ONLY[name] ?? method) === method)
}

/**
 * A row for each check. One that came to nothing worth a finding, or that this page does not know, is told by those behind
 * it: rows without findings before the last one that has some are left out.
 */
export function checkRows(method: Method, findings: readonly Finding[]): readonly CheckRow[] {
  const known = checksOf(method)
  const names = [...new Set([...known, ...findings.map(({ check }) => check)])]
  const rows = names.map((check) => {
    const own = findings.filter((finding) => finding.check === check)
    const status = WORST_FIRST.find((worst) => own.some((finding) => finding.status === worst))
    // A remark on what is good leaves it good.
    const isGood = status === 'information' && own.some((finding) => finding.status === 'ok')
    return { check, findings: own, status: isGood ? ('ok' as const) : status }
  })
  const last = rows.findLastIndex((row) => row.findings.length > 0)
  return rows.filter((row, index) => row.findings.length > 0 || index > last)
}
