/** @module What a demo prints: steps with the command that does the same, what came of them, and a line while one works. */

import { formatDuration } from '../../duration.ts'
import { paint, setStatus } from '../../output.ts'

/** Where a demo tells what it does. */
export interface Told {
  /** A step: numbered where there is a command by which a person does the same. */
  step(title: string, command?: string): void
  /** A line below it. */
  line(text: string): void
  /** A line that is there while something works; only on a terminal. */
  working(text: string | undefined): void
}

/** Tells people, on stdout. */
export function tellPeople(): Told {
  const print = (text: string) => process.stdout.write(`${text}\n`)
  let steps = 0
  const isLive = process.stderr.isTTY === true
  return {
    step: (title, words) => {
      const shown = words === undefined ? title : `${++steps}. ${title}`
      print(`\n${paint('bold', shown, process.stdout)}`)
      if (words !== undefined) print(paint('cyan', `  $ postern ${words}`, process.stdout))
    },
    line: (text) => print(text === '' ? '' : `  ${text}`),
    working: (text) => {
      if (isLive) setStatus(text === undefined ? undefined : paint('dim', `  ${text}`))
    },
  }
}

/** Tells nobody: for programs, which get the outcome at the end. */
export const tellNobody: Told = {
  step: () => undefined,
  line: () => undefined,
  working: () => undefined,
}

/** Runs some work and gives how long it took, in words. */
export async function timed<Value>(
  nowMs: () => number,
  work: () => Promise<Value>,
): Promise<readonly [value: Value, took: string]> {
  const startMs = nowMs()
  const value = await work()
  return [value, formatDuration(nowMs() - startMs)]
}
