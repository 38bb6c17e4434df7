/** @module What a person is told while a token is got. */

import type { TokenStep } from '@postern/core'
import { showPlain, tell } from './output.ts'

/** Tells a person of a step that they should know of while waiting. */
export function tellStep(step: TokenStep): void {
  switch (step.step) {
    case 'refused':
      if (step.cure === 'switch-dpop-on') tell('The app requires DPoP: on, and remembered.')
      if (step.cure === 'correct-clock')
        tell("This clock differs from the org's: its Date is used.")
      if (step.cure === 'shorten-lifetime')
        tell('The assertion lived too long: the next is shorter.')
      break
    case 'failed':
      if (step.waitMs !== undefined) {
        tell(
          `${showPlain(step.error.message)} Trying again in ${Math.ceil(step.waitMs / 1_000)} s.`,
        )
      }
      break
    case 'request':
    case 'granted':
    case 'renewal-failed':
      break
  }
}
