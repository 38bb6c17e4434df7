/** @module Clients of one org, each with a credential: an administrator's, that of an app; what they wait for is told. */

import { type Credential, Org, type OrgUrl, type Transport } from '@postern/core'
import { tellOrgStep, tellTokenStep } from './steps.ts'

/** Gives what opens clients of the org. */
export function opener(
  org: OrgUrl,
  transport: Transport,
  customDomains: readonly string[] = [],
): (credential: Credential) => Org {
  return (credential) =>
    new Org({
      url: org,
      credential,
      dev: true,
      customDomains,
      transport,
      onStep: tellOrgStep,
      onTokenStep: tellTokenStep,
    })
}
