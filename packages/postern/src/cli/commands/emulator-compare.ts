/** @module `postern emulator compare`: a real org held against the emulator, by questions that change nothing. */

import { unlink } from 'node:fs/promises'
import { systemClock } from '@postern/core'
import type { ConnectionFlags } from '../connection-flags.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openConnection } from '../open-connection.ts'
import { openTransport } from '../open-transport.ts'
import { paint, printData, tell } from '../output.ts'
import { compareOrg } from './emulator-compare/comparison.ts'
import type { Probe } from './emulator-compare/probe.ts'
import { probes } from './emulator-compare/registry.ts'
import {
  formatReport,
  openReportFile,
  type Report,
  writeReport,
} from './emulator-compare/report.ts'
import { Subject } from './emulator-compare/subject.ts'

/** The flags of `emulator compare`, as they were typed. */
export interface CompareFlags extends ConnectionFlags {
  readonly out?: string
}

/** Asks an org every question that the emulator leaves open and reading can answer; prints, and saves, what differs. */
export async function compare(
  flags: CompareFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { org: url, credential } = await openConnection(flags)
  signal.throwIfAborted()
  const file = flags.out === undefined ? undefined : await openReportFile(flags.out)
  try {
    const subject = new Subject({
      url,
      credential,
      signal,
      clock: systemClock,
      transport: openTransport(url),
      customDomains: flags.allowDomain ?? [],
    })
    const report: Report = {
      report: 'postern emulator compare',
      signedInWith: credential.kind,
      comparisons: await compareOrg(subject, tellProbe),
    }
    if (file !== undefined) await writeReport(file, report)
    await printData(report, { format: options.output, text: () => formatReport(report) })
  } catch (error) {
    await file?.close().catch(() => undefined)
    if (flags.out !== undefined) await unlink(flags.out).catch(() => undefined)
    throw error
  }
  tell('The report has no name, id, address, host or token of the org in it.')
}

function tellProbe({ assumption, asks }: Probe, index: number): void {
  tell(`${paint('dim', `${index + 1}/${probes.length}`)} ${assumption}: ${asks}`)
}
