/** @module The org that a path of the control API names. */

import type { Emulator, RunningOrg } from '../running-org.ts'
import { SetupError } from '../setup-error.ts'

/**
 * The org of a name.
 *
 * @throws {SetupError} `org_unknown`, naming those that run.
 */
export function requireOrg({ orgs }: Emulator, name: string): RunningOrg {
  const running = orgs.get(name)
  if (running !== undefined) return running
  throw new SetupError(
    'org_unknown',
    `No org ${JSON.stringify(name.slice(0, 80))} runs here.`,
    `Name one of ${[...orgs.keys()].join(', ')}.`,
  )
}
