/** @module The repairs of what a doctor found: each is shown and asked about, then made with the admin's credential. */

import {
  type Finding,
  findRepair,
  isProblem,
  type Org,
  PosternError,
  PrivateKey,
  type PublicJwk,
  type Repair,
  type RepairNeeds,
} from '@postern/core'
import { type ConnectionValues, parseConnection } from '../../config/connection.ts'
import { UsageError } from '../../config/usage-error.ts'
import { isProbablePrime } from '../../http/primes.ts'
import { paint, showPlain, tell, tellProblem } from '../output.ts'

/** What repairs are made with. */
export interface RepairOptions {
  readonly admin: Org
  readonly values: ConnectionValues
  readonly customDomains: readonly string[]
  /** Whether every repair is made without a question. */
  readonly yes: boolean
  readonly signal: AbortSignal
}

/**
 * Offers a repair for each finding that has one, in the order of the findings.
 *
 * @returns whether anything was repaired.
 * @throws {UsageError} where there is nobody to ask.
 */
export async function repairFindings(
  findings: readonly Finding[],
  { admin, values, customDomains, yes, signal }: RepairOptions,
): Promise<boolean> {
  if (offersOf(findings).length === 0) return tellNothing()
  const { credential } = await parseConnection(values, { customDomains, isProbablePrime })
  if (credential.kind !== 'service-app') {
    tell('Repairs are for service apps: the owner of an API token is for a person to put right.')
    return false
  }
  const { clientId, key } = credential
  const publicJwk = key instanceof PrivateKey ? key.publicJwk : undefined
  return offerRepairs(findings, {
    yes,
    signal,
    publicJwk,
    apply: (_finding, repair, needs) => repair.apply(admin, clientId, needs),
  })
}

/** How repairs are offered, and made. */
export interface OfferOptions {
  readonly yes: boolean
  readonly signal: AbortSignal
  /** The public half of the connection's key, to be named; absent where it is not known here. */
  readonly publicJwk: PublicJwk | undefined
  readonly apply: (finding: Finding, repair: Repair, needs: RepairNeeds) => Promise<void>
}

/** Offers each repair, and makes those that are wanted. @returns whether anything was repaired. */
export async function offerRepairs(
  findings: readonly Finding[],
  options: OfferOptions,
): Promise<boolean> {
  const offers = offersOf(findings)
  if (offers.length === 0) return tellNothing()
  let repaired = false
  for (const { finding, repair } of offers) {
    const needs = needsOf(finding, options.publicJwk, options.signal)
    if (!(await isWanted(repair, needs, options))) continue
    try {
      await options.apply(finding, repair, needs)
      repaired = true
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      tellProblem(error.message, error.remedy, error.code)
    }
  }
  return repaired
}

function offersOf(findings: readonly Finding[]) {
  return findings.filter(isProblem).flatMap((finding) => {
    const repair = findRepair(finding.code)
    return repair === undefined ? [] : [{ finding, repair }]
  })
}

function tellNothing(): false {
  tell('There is nothing that can be repaired from here.')
  return false
}

function needsOf(
  { details }: Finding,
  publicJwk: PublicJwk | undefined,
  signal: AbortSignal,
): RepairNeeds {
  return {
    scopes: textsOf(details['scopes']),
    roles: textsOf(details['roles']),
    ...(publicJwk === undefined ? {} : { publicJwk }),
    signal,
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}

async function isWanted(
  repair: Repair,
  needs: RepairNeeds,
  { yes, signal }: OfferOptions,
): Promise<boolean> {
  const deed = showPlain(repair.describe(needs))
  if (yes) {
    tell(`${paint('bold', 'repair')} ${deed}.`)
    return true
  }
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError('usage_invalid', 'There is a repair, and nobody to ask about it.', {
      remedy: `Give --yes, which does it without a question: ${deed}.`,
    })
  }
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: `${deed}?`, output: process.stderr, signal })
  signal.throwIfAborted()
  return !isCancel(answer) && answer
}
