/** @module The repairs of what a doctor found: each is shown and asked about, then made with the admin's credential. */

import {
  type Finding,
  findRepair,
  isProblem,
  type Org,
  PosternError,
  PrivateKey,
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
  options: RepairOptions,
): Promise<boolean> {
  const offers = findings.filter(isProblem).flatMap((finding) => {
    const repair = findRepair(finding.code)
    return repair === undefined ? [] : [{ finding, repair }]
  })
  if (offers.length === 0) {
    tell('There is nothing that can be repaired from here.')
    return false
  }
  const { credential } = await parseConnection(options.values, {
    customDomains: options.customDomains,
    isProbablePrime,
  })
  if (credential.kind !== 'service-app') {
    tell('Repairs are for service apps: the owner of an API token is for a person to put right.')
    return false
  }
  const { clientId, key } = credential
  let repaired = false
  for (const { finding, repair } of offers) {
    const needs = needsOf(finding, key instanceof PrivateKey ? key : undefined, options.signal)
    if (!(await isWanted(repair, needs, options))) continue
    repaired = (await apply(repair, clientId, needs, options)) || repaired
  }
  return repaired
}

function needsOf(
  { details }: Finding,
  key: PrivateKey | undefined,
  signal: AbortSignal,
): RepairNeeds {
  return {
    scopes: textsOf(details['scopes']),
    roles: textsOf(details['roles']),
    ...(key === undefined ? {} : { publicJwk: key.publicJwk }),
    signal,
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}

async function isWanted(
  repair: Repair,
  needs: RepairNeeds,
  { yes, signal }: RepairOptions,
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

async function apply(
  repair: Repair,
  clientId: string,
  needs: RepairNeeds,
  { admin }: RepairOptions,
): Promise<boolean> {
  try {
    await repair.apply(admin, clientId, needs)
    return true
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    tellProblem(error.message, error.remedy, error.code)
    return false
  }
}
