/** @module What a person is told of while an org is called: what changed, and what is tried again. */

import type { OrgStep, TokenStep } from '@postern/core'
import { showPlain, tell } from './output.ts'

/** Tells a person of a step of a token request that they should know of while waiting. */
export function tellTokenStep(step: TokenStep): void {
  switch (step.step) {
    case 'refused':
      if (step.cure === 'switch-dpop-on') tell('The app requires DPoP: on, and remembered.')
      if (step.cure === 'correct-clock')
        tell("This clock differs from the org's: its Date is used.")
      if (step.cure === 'shorten-lifetime')
        tell('The assertion lived too long: the next is shorter.')
      break
    case 'failed':
      if (step.waitMs !== undefined) tellRepeat(step.error.message, step.waitMs)
      break
    case 'request':
    case 'granted':
    case 'renewal-failed':
      break
  }
}

/** Tells a person of an attempt that brought nothing, and is followed by another. */
export function tellOrgStep({ error, waitMs }: OrgStep): void {
  if (waitMs === undefined) return
  if (error.code === 'rate_limited') tell(`${showPlain(error.message)} Waiting for the reset.`)
  else tellRepeat(error.message, waitMs)
}

function tellRepeat(message: string, waitMs: number): void {
  tell(`${showPlain(message)} Trying again in ${Math.ceil(waitMs / 1_000)} s.`)
}
