/** @module `postern doctor NAME`: a connection that is kept, looked at where it is kept. */

import { type Finding, isProblem } from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import { readAdminBody } from '../admin-body.ts'
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
  requireSense(flags)
  const admin = await readAdminBody(flags)
  const body = { ...admin, wants: flags.for }
  const findings = await useKept(name, { ...options, signal }, async (api, path) => {
    const examine = async () => {
      const printer = new FindingPrinter(options.output)
      const found: Finding[] = []
      for await (const finding of api.stream<Finding, unknown>('POST', `${path}/doctor`, body)) {
        found.push(finding)
        printer.print(finding)
      }
      await printer.end(found)
      return found
    }
    const before = await examine()
    if (!flags.fix || !before.some(isProblem)) return before
    const { offerRepairs } = await import('./doctor-fix.ts')
    const repaired = await offerRepairs(before, {
      yes: flags.yes === true,
      signal,
      publicJwk: undefined,
      apply: async ({ code, details: { scopes, roles } }) => {
        await api.call('POST', `${path}/repair`, { ...admin, finding: code, scopes, roles })
      },
    })
    return repaired ? examine() : before
  })
  if (findings.some(isProblem)) process.exitCode = exitCodes.problemsFound
}

function requireSense({ admin, adminToken, fix, yes }: DoctorFlags): void {
  if (fix === true && admin === undefined && adminToken === undefined) {
    throw new UsageError('usage_invalid', '--fix is given without an administrator.', {
      remedy: 'Give --admin NAME or --admin-token env:NAME with it: repairs are made as they.',
    })
  }
  if (yes === true && fix === undefined) {
    throw new UsageError('usage_invalid', '--yes is given without --fix.', {
      remedy: 'Give --fix, whose questions --yes answers, or leave --yes out.',
    })
  }
}
