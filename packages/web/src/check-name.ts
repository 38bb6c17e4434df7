/** @module What the checks of the doctor are called on a page. */

import { checkNames } from './texts/trial.ts'

/** What a check looks at, in a word or three. */
export function nameOfCheck(check: string): string {
  return Object.hasOwn(checkNames, check) ? checkNames[check as keyof typeof checkNames] : check
}
