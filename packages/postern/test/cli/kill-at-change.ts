/** @module Ends a command at an exact moment: when the emulated org has done the n-th thing that the command asked of it. */

import type { RunningOrg } from '@postern/emulator'

/** A process that can be ended. */
export interface Victim {
  kill(signal: 'SIGKILL'): void
}

/**
 * Kills as soon as the org has made so many changes of apps, keys, grants and roles: it has done them, and the command
 * never hears so.
 *
 * @returns takes the process to be killed.
 */
export function killAtChange({ org }: RunningOrg, count: number): (victim: Victim) => void {
  const { ledger } = org
  const add = ledger.addChange.bind(ledger)
  const kinds = ['app', 'grant', 'key', 'role', 'binding']
  let seen = 0
  let victim: Victim | undefined
  ledger.addChange = (change) => {
    add(change)
    if (!kinds.includes(change.what) || ++seen !== count) return
    ledger.addChange = add
    victim?.kill('SIGKILL')
  }
  return (process) => {
    victim = process
  }
}
