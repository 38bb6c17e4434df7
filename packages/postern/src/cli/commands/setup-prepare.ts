/** @module The plan and the key that a setup works with, from its folder or from its flags. */

import { planOf, requireSamePlan } from '../../config/setup-plan.ts'
import { type PreparedSetup, prepareSetup } from '../../connections/setup.ts'
import type { SetupFolder } from '../../connections/setup-folder.ts'
import { tell, warn } from '../output.ts'
import { type PlanFlags, parseOrgFlag, planRequestOf } from '../setup-flags.ts'

/** The plan and the key of a folder, made where there is none yet. */
export async function prepare(folder: SetupFolder, flags: PlanFlags): Promise<PreparedSetup> {
  const request = planRequestOf(flags)
  const prepared = await prepareSetup(folder, {
    plan: (publicJwk) =>
      planOf(request, {
        org: parseOrgFlag(flags.org),
        publicJwk,
        onWarning: ({ code, message }) => warn(code, `Scopes: ${message}`),
      }),
    requireSame: (plan) => requireSamePlan(request, plan),
  })
  const { jwksUri } = prepared.state.plan
  if (jwksUri !== undefined)
    tell(`Publish ${folder.keySetPath} at ${jwksUri}: Okta reads it there.`)
  return prepared
}
