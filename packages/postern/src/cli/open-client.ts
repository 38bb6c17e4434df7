/** @module Clients of one org with different credentials: an administrator's, and that of the app that is made or rotated. */

import { type Credential, Org, type OrgUrl, type Transport } from '@postern/core'
import { tellOrgStep, tellTokenStep } from './steps.ts'

/** Opens clients of the org. */
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
