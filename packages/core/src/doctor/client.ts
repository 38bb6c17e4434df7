/** @module The client of the org's API that a diagnosis works with: its requests are remembered, and none is repeated. */

import { Org } from '../org/org.ts'
import type { Authorizer } from '../token/authorizer.ts'
import type { Credential } from '../token/credential.ts'
import type { Examination } from './examination.ts'

/** Opens the client of a credential. @param authorizer - default: what the credential calls for. */
export function openClient(
  examination: Examination,
  credential: Credential,
  authorizer?: Authorizer,
): Org {
  const { clock, random, timeoutMs, exchanges, options } = examination
  return new Org({
    url: examination.known('org'),
    credential,
    transport: exchanges.transport,
    clock,
    random,
    timeoutMs,
    customDomains: options.customDomains ?? [],
    dev: options.dev ?? false,
    ...(options.pacer === undefined ? {} : { pacer: options.pacer }),
    ...(authorizer === undefined ? {} : { authorizer }),
  })
}
