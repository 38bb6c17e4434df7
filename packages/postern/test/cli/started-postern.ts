/** @module `postern start` as a process of its own, until the test stops it. */

import { onTestFinished } from 'vitest'
import type { Place, RunOptions, RunResult } from './run.ts'

/** A server that runs. */
export interface StartedPostern {
  /** What it printed when it ran. */
  readonly printed: {
    readonly url: string
    readonly pid: number
    readonly dataDir: string
    readonly store: string
  }
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<RunResult>
}

/** Starts a server on a free port and waits until it runs. Ends with the test. */
export function startPostern(
  place: Place,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: Pick<RunOptions, 'timeoutMs'> = {},
): Promise<StartedPostern> {
  return new Promise((resolve, reject) => {
    let child: { kill(signal: NodeJS.Signals): void } | undefined
    let printed = ''
    const ended = place.run(['start', '--port', '0', '--output', 'json', ...args], {
      ...options,
      env,
      onStart: (started) => {
        child = started
      },
      onOutput: (text) => {
        printed += text
        if (!printed.endsWith('\n')) return
        resolve({ printed: JSON.parse(printed), stop })
      },
    })
    const stop = (signal: NodeJS.Signals) => {
      child?.kill(signal)
      return ended
    }
    onTestFinished(async () => {
      await stop('SIGKILL')
    })
    ended.then(({ stderr }) => reject(new Error(`postern start ended: ${stderr}`)), reject)
  })
}
