/** @module Tries a connection out before it is kept or changed, and says what the findings mean. */

import { diagnose, type Finding, isProblem, type OrgUrl } from '@postern/core'
import type { Connection, ConnectionValues } from '../config/connection.ts'
import { connectionTexts } from '../config/connection-texts.ts'
import { isProbablePrime } from '../http/primes.ts'
import type { DoctorResult } from '../store/connection-settings.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { ConnectionsContext } from './context.ts'
import { connectionUnusable } from './stored-connection-error.ts'

/** What whoever waits for the doctor may say. */
export interface TrialOptions {
  /** Told of each finding as soon as it is there. */
  readonly onFinding?: ((finding: Finding) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

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
  { onFinding, signal }: TrialOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
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

/** The scopes of a connection that names none, until the doctor has found them. */
export async function leaveToDoctor(): Promise<readonly string[]> {
  return []
}

/** The credential with the scopes that the doctor found where none were named. */
export function withFoundScopes(
  credential: Connection['credential'],
  findings: readonly Finding[],
): Connection['credential'] {
  if (credential.kind === 'api-token' || credential.scopes.length > 0) return credential
  const found = findings.find(({ code }) => code === 'scopes_found')?.details['scopes']
  return Array.isArray(found) ? { ...credential, scopes: found } : credential
}

/**
 * Refuses a connection that nothing at all can be done with: that does not sign in, has no scope, or sees nothing of what it
 * is for. A resource that is refused while others can be read is a problem to be told, and no reason not to keep it.
 *
 * @throws {StoredConnectionError} `connection_unusable`; forced, only where there is no scope to ask for.
 */
export function requireUsable(
  name: string,
  { force = false, ...of }: TrialOutcome & { readonly force?: boolean | undefined },
): void {
  if (hasScopes(of) && (force || signsInAndReads(of.findings, of.credential.kind))) return
  throw connectionUnusable(name, of.findings.filter(isProblem))
}

/** What came of a trial. */
export interface TrialOutcome {
  readonly credential: Connection['credential']
  readonly findings: readonly Finding[]
}

/** `ok`: nothing is wrong; `warning`: it can be used and something is wrong; `failed`: nothing can be done with it. */
export type TrialVerdict = 'ok' | 'warning' | 'failed'

/** What the findings mean for whoever may keep the connection or not. */
export function verdictOf(of: TrialOutcome): TrialVerdict {
  if (!hasScopes(of) || !signsInAndReads(of.findings, of.credential.kind)) return 'failed'
  return of.findings.some(isProblem) ? 'warning' : 'ok'
}

function hasScopes({ credential }: TrialOutcome): boolean {
  return credential.kind === 'api-token' || credential.scopes.length > 0
}

function signsInAndReads(findings: readonly Finding[], kind: ConnectionRow['kind']): boolean {
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
  const at = now.toISOString()
  const result = { status: statusOf(problems), at, problems: [...new Set(codes)] }
  const names = findings.flatMap(({ details }) => details['assignedRoles'] ?? []).map(String)
  const isTold = findings.some(({ details }) => details['assignedRoles'] !== undefined)
  return isTold ? { ...result, roles: { names, at } } : result
}

function statusOf(problems: readonly Finding[]): DoctorResult['status'] {
  if (problems.length === 0) return 'ok'
  return problems.some(({ status }) => status === 'failed') ? 'failed' : 'warning'
}
