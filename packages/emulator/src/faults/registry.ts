/** @module Every fault, in the order of the documentation. */

import { suggestNames } from '../nearest-names.ts'
import { SetupError } from '../setup-error.ts'
import { apiTokenFaults } from './api-tokens.ts'
import { appFaults } from './apps.ts'
import { bodyFaults } from './bodies.ts'
import type { Fault } from './fault.ts'
import { grantFaults } from './grants-and-roles.ts'
import { keyUrlFaults } from './key-urls.ts'
import { keyFaults } from './keys.ts'
import { limitFaults } from './limits.ts'
import { orgFaults } from './orgs.ts'
import { outageFaults } from './outages.ts'
import { pageFaults } from './pages.ts'
import { tokenFaults } from './tokens.ts'

/** The faults. docs/emulator.md lists them. */
export const faults: readonly Fault[] = [
  ...keyFaults,
  ...keyUrlFaults,
  ...appFaults,
  ...grantFaults,
  ...tokenFaults,
  ...apiTokenFaults,
  ...orgFaults,
  ...limitFaults,
  ...outageFaults,
  ...bodyFaults,
  ...pageFaults,
]

/**
 * The fault of a name.
 *
 * @throws {SetupError} `fault_unknown`, naming the nearest ones.
 */
export function findFault(name: string): Fault {
  const fault = faults.find((known) => known.name === name)
  if (fault !== undefined) return fault
  const names = faults.map((known) => known.name)
  throw new SetupError(
    'fault_unknown',
    `There is no fault ${JSON.stringify(name.slice(0, 60))}.`,
    `${suggestNames(name, names)}Run postern emulator --list-faults, which shows all ${names.length}.`,
  )
}
