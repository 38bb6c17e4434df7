/** @module Runs bench/log-feed-case.ts in a process of its own, in a folder that is gone afterwards. */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What one run prints at its end. */
export interface LogRun {
  readonly events: number
  readonly perSecond: number
  readonly cpuMs: number
  /** The peak of memory above what it was after the first page. */
  readonly grownMb: number
}

/** One run. @throws where it did not get all records. */
export async function runOnce(kind: string, url: string, records: number): Promise<LogRun> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  try {
    const program = fileURLToPath(new URL('log-feed-case.ts', import.meta.url))
    const { stdout } = await run(process.execPath, [
      ...['--conditions=source', program, kind, url, folder],
    ])
    const done: LogRun = JSON.parse(stdout)
    if (done.events === records) return done
    throw new Error(`${kind} gave ${done.events} records of ${records}.`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
