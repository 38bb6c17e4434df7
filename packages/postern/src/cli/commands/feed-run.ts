/** @module `postern feed run`, `verify` and `preview`: what a feed does now. */

import { systemClock } from '@postern/core'
import { formatCountOf } from '../count.ts'
import { formatDuration } from '../duration.ts'
import { exitCodeOfRun } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openApi } from '../open-api.ts'
import { printData, tell, tellProblem } from '../output.ts'
import { showProgress } from '../progress.ts'
import { openRecordOutput } from '../record-output.ts'
import { describeRun, type Run, routeOf } from './feed-output.ts'

/** How far a run is, as the API tells it. */
interface Progress {
  readonly records: number
  readonly remaining?: number
  readonly spoolRecords: number
}

/** Runs a feed in the foreground; the exit code tells how it ended. */
export async function runFeed(
  { name, verb }: { readonly name: string; readonly verb: 'run' | 'verify' },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const startMs = systemClock.monotonicMs()
  let progress: Progress = { records: 0, spoolRecords: 0 }
  const hideProgress = showProgress(() => ({
    what: 'records',
    records: progress.records,
    remaining: progress.remaining,
    elapsedMs: systemClock.monotonicMs() - startMs,
    allowedMs: 0,
  }))
  try {
    const told = api.stream<Progress, { readonly run: Run; readonly verified?: string }>(
      'POST',
      `${routeOf(name)}/${verb}`,
      {},
    )
    let step = await told.next()
    for (; !step.done; step = await told.next()) progress = step.value
    hideProgress()
    const { run, verified } = step.value
    const text = () => [describeRun(run), verified ?? []].flat().join('\n')
    await printData(step.value, { format: options.output, text })
    tellReport(run, systemClock.monotonicMs() - startMs)
    process.exitCode = exitCodeOfRun(run.outcome, run.report.error?.code)
  } finally {
    hideProgress()
  }
}

/** Prints the first records of a feed. */
export async function previewFeed(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const { records } = await api.call<{ readonly records: readonly string[] }>(
    'POST',
    `${routeOf(name)}/preview`,
    {},
  )
  const output = openRecordOutput({ format: options.output, columns: [] })
  await output.write(records.map((record) => Buffer.from(record)))
  await output.end()
  tell(`${formatCountOf(records.length, 'records')}; nothing was written or kept.`)
}

function tellReport({ report }: Run, elapsedMs: number): void {
  const waited = report.waitedMs < 100 ? '' : `, ${formatDuration(report.waitedMs)} of it waiting`
  const passedOn = formatCountOf(report.emitted, 'records')
  const requests = formatCountOf(report.requests, 'requests')
  tell(`${passedOn} passed on in ${formatDuration(elapsedMs)}${waited}, ${requests}`)
  for (const note of report.notes) tell(note)
  const { error } = report
  if (error !== undefined) tellProblem(error.message, error.remedy, error.code)
}
