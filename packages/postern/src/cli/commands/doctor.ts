/** @module `postern doctor`: what is wrong with a connection, told as it is found, and repaired where that was asked for. */

import {
  type ConnectionTexts,
  type Credential,
  type DiagnoseOptions,
  diagnose,
  type Finding,
  isProblem,
  Org,
  type OrgUrl,
  OrgUrlError,
  parseOrgUrl,
  type Secret,
} from '@postern/core'
import { connectionTexts } from '../../config/connection-texts.ts'
import { readSecretText, requireOneFromStdin } from '../../config/secret-reference.ts'
import { UsageError } from '../../config/usage-error.ts'
import { parseWanted } from '../../config/wanted-scopes.ts'
import { isProbablePrime } from '../../http/primes.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { readConnectionValues } from '../connection-values.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openTransport } from '../open-transport.ts'
import { FindingPrinter } from './doctor-output.ts'

/** The flags of `doctor`, as they were typed. */
export interface DoctorFlags extends ConnectionFlags {
  readonly for?: string
  /** A connection that is kept. */
  readonly admin?: string
  readonly adminToken?: string
  readonly fix?: true
  readonly yes?: true
}

/** Diagnoses a connection; the exit code tells whether there is a problem. */
export async function doctor(
  flags: DoctorFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  requireSense(flags)
  const values = await readConnectionValues(flags)
  const connection = connectionTexts(values)
  requireSomething(connection)
  const adminToken = await readSecretText(flags.adminToken, '--admin-token', {
    env: process.env,
    stdin: process.stdin,
  })
  const settings = settingsOf(flags, { connection, adminToken, signal })
  let findings = await examine(settings, options)
  if (flags.fix && settings.admin !== undefined && findings.some(isProblem)) {
    const { repairFindings } = await import('./doctor-fix.ts')
    const { admin, customDomains = [] } = settings
    const yes = flags.yes === true
    const repairs = { admin, values, customDomains, yes, signal }
    if (await repairFindings(findings, repairs)) findings = await examine(settings, options)
  }
  if (findings.some(isProblem)) process.exitCode = exitCodes.problemsFound
}

/** Refuses flags that do not go together, before anything is read. */
function requireSense(flags: DoctorFlags): void {
  const { key, passphrase, apiToken, adminToken, fix, yes } = flags
  requireOneFromStdin({
    '--key': key,
    '--passphrase': passphrase,
    '--api-token': apiToken,
    '--admin-token': adminToken,
  })
  if (fix && adminToken === undefined) {
    throw new UsageError('usage_invalid', '--fix is given without --admin-token.', {
      remedy:
        "Give a Super Admin's API token with --admin-token env:NAME: repairs are made with it.",
    })
  }
  if (yes && !fix) {
    throw new UsageError('usage_invalid', '--yes is given without --fix.', {
      remedy: 'Give --fix, whose questions --yes answers, or leave --yes out.',
    })
  }
}

function requireSomething({ orgUrl, clientId, key, apiToken }: ConnectionTexts): void {
  if ([orgUrl, clientId, key, apiToken].some((value) => value !== undefined)) return
  throw new UsageError('usage_invalid', 'There is nothing to look at: no value of a connection.', {
    remedy:
      'Give --org, --client-id, --key and --scopes; or --org and --api-token; or --from-env with what Okta’s own tools read.',
  })
}

interface Given {
  readonly connection: ConnectionTexts
  readonly adminToken: Secret | undefined
  readonly signal: AbortSignal
}

function settingsOf(flags: DoctorFlags, given: Given): DiagnoseOptions {
  const { connection, adminToken, signal } = given
  const customDomains = flags.allowDomain ?? []
  const org = orgOf(connection.orgUrl, customDomains)
  // An org on this machine is the operator's own word; no other address of this machine is.
  const transport = openTransport(org)
  const common = { customDomains, transport, dev: true }
  const admin =
    org === undefined || adminToken === undefined
      ? {}
      : { admin: new Org({ ...common, url: org, credential: adminCredential(adminToken) }) }
  const wants = flags.for === undefined ? {} : { wants: parseWanted(flags.for) }
  return {
    ...common,
    connection,
    isProbablePrime,
    signal,
    ...admin,
    ...wants,
  }
}

/** The org, where its URL is one: what is wrong with it otherwise is for the doctor to say. */
function orgOf(orgUrl = '', customDomains: readonly string[]): OrgUrl | undefined {
  try {
    return parseOrgUrl(orgUrl, { customDomains, dev: true }).org
  } catch (error) {
    if (error instanceof OrgUrlError) return undefined
    throw error
  }
}

function adminCredential(apiToken: Secret): Credential {
  return { kind: 'api-token', apiToken }
}

async function examine(settings: DiagnoseOptions, options: GlobalOptions): Promise<Finding[]> {
  const printer = new FindingPrinter(options.output)
  const findings: Finding[] = []
  for await (const finding of diagnose(settings)) {
    findings.push(finding)
    printer.print(finding)
  }
  await printer.end(findings)
  return findings
}
