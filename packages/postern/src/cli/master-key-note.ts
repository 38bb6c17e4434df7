/** @module What the operator is told once: where the master key of a new store is. */

import { showPlain, tell } from './output.ts'

/** Tells of the file that was made for a new store, if one was. */
export function tellMasterKey(madeFile: string | undefined): void {
  if (madeFile === undefined) return
  tell(`A master key was made: ${showPlain(madeFile)}. Without it nothing that is kept opens.`)
  tell('Keep a copy of it, apart from the backups.')
}
