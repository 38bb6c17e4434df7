/** @module `postern doctor NAME`: a connection that is kept, looked at where it is kept. */

import { type Finding, isProblem } from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalOptions } from '../global-options.ts'
import { useKept } from '../kept-connection.ts'
import type { DoctorFlags } from './doctor.ts'
import { FindingPrinter } from './doctor-output.ts'

/** Diagnoses a kept connection; the exit code tells whether there is a problem. */
export async function examineKept(
  name: string,
  flags: DoctorFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  requireNoAdmin(flags)
  const printer = new FindingPrinter(options.output)
  const findings = await useKept(name, { ...options, signal }, async (api, path) => {
    const found: Finding[] = []
    for await (const finding of api.stream<Finding, unknown>('POST', `${path}/doctor`)) {
      found.push(finding)
      printer.print(finding)
    }
    return found
  })
  await printer.end(findings)
  if (findings.some(isProblem)) process.exitCode = exitCodes.problemsFound
}

function requireNoAdmin({ adminToken, fix, for: purpose }: DoctorFlags): void {
  const given = Object.entries({ '--admin-token': adminToken, '--fix': fix, '--for': purpose })
  const flags = given.flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (flags.length === 0) return
  throw new UsageError('usage_invalid', `${flags.join(' and ')} with the name of a connection.`, {
    remedy: 'Leave it out, or give the connection itself: --org, --client-id, --key.',
  })
}
