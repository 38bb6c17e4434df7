/** @module `postern demo` as a process of its own, until the test stops it. */

import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Shown } from '../../src/cli/commands/demo/walk.ts'
import type { Place, RunResult } from './run.ts'

/** A demo that has shown everything and runs on. */
export interface StartedDemo extends Shown {
  readonly pid: number
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<RunResult>
}

/** Starts a demo and waits until it has shown everything. Ends with the test. */
export function startDemo(place: Place, args: readonly string[]): Promise<StartedDemo> {
  return new Promise((resolve, reject) => {
    let child: ChildProcess | undefined
    let printed = ''
    const all = ['demo', '--port', '0', '--output', 'json', '--data', place.path('demo'), ...args]
    const ended = place.run(all, {
      onStart: (started) => {
        child = started as ChildProcess
      },
      onOutput: (text) => {
        printed += text
        if (printed.endsWith('\n')) resolve({ ...JSON.parse(printed), pid: child?.pid ?? 0, stop })
      },
    })
    const stop = (signal: NodeJS.Signals) => {
      child?.kill(signal)
      return ended
    }
    onTestFinished(async () => {
      await stop('SIGKILL')
    })
    ended.then(({ stderr }) => reject(new Error(`postern demo ended: ${stderr}`)), reject)
  })
}

/** The lines that a feed of a demo has written, in their order. */
export function linesOf(records: string, feed: string): readonly string[] {
  const folder = join(records, feed)
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
}
