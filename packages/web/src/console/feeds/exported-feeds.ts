/** @module Feeds and runs as a spreadsheet has them. */

import type { CsvColumn } from '../parts/csv.ts'
import type { Feed, Run } from './feed.ts'

/** The columns of feeds, by the names of the API. */
export const exportedFeedColumns: readonly CsvColumn<Feed>[] = [
  ['name', ({ name }) => name],
  ['state', ({ state }) => state],
  ['connection', ({ connection }) => connection],
  ['input', ({ input }) => input],
  ['cron', ({ cron }) => cron],
  ['timezone', ({ timezone }) => timezone],
  ['sinks', ({ sinks }) => sinks.map(({ name }) => name).join(' ')],
  ['lagSeconds', ({ lagSeconds }) => lagSeconds?.toString()],
  ['gaps', ({ gaps }) => String(gaps)],
  ['deadLetters', ({ deadLetters }) => String(deadLetters)],
  ['upToDateAt', ({ upToDateAt }) => upToDateAt],
  ['nextRun', ({ nextRuns }) => nextRuns[0]],
]

/** The columns of runs, by the names of the API. */
export const exportedRunColumns: readonly CsvColumn<Run>[] = [
  ['id', ({ id }) => id],
  ['startedAt', ({ startedAt }) => startedAt],
  ['endedAt', ({ endedAt }) => endedAt],
  ['trigger', ({ trigger }) => trigger],
  ['outcome', ({ outcome }) => outcome],
  ['records', ({ report }) => String(report.records)],
  ['emitted', ({ report }) => String(report.emitted)],
  ['batches', ({ report }) => String(report.batches)],
  ['requests', ({ report }) => String(report.requests)],
  ['waitedMs', ({ report }) => String(report.waitedMs)],
  ['error', ({ report }) => report.error?.code],
]
