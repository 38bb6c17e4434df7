/** @module Tries a connection out before it is kept or changed, and says what the findings mean. */

import { diagnose, type Finding, isProblem, type OrgUrl } from '@postern/core'
import type { ConnectionValues } from '../config/connection.ts'
import { connectionTexts } from '../config/connection-texts.ts'
import { isProbablePrime } from '../http/primes.ts'
import type { DoctorResult } from '../store/connection-settings.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { ConnectionsContext } from './context.ts'

/** What is tried out. */
export interface Trial {
  readonly org: OrgUrl
  readonly values: ConnectionValues
  readonly wants: readonly string[] | undefined
}

/** Lets the doctor look at values that are not kept yet. @throws the reason of `signal`. */
export async function tryOut(
  { openTransport, clock, dev, customDomains }: ConnectionsContext,
  { org, values, wants }: Trial,
  options: {
    readonly onFinding?: ((finding: Finding) => void) | undefined
    readonly signal?: AbortSignal | undefined
  },
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const { onFinding, signal } = options
  const diagnosis = diagnose({
    connection: connectionTexts(values),
    customDomains: await customDomains(),
    dev,
    transport: openTransport(org),
    clock,
    isProbablePrime,
    ...(wants === undefined ? {} : { wants }),
    ...(signal === undefined ? {} : { signal }),
  })
  for await (const finding of diagnosis) {
    findings.push(finding)
    onFinding?.(finding)
  }
  return findings
}

/**
 * Whether anything at all can be done with a connection: it signs in, and what it is for is not hidden altogether. A
 * resource that is refused while others can be read is a problem to be told, and no reason not to keep the connection.
 */
export function isUsable(findings: readonly Finding[], kind: ConnectionRow['kind']): boolean {
  const signIn = kind === 'service-app' ? 'token' : 'owner'
  const signsIn = findings.some(({ check, status }) => check === signIn && status === 'ok')
  const isRefused = findings.some(({ check, status }) => check === 'reading' && status === 'failed')
  const readsNothing = findings.some(({ details }) => details['missing'] === 'reading')
  return signsIn && !(isRefused && readsNothing)
}

/** What is kept of the doctor's findings. */
export function resultOf(findings: readonly Finding[], now: Date): DoctorResult {
  const problems = findings.filter(isProblem)
  const codes = problems.flatMap(({ code }) => (code === undefined ? [] : [code]))
  return { status: statusOf(problems), at: now.toISOString(), problems: [...new Set(codes)] }
}

function statusOf(problems: readonly Finding[]): DoctorResult['status'] {
  if (problems.length === 0) return 'ok'
  return problems.some(({ status }) => status === 'failed') ? 'failed' : 'warning'
}
