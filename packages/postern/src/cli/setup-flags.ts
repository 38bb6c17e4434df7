/** @module The flags that say what the app of a setup shall be. */

import { type OrgUrl, parseOrgUrl } from '@postern/core'
import type { PlanRequest } from '../config/setup-plan.ts'
import { warn } from './output.ts'

/** The flags of a plan, as they were typed. */
export interface PlanFlags {
  readonly name: string
  readonly org?: string
  readonly bundle?: string
  readonly scopes?: string
  readonly role?: readonly string[]
  readonly via?: string
  readonly keys?: string
  readonly jwksUrl?: string
  /** False for `--no-dpop`. */
  readonly dpop: boolean
  readonly label?: string
}

/** What the flags ask for. */
export function planRequestOf(flags: PlanFlags): PlanRequest {
  const { name, org, bundle, scopes, role, via, keys, jwksUrl, dpop, label } = flags
  return { name, orgUrl: org, bundle, scopes, roles: role, via, keys, jwksUrl, dpop, label }
}

/** The org of the flags; what was changed in the text goes to stderr. */
export function parseOrgFlag(text: string | undefined): OrgUrl {
  // A command of the operator's may talk to a loopback org, and says so.
  const { org, warnings } = parseOrgUrl(text ?? '', { dev: true })
  for (const { code, message } of warnings) warn(code, `Org URL: ${message}`)
  return org
}
