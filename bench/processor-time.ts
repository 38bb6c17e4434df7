/** @module The processor time that a PostgreSQL server takes: of all of its processes, as Linux tells it in hundredths of a second. */

import { readdirSync, readFileSync } from 'node:fs'

/** The process that started the one with this id. */
export function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1])
}

/** Milliseconds of processor time of a process, of those it started, and of those of them that have ended. */
export function processorMs(pid: number): number {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((other) => other > 0 && parentOf(other) === pid)
  return timesOf(pid, 4) + children.reduce((sum, child) => sum + timesOf(child, 2), 0)
}

/** Its own time in the mode of users and of the system, and behind that the times of those that have ended. */
function timesOf(pid: number, count: 2 | 4): number {
  const times = statOf(pid)?.slice(11, 11 + count) ?? []
  return times.reduce((sum, hundredths) => sum + Number(hundredths) * 10, 0)
}

/** What stands behind the name in `/proc/PID/stat`; undefined where the process has ended. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
  } catch {
    return undefined
  }
}
