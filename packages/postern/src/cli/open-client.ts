/** @module A client of an org: an administrator's, or that of an app; what it waits for is told. */

import { type Credential, Org, type OrgUrl, type Transport } from '@postern/core'
import { tellOrgStep, tellTokenStep } from './steps.ts'

/** Where clients are opened. */
export interface ClientPlace {
  readonly org: OrgUrl
  readonly transport: Transport
  /** Hosts that the operator allowed. */
  readonly customDomains?: readonly string[] | undefined
}

/** Opens a client that signs in with the credential. */
export function openClient(place: ClientPlace, credential: Credential): Org {
  const { org, transport, customDomains = [] } = place
  return new Org({
    url: org,
    credential,
    dev: true,
    customDomains,
    transport,
    onStep: tellOrgStep,
    onTokenStep: tellTokenStep,
  })
}
