/** @module The plan and the key that a setup works with, from its folder or from its flags. */

import { type PreparedSetup, prepareSetup } from '../../connections/setup.ts'
import type { SetupFolder } from '../../connections/setup-folder.ts'
import { tell } from '../output.ts'
import { type PlanFlags, parseOrgFlag, planOf, requireSamePlan } from './setup-plan.ts'

/** The plan and the key of a folder, made where there is none yet. */
export async function prepare(folder: SetupFolder, flags: PlanFlags): Promise<PreparedSetup> {
  const prepared = await prepareSetup(folder, {
    plan: (publicJwk) => planOf(flags, parseOrgFlag(flags.org), publicJwk),
    requireSame: (plan) => requireSamePlan(flags, plan),
  })
  const { jwksUri } = prepared.state.plan
  if (jwksUri !== undefined)
    tell(`Publish ${folder.keySetPath} at ${jwksUri}: Okta reads it there.`)
  return prepared
}
