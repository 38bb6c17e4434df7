/** @module What the operator is told at the start: where the master key of a new store is, and that another one does not open it. */

import type { SealState } from '../store/master-keys.ts'
import { showPlain, tell, tellProblem } from './output.ts'

/** Tells of the file that was made for a new store, if one was. */
export function tellMasterKey(madeFile: string | undefined): void {
  if (madeFile === undefined) return
  tell(`A master key was made: ${showPlain(madeFile)}. Without it nothing that is kept opens.`)
  tell('Keep a copy of it, apart from the backups.')
}

/** Tells why a store is locked, where it is: a server starts all the same, and hands out nothing. */
export function tellLocked(state: SealState): void {
  if (state.status === 'locked') tellProblem(state.observed, state.remedy, 'seal_locked')
}
